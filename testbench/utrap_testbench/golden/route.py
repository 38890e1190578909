"""Where a synchronous exception goes, and why: the delegation chain of the manual and of HU-7.

`route_exception` returns one of the constants below. Each is a leaf of the
decision, so that its reason is a constant too and the plain step pays nothing
for it. The texts are templates: {c} is the cause.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .isa import Mode, Prv
from .outcome import Reason
from .state import State

_M, _U = Prv.M.value, Prv.U.value


class Route(NamedTuple):
    """A target mode and the rules that led there, in the order in which they were asked."""

    mode: int
    reason: Reason


_BELOW_M = (
    ("norm:trap_never_trans_lower", "the trap does not come from M, so it may be delegated"),
    ("norm:medeleg_mideleg_op2", "medeleg[{c}] = 1: delegated past M"),
)
_FROM_GUEST = (*_BELOW_M, ("norm:H_trap_deleg", "V = 1: hedeleg decides first"))
_NOT_TO_VS = (*_FROM_GUEST, ("norm:hedeleg_op", "hedeleg[{c}] = 0: not for VS"))
_GUEST_TO_U = (*_NOT_TO_VS, ("HU-7", "hudcfg.EN = 1 and huedeleg[{c}] = 1: U may have it"))
_FROM_HOST = (*_BELOW_M, ("norm:H_trap_deleg", "V = 0: HS unless delegated to U"))

FROM_M = Route(Mode.M.value, (("norm:trap_never_trans_lower", "the trap comes from M and stays there"),))
NOT_DELEGATED = Route(
    Mode.M.value,
    (_BELOW_M[0], ("norm:medeleg_mideleg_op1", "medeleg[{c}] = 0: not delegated")),
)
U_WITHOUT_S = Route(Mode.U.value, (*_BELOW_M, ("HU-10", "no S-mode: medeleg delegates to U")))
TO_VS = Route(Mode.VS.value, (*_FROM_GUEST, ("norm:hedeleg_op", "hedeleg[{c}] = 1: further delegated to VS")))
GUEST_TO_U = Route(Mode.U.value, (*_GUEST_TO_U, ("HU-16", "the delegation windows allow it")))
OUTSIDE_WINDOWS = Route(Mode.S.value, (*_GUEST_TO_U, ("HU-16", "the delegation windows do not allow it: HS")))
GUEST_TO_HS = Route(Mode.S.value, (*_NOT_TO_VS, ("HU-7", "hudcfg.EN = 0 or huedeleg[{c}] = 0: HS")))
GUEST_TO_HS_PLAIN = Route(Mode.S.value, (*_NOT_TO_VS, ("norm:H_trap_deleg", "it goes to HS")))
HOST_TO_U = Route(Mode.U.value, (*_FROM_HOST, ("HU-7", "it comes from U and sedeleg[{c}] = 1: further delegated to U")))
HOST_TO_HS = Route(Mode.S.value, (*_FROM_HOST, ("HU-7", "not from U, or sedeleg[{c}] = 0: HS")))
HOST_TO_S_PLAIN = Route(Mode.S.value, (*_BELOW_M, ("norm:medeleg_mideleg_op2", "it goes to S")))


def route_exception(config: Config, s: State, cause: int, tval2: int, tinst: int) -> Route:
    """norm:H_trap_deleg, norm:trap_never_trans_lower, HU-7, HU-8, HU-10, HU-11

    medeleg has no bit for a double trap, so that one never leaves M (HU-11).
    """
    if s.prv == _M:
        return FROM_M
    if s.medeleg >> cause & 1 == 0:
        return NOT_DELEGATED
    if not config.s:
        return U_WITHOUT_S
    if s.v == 1:
        if s.hedeleg >> cause & 1 == 1:
            return TO_VS
        if not config.shudeleg:
            return GUEST_TO_HS_PLAIN
        if s.hudcfg_en == 0 or s.huedeleg >> cause & 1 == 0:
            return GUEST_TO_HS
        if window_ok(config, s, cause, tval2, tinst):
            return GUEST_TO_U
        return OUTSIDE_WINDOWS
    if not config.n:
        return HOST_TO_S_PLAIN
    if s.prv == _U and s.sedeleg >> cause & 1 == 1:
        return HOST_TO_U
    return HOST_TO_HS


def window_ok(config: Config, s: State, cause: int, tval2: int, tinst: int) -> bool:
    """HU-16, HU-18: may this guest exception go to U as far as the windows are concerned."""
    if cause != 20 and cause != 21 and cause != 23:
        return True
    if s.hudcfg_wen == 0:
        return True
    if tinst != 0 and tinst & 3 == 0:
        # A pseudoinstruction: the fault of an implicit access for VS-stage translation.
        return False
    page = (tval2 & config.rules.tval2) >> 10  # tval2 is GPA>>2, a page 4 KiB
    return any(matches(getattr(s, window), page) for window in config.rules.windows)  # at most eight


def matches(hugpaw: int, page: int) -> bool:
    """HU-17: E, and page numbers equal from bit ORDER up; a large ORDER shifts everything out."""
    order = hugpaw >> 1 & 63
    return (hugpaw & 1 == 1) and ((hugpaw >> 10) ^ page) >> order == 0
