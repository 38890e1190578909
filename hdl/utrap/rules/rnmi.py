"""Smrnmi: the interrupt that software cannot mask, and the entry into its handler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import Mode
from utrap.registers.state import State
from utrap.rules.entry import Entry, Trap
from utrap.rules.event import Event
from utrap.rules.interrupts import InterruptChoice
from utrap.section import Phase, Section

__all__ = ["enter_handler", "rnmi_writes", "vector_in_m"]

SECTION = Section(
    phase=Phase.ENTRY,
    place=2,
    title="A resumable non-maskable interrupt",
    rules="norm:rnmi_entry, norm:rnmi_entry_cause, norm:rnmi_entry_priv, norm:rnmi_entry_nmie_clear, HU-32",
    text="It goes to its handler in M and saves pc, cause and mode in CSRs of its own; nothing else changes.",
)


def enter_handler(
    m: Module, state: State, event: Event, choice: InterruptChoice, lines: Any, entry: Entry, trap: Trap
) -> tuple[Entry, Trap]:
    """Return the entry and the trap with an RNMI among them, which goes to M by the bits of its target.

    norm:rnmi_enter_mmode, norm:mncause_interrupt, norm:mncause_interrupt_code; norm:trap_unexp_rnmi and
    norm:mstatus_mdt_not_set_rnmi: it comes in behind what looks at MDT and what sets it.
    """
    named = SECTION.signal
    taken = named(m, "enter_rnmi", event.is_rnmi & choice.rnmi)
    code = named(m, "trap_code_or_rnmi", Mux(event.is_rnmi, lines.rnmi_cause, trap.code))
    return (
        replace(
            entry,
            target=named(m, "trap_target_or_rnmi", entry.target | taken.replicate(2)),
            enters=named(m, "enter_or_rnmi", entry.enters | taken),
            into_rnmi=named(m, "into_rnmi_handler", entry.into_rnmi | taken),
            is_rnmi=taken,
        ),
        replace(trap, code=code),
    )


def rnmi_writes(state: State, entry: Entry) -> Mapping[str, Value]:
    """Return what the entry into the handler writes beside mnepc, mncause and the mode.

    norm:trap_unexp_hndl_rnmi: a trap that M could not take is said to come from M.
    """
    prv = Mux(entry.is_rnmi, state.prv, Const(Mode.M, 2))
    return {
        "mnstatus.mnpp": prv if state.config.s else prv[0],
        "mnstatus.mnpv": entry.is_rnmi & state.v,
        "mnstatus.nmie": Const(0, 1),
    }


def vector_in_m(m: Module, state: State, entry: Entry, vector: Value, handlers: Sequence[Value]) -> Value:
    """Return where the pc goes in M: to mtvec, or by the hart's own addresses.

    norm:rnmi_trap_addr, norm:rnmi_exception_nmie0, norm:rnmi_exc_trap_addr

    Args:
        m: The module.
        state: The state.
        entry: The entry into a trap.
        vector: Where mtvec leads.
        handlers: The inputs that say where RNMIs, and exceptions in their handler, go; empty where the
            configuration does.
    """
    config = state.config
    if handlers:
        low = 2 if config.ialign == 32 else 1
        of_rnmis, of_exceptions = (Cat(Const(0, low), handler[low:]) for handler in handlers)
    else:
        fixed = (config.rnmi_interrupt_vector, config.rnmi_exception_vector)
        of_rnmis, of_exceptions = (Const(address, config.xlen) for address in fixed)
    in_handler = state.is_in(Mode.M) & ~state["mnstatus.nmie"]
    usual = Mux(in_handler, of_exceptions, vector)
    by_hart = Mux(entry.into_rnmi, of_rnmis, usual)
    return SECTION.signal(m, "vector_m_or_rnmi", by_hart)
