"""Where the pc goes: into a trap's vector, or back by a return."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import Target, targets
from utrap.registers.decode import mux4
from utrap.registers.state import State
from utrap.rules.entry import Entry
from utrap.rules.event import Event
from utrap.rules.interrupts import InterruptChoice
from utrap.section import Phase, Section

__all__ = ["connect_redirect"]

SECTION = Section(
    phase=Phase.NEXT_PC,
    title="Where does the pc go?",
    rules="norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14",
    text="Into the target's trap vector, in vectored mode at four times an interrupt's code; or back by a return.",
)


def connect_redirect(
    m: Module,
    state: State,
    answer: Any,
    event: Event,
    entry: Entry,
    choice: InterruptChoice,
    returns: Value,
    return_pc: Value,
) -> None:
    """Drive whether the pc is redirected, and where to: a trap's vector, or else the return's pc.

    The vector is BASE, or for an interrupt in vectored mode BASE + 4 * code; the
    256-byte alignment of a table makes the sum an insertion (warl: xtvec).

    Args:
        m: The module.
        state: The state.
        answer: The outputs.
        event: The event.
        entry: The entry into a trap.
        choice: The code of the interrupt that each mode would take.
        returns: A return executes.
        return_pc: The pc that a return goes to.
    """
    present, target, is_trap = targets(state.config), entry.target, event.is_trap
    # Without N the place of U's vector in the four-way select is free.
    is_return_a_leaf = Target.U not in present
    leaves = [_vector(m, state, t, event, choice.causes[t]) if t in present else return_pc for t in Target]
    selects = (target[0] & is_trap, target[1] & is_trap) if is_return_a_leaf else (target[0], target[1])
    selected = mux4(selects, leaves)
    SECTION.drive(m, answer.redirect, entry.enters | returns)
    SECTION.drive(m, answer.target, selected if is_return_a_leaf else Mux(is_trap, selected, return_pc))


def _vector(m: Module, state: State, target: Target, event: Event, code: Value) -> Value:
    """Return where a trap into one mode enters."""
    named, prefix = SECTION.signal, target.prefix
    tvec = state.views[f"{prefix}tvec"]
    offset = named(m, f"vector_offset_{prefix}", Mux(tvec[0] & ~event.is_exception, code, 0))
    if state.config.vectored_align == 4:
        words = (tvec[2:] + offset)[: len(tvec) - 2]
    else:
        words = Cat(tvec[2 : 2 + len(code)] | offset, tvec[2 + len(code) :])
    return named(m, f"vector_{prefix}", Cat(Const(0, 2), words))
