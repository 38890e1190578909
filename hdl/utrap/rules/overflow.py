"""Sscofpmf: which overflowed counters scountovf shows, and the request that makes LCOFI pending."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Value

from utrap.csr.shared.overflow import FIRST_EVENT_COUNTER
from utrap.registers.state import State
from utrap.rules.event import Event
from utrap.section import Phase, Section

__all__ = ["overflowed", "request_interrupt"]

SECTION = Section(
    phase=Phase.SENSE,
    place=2,
    title="Which overflowed counters does scountovf show?",
    rules="norm:scountovf_op, norm:scountovf_smode_read_access, norm:scountovf_vsmode_read_access",
    text="In M all, below it those that mcounteren lets the mode read, in a guest those that hcounteren does too.",
)
PENDING = Section(
    phase=Phase.WRITE,
    place=4,
    title="A counter asks for its interrupt",
    rules="norm:LCOFIP_op, warl:LCOFI",
    text="The request sets LCOFIP at the clock edge, behind the event of the cycle: what that writes does not undo it.",
)


def overflowed(m: Module, state: State, event: Event, counters: Any) -> dict[str, Value]:
    """Return the level that scountovf shows, by its name in the CSR table.

    It depends on whose access it is, so it means something for the access of the cycle alone.
    """
    named = SECTION.signal

    def enabled(csr: str) -> Value:
        return state.views[csr][FIRST_EVENT_COUNTER:32]

    # norm:scountovf_mmode_read_access
    shows_all = named(m, "scountovf_shows_all", state.prv[1] | event.is_by_debugger)
    shown = enabled("mcounteren") | shows_all.replicate(32 - FIRST_EVENT_COUNTER)
    if state.config.h:
        shown &= enabled("hcounteren") | (~event.v).replicate(32 - FIRST_EVENT_COUNTER)
    return {"scountovf": named(m, "scountovf_shown", counters.of[FIRST_EVENT_COUNTER:] & shown)}


def request_interrupt(m: Module, state: State, event: Event, counters: Any) -> None:
    """Connect what makes LCOFI pending; it wins over every event but reset. A hart that has stopped keeps its state."""
    with m.If(PENDING.signal(m, "lcofi_requested", counters.lcofi & ~event.has_stopped)):
        m.d.sync += state.stored["mip.lcofip"].eq(1)
