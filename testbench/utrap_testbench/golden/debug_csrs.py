"""Sdext's registers: dcsr, dpc, dscratch0 and dscratch1, which are for Debug Mode alone.

The chapters "Sdext" and "Core Debug Registers" of the debug specification have
no rule names; they are cited as `Sdext: <section>`.
"""

from __future__ import annotations

from .isa import Prv
from .reason import Because, Verdict, allowed, illegal
from .rules import Rules
from .state import State

_M = Prv.M.value
#: dcsr.debugver: as the specification 1.0 has it; dcsr.mprven: MPRV acts in Debug Mode, as recommended (warl:dcsr).
_DEBUGVER, _MPRVEN = 4 << 28, 1 << 4
#: Where the fields that software writes are in dcsr, and how wide.
_WRITABLE = (
    ("cetrig", 19, 1), ("ebreakvs", 17, 1), ("ebreakvu", 16, 1), ("ebreakm", 15, 1), ("ebreaks", 13, 1),
    ("ebreaku", 12, 1), ("stepie", 11, 1), ("stopcount", 10, 1), ("stoptime", 9, 1), ("v", 5, 1), ("step", 2, 1),
)  # fmt: skip

_FOR_DEBUG_MODE = allowed(Because("Sdext: Core Debug Registers", "in Debug Mode, or by a debugger", ("mode",)))
_NOT_IN_DEBUG_MODE = illegal(Because("Sdext: Core Debug Registers", "Debug Mode alone may access it", ("mode",)))


def dcsr(r: Rules, s: State) -> int:
    """Debug Control and Status: 32 bits; extcause is 0, as for the only cause that has one."""
    value = _DEBUGVER | _MPRVEN | s.dcsr_cause << 6 | s.dcsr_nmip << 3 | s.dcsr_prv
    for name, low, _ in _WRITABLE:
        value = value | getattr(s, f"dcsr_{name}") << low
    return value


def write_dcsr(r: Rules, s: State, w: int) -> None:
    """Fields for what the hart lacks are read-only 0; prv as MPP (warl:mstatus.MPP); cause and nmip are the halt's."""
    exists = {"cetrig": r.smdbltrp, "ebreakvs": r.has_h, "ebreakvu": r.has_h, "v": r.has_h, "ebreaks": r.has_s}
    for name, low, mask in _WRITABLE:
        setattr(s, f"dcsr_{name}", w >> low & mask & exists.get(name, 1))
    s.dcsr_prv = _legal_prv(r, w & 3)


def restore_dcsr(r: Rules, s: State, w: int) -> None:
    """All that a recorded dcsr holds, what only a halt writes included."""
    write_dcsr(r, s, w)
    s.dcsr_cause, s.dcsr_nmip = w >> 6 & 7, w >> 3 & 1


def _legal_prv(r: Rules, value: int) -> int:
    if value == Prv.M:
        return _M
    if value == Prv.S:
        return r.has_s
    return 0


def registers(s: State, prv: int, v: int) -> Verdict:
    """Who may access dcsr, dpc, dscratch0 and dscratch1: outside Debug Mode nobody, M neither."""
    if s.debug == 1:
        return _FOR_DEBUG_MODE
    return _NOT_IN_DEBUG_MODE
