"""Where a synchronous exception goes, and why: the delegation chain of the manual and of HU-7.

`route_exception` returns one of the constants below: each leaf of the
decision is one.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .isa import Mode, Prv
from .reason import Because, Reason
from .state import State

_M, _U = Prv.M.value, Prv.U.value


class Route(NamedTuple):
    """A target mode and the tests that led there, in the order in which they were made."""

    mode: int
    reason: Reason


def _to(mode: Mode, *reason: Because) -> Route:
    return Route(mode.value, reason)


_NEVER_LOWER = "norm:trap_never_trans_lower"
_BELOW_M = Because(_NEVER_LOWER, "from below M: it may be delegated", ("mode",))
_PAST_M = (_BELOW_M, Because("norm:medeleg_mideleg_op2", "delegated past M", ("medeleg[{c}]",)))
_FROM_GUEST = (*_PAST_M, Because("norm:H_trap_deleg", "from a guest: hedeleg decides first", ("V",)))
_FROM_HOST = (*_PAST_M, Because("norm:H_trap_deleg", "not from a guest", ("V",)))
_NOT_TO_VS = (*_FROM_GUEST, Because("norm:hedeleg_op", "not for VS", ("hedeleg[{c}]",)))
_EN = (*_NOT_TO_VS, Because("HU-7", "HS has turned delegation to U on", ("hudcfg.EN",)))
_GUEST_U = (*_EN, Because("HU-7", "U may have this cause", ("huedeleg[{c}]",)))
_IN_U = (*_FROM_HOST, Because("HU-8", "from U: sedeleg decides", ("mode",)))
_WEN = (*_GUEST_U, Because("HU-16", "a guest-page fault, and the delegation windows are on", ("hudcfg.WEN",)))
_EXPLICIT = (*_WEN, Because("HU-16", "the trap instruction is not a pseudoinstruction", ("tinst",)))

FROM_M = _to(Mode.M, Because(_NEVER_LOWER, "from M: it stays there", ("mode",)))
NOT_DELEGATED = _to(Mode.M, _BELOW_M, Because("norm:medeleg_mideleg_op1", "not delegated: M", ("medeleg[{c}]",)))
U_WITHOUT_S = _to(Mode.U, *_PAST_M, Because("HU-10", "no S-mode: medeleg delegates to U"))
TO_VS = _to(Mode.VS, *_FROM_GUEST, Because("norm:hedeleg_op", "delegated further: VS", ("hedeleg[{c}]",)))
GUEST_TO_HS_PLAIN = _to(Mode.S, *_NOT_TO_VS, Because("norm:H_trap_deleg", "nothing below HS may have it: HS"))
GUEST_TO_HS_EN = _to(Mode.S, *_NOT_TO_VS, Because("HU-7", "delegation to U is off: HS", ("hudcfg.EN",)))
GUEST_TO_HS = _to(Mode.S, *_EN, Because("HU-7", "this cause is not for U: HS", ("huedeleg[{c}]",)))
GUEST_TO_U = _to(Mode.U, *_GUEST_U, Because("HU-16", "windows concern guest-page faults alone: U"))
GUEST_TO_U_WEN = _to(Mode.U, *_GUEST_U, Because("HU-16", "the delegation windows are off: U", ("hudcfg.WEN",)))
IMPLICIT = _to(
    Mode.S, *_WEN, Because("HU-16", "a pseudoinstruction: an implicit access for VS-stage translation: HS", ("tinst",))
)
IN_WINDOW = _to(Mode.U, *_EXPLICIT, Because("HU-18", "the page lies in a delegation window: U", ("page", "windows")))
OUTSIDE_WINDOWS = _to(
    Mode.S, *_EXPLICIT, Because("HU-16", "the page lies in no delegation window: HS", ("page", "windows"))
)
HOST_TO_U = _to(Mode.U, *_IN_U, Because("HU-7", "delegated further: U", ("sedeleg[{c}]",)))
HOST_TO_HS = _to(Mode.S, *_IN_U, Because("HU-7", "not delegated further: {S}", ("sedeleg[{c}]",)))
HOST_NOT_FROM_U = _to(Mode.S, *_FROM_HOST, Because("HU-8", "sedeleg acts on traps from U alone: {S}", ("mode",)))
HOST_TO_S_PLAIN = _to(Mode.S, *_FROM_HOST, Because("norm:medeleg_mideleg_op2", "no mode below may have it: {S}"))


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
        if s.hudcfg_en == 0:
            return GUEST_TO_HS_EN
        if s.huedeleg >> cause & 1 == 0:
            return GUEST_TO_HS
        return route_by_window(config, s, cause, tval2, tinst)
    if not config.n:
        return HOST_TO_S_PLAIN
    if s.prv != _U:
        return HOST_NOT_FROM_U
    if s.sedeleg >> cause & 1 == 1:
        return HOST_TO_U
    return HOST_TO_HS


def route_by_window(config: Config, s: State, cause: int, tval2: int, tinst: int) -> Route:
    """HU-16, HU-18: U or HS, for a guest exception that U may have as far as the cause goes."""
    if cause != 20 and cause != 21 and cause != 23:
        return GUEST_TO_U
    if s.hudcfg_wen == 0:
        return GUEST_TO_U_WEN
    if tinst != 0 and tinst & 3 == 0:
        return IMPLICIT
    page = guest_page(config, tval2)
    if any(matches(config, getattr(s, window), page) for window in config.rules.windows):  # at most eight
        return IN_WINDOW
    return OUTSIDE_WINDOWS


def guest_page(config: Config, tval2: int) -> int:
    """The guest page number: `tval2` is GPA>>2, a page 4 KiB."""
    return (tval2 & config.rules.tval2) >> 10


def matches(config: Config, hugpaw: int, page: int) -> bool:
    """HU-17: E, and page numbers equal from bit ORDER up; where ORDER is no bit of a window's page, every page."""
    order = hugpaw >> 1 & 63
    if hugpaw & 1 == 0:
        return False
    return order >= config.rules.page_bits or ((hugpaw >> 10) ^ page) >> order == 0
