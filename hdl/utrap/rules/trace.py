"""The trace port: every event that takes effect, as it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import CommitOp, Mode
from utrap.registers.state import State
from utrap.rules.entry import Entry, Trap
from utrap.rules.event import Event
from utrap.rules.interrupts import mode_of
from utrap.rules.xret import Return
from utrap.section import Phase, Section

__all__ = ["connect_trace"]

SECTION = Section(
    phase=Phase.OUTPUT,
    place=3,
    title="The trace",
    text="The event, if it takes effect, with the mode before and after it.",
)


def connect_trace(
    m: Module,
    state: State,
    trace: Any,
    answer: Any,
    is_refused: Value,
    event: Event,
    trap: Trap,
    entry: Entry,
    returns: Mapping[CommitOp, Return],
    executes: Mapping[CommitOp, Value],
) -> None:
    """Drive the trace port."""
    unaligned = state.config.ialign // 16  # bits of a pc that no xepc stores
    committed, config = event.op, state.config
    finds_nothing = (committed == CommitOp.INTERRUPT) & ~entry.enters
    if config.sdext or config.smdbltrp:
        # Sdext: Debug Mode, norm:trap_unexp_hndl_no_rnmi.
        finds_nothing = finds_nothing | ((committed == CommitOp.EXCEPTION) & ~entry.enters)
    if config.smrnmi:
        finds_nothing = finds_nothing | ((committed == CommitOp.RNMI) & ~entry.enters)
    if config.sdext:
        finds_nothing = finds_nothing | ((committed == CommitOp.HALT) & state.debug)
    is_void = SECTION.signal(m, "event_is_void", is_refused | finds_nothing)
    trap_mode = SECTION.signal(m, "trap_mode", mode_of(entry.target), Mode)
    after = state.mode
    for op, ret in returns.items():
        after = Mux(executes[op], Cat(ret.prv, ret.v), after)
    if state.config.sdext:
        after = Mux(event.is_halt, Mode.M, after)
    outputs = {
        "kind": Mux(is_void, Const(CommitOp.NONE, len(committed)), committed),
        "cause": trap.code,
        "from_mode": state.mode,
        "to_mode": Mux(entry.enters, trap_mode, after),
        "epc": Cat(Const(0, unaligned), trap.pc[unaligned:]),
        "tval": trap.tval,
        "gpa": trap.gpa,
        "vector": answer.target,
    }
    for name in trace.signature.members:
        SECTION.drive(m, getattr(trace, name), outputs[name])
