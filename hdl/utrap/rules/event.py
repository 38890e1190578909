"""The event of this cycle: what `commit.op` says, and with whose rights a CSR access is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amaranth.hdl import Const, Module, Mux, Value

from utrap.isa import CommitOp, CsrOp
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["RETURNS", "Event", "decode"]

#: The operations that are trap returns.
RETURNS = (CommitOp.MRET, CommitOp.SRET, CommitOp.URET, CommitOp.MNRET, CommitOp.RESUME)

SECTION = Section(
    phase=Phase.EVENT,
    title="The event",
    text="What is committed in this cycle, the mode before it, and whether a CSR access is a debugger's.",
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happens in this cycle.

    Attributes:
        op: What takes place of `commit.op`: nothing in a hart that has stopped, but for a debugger's halt.
        is_trap: An exception or an interrupt: it selects data. In Debug Mode there is none (Sdext: Debug Mode).
        is_halt: The hart enters Debug Mode; constant 0 without Sdext.
        is_rnmi: An RNMI is committed; constant 0 without Smrnmi.
        stores_pc: Among events that store into the trap registers it is no CSR access.
        is_exception: Among traps, it is an exception.
        is_return: Each return, by its operation.
        is_access: A CSR access, an instruction's or a debugger's.
        is_idle: No event, or an instruction that concerns the unit in nothing.
        wants_write: Among accesses, it writes.
        is_by_debugger: It is a debugger's access: judged as in M-mode.
        has_stopped: In a critical error nothing takes place; constant 0 without Smdbltrp.
        v: Virtualization mode that an access is addressed with (0 for a debugger).
    """

    op: Value
    is_trap: Value
    is_halt: Value
    is_rnmi: Value
    stores_pc: Value
    is_exception: Value
    is_return: Mapping[CommitOp, Value]
    is_access: Value
    is_idle: Value
    wants_write: Value
    is_by_debugger: Value
    has_stopped: Value
    v: Value


def decode(m: Module, state: State, op: Value, csr_op: Value) -> Event:
    """Tell events apart.

    Single bits of `op` say what an event's data are; whether it takes effect
    comes later, with the enables.
    """
    named = SECTION.signal
    state.connect_mode(m, SECTION)
    never: Value = Const(0, 1)
    has_stopped = never
    if state.config.smdbltrp:
        # norm:trap_unexp_hndl_no_rnmi
        has_stopped = state.critical & ~state.debug
        if state.config.sdext:
            has_stopped = has_stopped & (op != CommitOp.HALT)
        has_stopped = named(m, "has_stopped", has_stopped)
        op = named(m, "op_in_effect", Mux(has_stopped, Const(CommitOp.NONE, len(op)), op))
    by_debugger = named(m, "is_debugger_access", op == CommitOp.DEBUG_CSR)
    is_trap = op[1] & ~op[2]
    is_halt = is_rnmi = never
    stores_pc = is_trap
    has_more = len(op) > 3
    if has_more:
        is_trap = is_trap & ~op[3]
    if state.config.smrnmi:
        is_rnmi = named(m, "is_rnmi", op == CommitOp.RNMI)
    if state.config.sdext:
        is_trap = is_trap & ~state.debug
        is_halt = named(m, "is_halt", (op == CommitOp.HALT) & ~state.debug)
    is_trap = named(m, "is_trap", is_trap)
    is_idle = op == CommitOp.NONE
    if state.config.smdbltrp:
        is_idle = is_idle & ~has_stopped
    return Event(
        op=op,
        is_trap=is_trap,
        is_halt=is_halt,
        is_rnmi=is_rnmi,
        stores_pc=named(m, "event_stores_pc", stores_pc) if has_more else is_trap,
        is_exception=named(m, "is_exception", ~op[0]),
        is_return={ret: named(m, f"is_{ret.name.lower()}", op == ret) for ret in RETURNS if ret.is_in(state.config)},
        is_access=named(m, "is_access", (op == CommitOp.CSR) | by_debugger),
        is_idle=named(m, "is_idle", is_idle),
        wants_write=named(m, "access_wants_write", csr_op != CsrOp.READ),
        is_by_debugger=by_debugger,
        has_stopped=has_stopped,
        v=named(m, "access_v", state.v & ~by_debugger),
    )
