"""Delegation windows: which guest-page faults U may have (HU-16 to HU-18)."""

from __future__ import annotations

from amaranth.hdl import Const, Value

from utrap_formal.properties.manual import Cause
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES", "window_ok"]

PROPERTIES = Properties("windows", "no guest-page fault outside the windows reaches U")

_GUEST_FAULTS = (Cause.INSTRUCTION_GUEST_FAULT, Cause.LOAD_GUEST_FAULT, Cause.STORE_GUEST_FAULT)


def is_guest_fault(cycle: Cycle) -> Value:
    """The exception is one of the three guest-page faults."""
    return any_of(cycle.cause == cause for cause in _GUEST_FAULTS)


def matches(cycle: Cycle, number: int) -> Value:
    """HU-17: the page numbers are the same in all bits from bit ORDER up."""
    window = f"hugpaw{number}"
    if not cycle.has(window):
        return Const(0)
    page = cycle["commit_tval2"][10:]  # a GPA shifted right by 2, and a page of 4 KiB
    number_there, order = cycle[f"{window}.GPPN"][: len(page)], cycle[f"{window}.ORDER"]
    same = any_of((order == low) & (page[low:] == number_there[low:]) for low in range(len(page)))
    return cycle[f"{window}.E"] & (same | (order >= len(page)))


def is_inside(cycle: Cycle) -> Value:
    """HU-18: one match is enough."""
    return any_of(matches(cycle, number) for number in range(8))


def is_implicit(cycle: Cycle) -> Value:
    """HU-16: the trap instruction value is a pseudoinstruction: not zero, with bits 1:0 = 00."""
    tinst = cycle["commit_tinst"]
    return (tinst != 0) & (tinst[0:2] == 0)


def window_ok(cycle: Cycle) -> Value:
    """HU-16."""
    if not cycle.has("hudcfg"):
        return Const(0)
    return ~is_guest_fault(cycle) | ~cycle["hudcfg.WEN"] | (is_inside(cycle) & ~is_implicit(cycle))


@PROPERTIES.add("HU-16", needs="shudeleg")
def nothing_outside_reaches_u(w: Window) -> Claim:
    """With WEN=1 a guest-page fault whose address is in no enabled window does not go to U."""
    now = w.now
    when = now.is_exception & now.v & is_guest_fault(now) & now["hudcfg.WEN"] & ~is_inside(now)
    return Claim(when=when, then=w.next["hart_mode"] != 0)
