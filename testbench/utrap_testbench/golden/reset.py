"""Reset: the state that the configuration and the inputs decide."""

from __future__ import annotations

from . import legalise
from .config import Config
from .state import State


def reset_state(config: Config) -> State:
    """The state after reset: M-mode, everything else 0 but what cannot be (warl:reset, norm:mstatus_mie_mprv_rst).

    mtvec comes from the configuration, and read-only ones read as ones at
    once. Lines are low, and the input `mtvec_reset` is 0.
    """
    r = config.rules
    mtvec = legalise.mtvec(r, 0) if isinstance(config.mtvec_reset, str) else config.mtvec_reset
    return State(mtvec=mtvec, mideleg=r.mideleg_read_only_ones)


def reset(config: Config, s: State) -> State:
    """The state after a cycle of reset: what comes from outside stays, and mtvec may be told by it."""
    new = reset_state(config).replace(**{name: getattr(s, name) for name in _INPUTS})
    if config.mtvec_reset == "port":
        new.mtvec = legalise.mtvec(config.rules, s.mtvec_reset)
    return new


#: The levels of the inputs, which reset leaves alone.
_INPUTS = (
    "line_meip", "line_mtip", "line_msip", "line_seip", "line_ueip", "line_local", "hgeip", "mhartid", "mtvec_reset",
)  # fmt: skip
