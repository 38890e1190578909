"""Reset: the state that the configuration and the inputs decide."""

from __future__ import annotations

from . import legalise
from .config import Config
from .isa import Prv, ones
from .state import State


def reset_state(config: Config) -> State:
    """The state after reset: M-mode, everything else 0 but what cannot be (warl:reset, norm:mstatus_mie_mprv_rst).

    mtvec comes from the configuration, and read-only ones read as ones at
    once. Lines are low, and the input `mtvec_reset` is 0. The timers are as
    far away as they can be, so that none is pending (warl:stimecmp).
    """
    # norm:mstatus_mdt_rst, norm:mnstatus_nmie_reset, norm:mstateen_zero_initialization,
    # norm:hstateen_sstateen_zero_initialization
    r = config.rules
    return State(
        mtvec=legalise.mtvec(r, 0) if isinstance(config.mtvec_reset, str) else config.mtvec_reset,
        mideleg=r.mideleg_read_only_ones,
        mstatus_mdt=r.smdbltrp,
        dcsr_prv=Prv.M.value * r.sdext,
        stimecmp=ones(64) * r.sstc,
        vstimecmp=ones(64) * (r.sstc & r.has_h),
    )


def reset(config: Config, s: State) -> State:
    """The state after a cycle of reset: what comes from outside stays, and mtvec may be told by it."""
    new = reset_state(config).replace(**{name: getattr(s, name) for name in _INPUTS})
    if config.mtvec_reset == "port":
        new.mtvec = legalise.mtvec(config.rules, s.mtvec_reset)
    return new


#: The levels of the inputs, which reset leaves alone.
_INPUTS = (
    "line_meip", "line_mtip", "line_msip", "line_seip", "line_ueip", "line_local", "hgeip", "mhartid", "mtvec_reset",
    "time", "line_rnmi", "rnmi_cause", "rnmi_interrupt_vector", "rnmi_exception_vector",
    "counter_overflow", "lcofi_request",
)  # fmt: skip
