"""Reset: the one state that the configuration alone decides."""

from __future__ import annotations

from .config import Config
from .isa import ones
from .state import State


def reset_state(config: Config) -> State:
    """The state after reset: M-mode, everything else 0 but what cannot be (warl:reset, norm:mstatus_mie_mprv_rst).

    mtvec comes from the configuration, and read-only ones read as ones at once.
    The timers are as far away as they can be, so that none is pending (warl:stimecmp).
    """
    r = config.rules  # norm:mstatus_mdt_rst, norm:mnstatus_nmie_reset
    return State(
        mtvec=config.mtvec_reset,
        mideleg=r.mideleg_read_only_ones,
        mstatus_mdt=r.smdbltrp,
        stimecmp=ones(64) * r.sstc,
        vstimecmp=ones(64) * (r.sstc & r.has_h),
    )
