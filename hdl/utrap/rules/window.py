"""The delegation windows: whether a guest-page fault's address may go to U."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value

from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["window_ok"]

SECTION = Section(
    phase=Phase.ROUTE,
    place=-1,
    title="Is the guest-physical address in a delegation window?",
    rules="HU-16, HU-17, HU-18",
    text="A page lies in a window that agrees with it from bit ORDER up; one window is enough.",
)

#: A page number's lowest bit in a GPA that is shifted right by 2.
_PAGE_LSB = 10


def window_ok(m: Module, state: State, is_guest_page_fault: Value, tval2: Value, tinst: Value) -> Value:
    """Return `window_ok(c)` of HU-16.

    Args:
        is_guest_page_fault: The cause is 20, 21 or 23.
        tval2: The faulting GPA shifted right by 2.
        tinst: The trap instruction value, 32 bits.
    """
    named, bits = SECTION.signal, state.config.gppn_bits
    page, above = tval2[_PAGE_LSB : _PAGE_LSB + bits], tval2[_PAGE_LSB + bits :]
    matches = [_matches(m, state, i, page, above) for i in range(state.config.windows)]
    in_window = named(m, "in_window", any_of(matches))
    is_pseudoinstruction = named(m, "is_pseudoinstruction", tinst.any() & ~tinst[:2].any())
    return named(
        m,
        "window_ok",
        ~is_guest_page_fault | ~state["hudcfg.wen"] | (in_window & ~is_pseudoinstruction),
    )


def _matches(m: Module, state: State, number: int, page: Value, above: Value) -> Value:
    """Whether a page lies in a window: equal from bit ORDER up (HU-17).

    What is above a window's page number, with Shtvala, is 0 in the windows but for those that hold every page.
    """
    named, window, none = SECTION.signal, f"hugpaw{number}", Const(0, 1)
    order, gppn = state[f"{window}.order"], state[f"{window}.gppn"]
    most = state.config.window_max_order
    ignores = named(m, f"{window}_ignores", Cat(order > bit if bit < most else none for bit in range(len(page))))
    agrees = named(m, f"{window}_agrees", ~(page ^ gppn) | ignores)
    holds = agrees.all()
    if len(above):
        holds &= ~above.any() | (order >= len(page) if most >= len(page) else none)
    return named(m, f"window_{number}_match", state[f"{window}.e"] & holds)
