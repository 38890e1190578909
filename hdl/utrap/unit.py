"""The trap unit: every trap CSR of a hart, and every way into and out of a trap.

This module only wires; each rule stands in a module of its own.
"""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out, Signature

from utrap.config import Config
from utrap.ports import (
    RNMI_VECTORS,
    AnswerSignature,
    CommitSignature,
    CountersSignature,
    ExtensionSignature,
    HartSignature,
    InterruptSignature,
    LegalitySignature,
    LinesSignature,
    TraceSignature,
)
from utrap.registers.decode import any_of
from utrap.registers.read import connect_read, select
from utrap.registers.state import State
from utrap.registers.view import connect_views
from utrap.registers.write import connect_reset, field_writes, modify
from utrap.rules.access import connect_extension, judge
from utrap.rules.debug_mode import connect_debug, halts, resumes
from utrap.rules.double_trap import unexpected
from utrap.rules.effective import connect_hart
from utrap.rules.entry import enter, trap_of
from utrap.rules.event import decode
from utrap.rules.interrupts import choose_interrupt
from utrap.rules.legality import connect_verdicts
from utrap.rules.levels import levels
from utrap.rules.next_state import connect_updates, dirtied
from utrap.rules.overflow import overflowed, request_interrupt
from utrap.rules.pointer_masking import connect_pointer_masking
from utrap.rules.refetch import connect_refetch
from utrap.rules.rnmi import enter_handler
from utrap.rules.route import route_exception
from utrap.rules.timer import timers
from utrap.rules.trace import connect_trace
from utrap.rules.vector import connect_redirect
from utrap.rules.xret import connect_fault, executing, make_returns, return_pcs

__all__ = ["TrapUnit", "trap_unit_signature"]


def trap_unit_signature(config: Config) -> Signature:
    """Return the ports of a unit, seen from it; `utrap.ports` says what each is."""
    hartid = {"hartid": In(config.xlen)} if config.mhartid == "port" else {}
    reset_value = {"mtvec_reset": In(config.xlen)} if config.mtvec_reset == "port" else {}
    vectors = dict.fromkeys(RNMI_VECTORS, In(config.xlen)) if config.rnmi_vectors == "port" else {}
    time = {"mtime": In(64)} if config.sstc else {}
    counters = {"counters": In(CountersSignature())} if config.sscofpmf else {}
    return Signature(
        {
            **hartid,
            **reset_value,
            **vectors,
            **time,
            "commit": In(CommitSignature(config)),
            "lines": In(LinesSignature(config)),
            **counters,
            "answer": Out(AnswerSignature(config)),
            "interrupt": Out(InterruptSignature(config)),
            "extension": Out(ExtensionSignature(config)),
            "legality": Out(LegalitySignature(config)),
            "hart": Out(HartSignature(config)),
            "trace": Out(TraceSignature(config)),
        }
    )


class TrapUnit(Component):
    """The trap-delegation logic of one RISC-V hart.

    One event is committed a cycle; the answers are combinational and the
    state changes at the next rising edge; see `utrap.ports` for the contract.

    Args:
        config: What to generate.

    Attributes:
        config: The configuration.
        state: The architectural state, for benches and waveforms.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.state = State(config)
        super().__init__(trap_unit_signature(config))

    def elaborate(self, platform: object) -> Module:
        """Wire the rules together, in the order of an event."""
        m = Module()
        config, state, commit, answer = self.config, self.state, self.commit, self.answer
        sensed = levels(m, state, self.lines)
        if "hartid" in self.signature.members:
            sensed["mhartid"] = self.hartid
        if "mtvec_reset" in self.signature.members:
            sensed["mtvec_reset"] = self.mtvec_reset
        if config.sstc:
            sensed |= timers(m, state, self.mtime)
        event = decode(m, state, commit.op, commit.csr_op)
        if config.sscofpmf:
            sensed |= overflowed(m, state, event, self.counters)
        connect_views(m, state, sensed, event.v)

        judgement = judge(m, state, event, commit.csr_address, self.extension.exists)
        selects = select(m, state, commit.csr_address, event.v)
        returns = make_returns(m, state) | resumes(m, state)
        connect_read(m, state, selects, answer, judgement.is_owned, self.extension.rdata)

        choice = choose_interrupt(m, state, self.lines, self.interrupt)
        trap = trap_of(m, config, event, commit, choice)
        entry = enter(m, config, event, choice, route_exception(m, state, commit.cause, trap))
        if config.ssdbltrp or config.smdbltrp:
            entry, trap = unexpected(m, state, event, choice, entry, trap)
        if config.smrnmi:
            entry, trap = enter_handler(m, state, event, choice, self.lines, entry, trap)
        executes = executing(m, event, returns)
        pcs = return_pcs(m, state, event, returns)
        handlers = [getattr(self, name) for name in RNMI_VECTORS] if config.rnmi_vectors == "port" else []
        connect_redirect(m, state, answer, event, entry, trap, choice, handlers, any_of(executes.values()), pcs)

        written = modify(m, state, commit.csr_op, answer.rdata, commit.csr_wdata, selects.is_row, judgement.is_owned)
        connect_updates(
            m,
            state,
            writes=field_writes(m, state, selects.is_row, event.v, written, judgement.writes_own),
            entry=entry,
            trap=trap,
            is_halt=event.is_halt,
            halts=halts(state, commit),
            stores_pc=event.stores_pc,
            dirties=dirtied(m, state, commit, event, self.extension.accept),
            returns=[(executes[op], ret) for op, ret in returns.items()],
        )
        if config.sscofpmf:
            request_interrupt(m, state, event, self.counters)
        connect_reset(m, state, sensed)
        if config.refetch:
            connect_refetch(m, answer, selects.is_row, judgement.writes_own)
        is_refused = connect_fault(m, answer, event, judgement, returns)
        connect_extension(m, self.extension, event, judgement, written)
        connect_verdicts(m, state, self.legality, judgement.hart_fault, returns)
        connect_hart(m, state, self.hart)
        connect_pointer_masking(m, state, self.hart)
        connect_debug(m, state, self.hart)
        connect_trace(m, state, self.trace, answer, is_refused, event, trap, entry, returns, executes)
        return m
