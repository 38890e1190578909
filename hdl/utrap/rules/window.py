"""The delegation windows: whether a guest-page fault's address may go to U."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from amaranth.hdl import Cat, Const, Module, Signal, Value

from utrap.registers.state import State

__all__ = ["window_ok"]

#: A page number's lowest bit in a GPA that is shifted right by 2.
_PAGE_LSB = 10


def window_ok(m: Module, state: State, is_guest_page_fault: Value, tval2: Value, tinst: Value) -> Value:
    """Return `window_ok(c)` of HU-16.

    Args:
        is_guest_page_fault: The cause is 20, 21 or 23.
        tval2: The faulting GPA shifted right by 2.
        tinst: The trap instruction value, 32 bits.
    """
    config = state.config
    page = tval2[_PAGE_LSB:]
    matches = []
    for i in range(config.windows):
        match = Signal(name=f"window_{i}_match")
        m.d.comb += match.eq(_matches(m, state, f"hugpaw{i}", page))
        matches.append(match)
    # HU-18: one match is enough.
    inside = reduce(or_, matches, Const(0, 1))
    is_pseudoinstruction = tinst.any() & ~tinst[:2].any()
    return ~is_guest_page_fault | ~state["hudcfg.wen"] | (inside & ~is_pseudoinstruction)


def _matches(m: Module, state: State, window: str, page: Value) -> Value:
    """Whether a page lies in a window: equal from bit ORDER up (HU-17)."""
    order, gppn = state[f"{window}.order"], state[f"{window}.gppn"]
    is_ignored = Cat(order > bit for bit in range(len(page)))
    # A net of its own: iterating over the expression would build it anew for each bit.
    agrees = Signal(len(page), name=f"{window}_agrees")
    m.d.comb += agrees.eq(~(page ^ gppn) | is_ignored)
    return state[f"{window}.e"] & reduce(and_, iter(agrees))
