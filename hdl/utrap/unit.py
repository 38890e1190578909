"""The trap unit: every trap CSR of a hart, and every way into and out of a trap.

This module only wires; each rule stands in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out, Signature

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, targets
from utrap.ports import (
    AnswerSignature,
    CommitSignature,
    ExtensionSignature,
    HartSignature,
    InterruptSignature,
    LegalitySignature,
    LinesSignature,
    TraceSignature,
)
from utrap.registers.read import connect_read, select
from utrap.registers.state import State
from utrap.registers.view import connect_views
from utrap.registers.write import FieldWrite, field_writes, modify
from utrap.rules import effective as hart
from utrap.rules import xret
from utrap.rules.access import Access, judge
from utrap.rules.entry import Trap
from utrap.rules.interrupts import InterruptChoice, choose_interrupt
from utrap.rules.legality import verdicts
from utrap.rules.next_state import connect_updates
from utrap.rules.route import is_guest_page_fault, route_exception
from utrap.rules.vector import redirect_target
from utrap.rules.window import window_ok

__all__ = ["TrapUnit", "trap_unit_signature"]

_RETURNS = {CommitOp.MRET: xret.mret, CommitOp.SRET: xret.sret, CommitOp.URET: xret.uret}


def trap_unit_signature(config: Config) -> Signature:
    """Return the ports of a unit, seen from it; `utrap.ports` says what each is."""
    return Signature(
        {
            "hartid": In(config.xlen),
            "commit": In(CommitSignature(config)),
            "lines": In(LinesSignature(config)),
            "answer": Out(AnswerSignature(config)),
            "interrupt": Out(InterruptSignature()),
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
        """Wire the rules together."""
        m = Module()
        state, commit = self.state, self.commit
        connect_views(m, state, self._levels())
        choice = choose_interrupt(m, state)

        # An operation's bits tell what its data are; whether it takes effect
        # comes with the enables.
        is_trap = commit.op[1] & ~commit.op[2]
        is_exception = ~commit.op[0]
        trap = self._trap(choice, is_exception)
        target = Signal(2, name="trap_target")
        by_exception = self._route(m, trap)
        m.d.comb += target.eq(Mux(is_exception, by_exception, choice.target))
        into = {t: Signal(name=f"enter_{t.prefix}") for t in targets(self.config)}
        for t, enters in into.items():
            m.d.comb += enters.eq(is_trap & Mux(is_exception, by_exception == t, choice.takes[t]))
        returns = {op: make(state) for op, make in _RETURNS.items()}
        executes = {op: Signal(name=f"{op.name.lower()}_executes") for op in returns}
        m.d.comb += [executes[op].eq((commit.op == op) & (ret.fault == Fault.NONE)) for op, ret in returns.items()]

        fault, return_pc, writes, accepts_outside = self._access(m, returns)
        for op, ret in returns.items():
            fault = Mux(commit.op == op, ret.fault, fault)
        m.d.comb += self.answer.fault.eq(fault)
        entered = is_trap & (is_exception | choice.request)
        returned = reduce(or_, executes.values())
        pc = redirect_target(state, target, is_trap, ~is_exception, choice.causes, return_pc)
        m.d.comb += [self.answer.redirect.eq(entered | returned), self.answer.target.eq(pc)]

        retires = (commit.op == CommitOp.NONE) | accepts_outside
        dirties = {
            name: getattr(commit, f"{name}_dirty") & retires for name in ("fs", "vs") if getattr(self.config, name)
        }
        connect_updates(
            m,
            state,
            writes=writes,
            is_trap=is_trap,
            into=into,
            trap=trap,
            dirties=dirties,
            returns=[(executes[op], ret) for op, ret in returns.items()],
        )
        self._connect_outputs(m, choice)
        self._connect_trace(m, trap, entered, target, returns, fault)
        return m

    def _levels(self) -> dict[str, Value]:
        """Return the levels that CSRs show, by the names of the CSR table."""
        state, lines = self.state, self.lines
        levels = {name: getattr(lines, name) for name in lines.signature.members}
        levels["mhartid"] = self.hartid
        for csr in ("mstatus", "vsstatus"):
            # norm:mstatus_sd_op1
            levels[f"{csr}_sd"] = state[f"{csr}.fs"].all() | state[f"{csr}.vs"].all()
        if self.config.geilen:
            # norm:hgeip_hgeie_fields, norm:hip_vseip_vseie_op
            levels["sgeip"] = (lines.hgeip & state["hgeie.guests"]).any()
            vgein = state["hstatus.vgein"][: self.config.vgein_bits]
            levels["vseip"] = Cat(Const(0, 1), lines.hgeip).bit_select(vgein, 1)
        return levels

    def _trap(self, choice: InterruptChoice, is_exception: Value) -> Trap:
        """Return what a trap in this cycle would write."""
        commit, has_h = self.commit, self.config.h
        none = Const(0, 1)
        return Trap(
            is_exception=is_exception,
            code=Mux(is_exception, commit.cause, choice.cause),
            pc=commit.pc,
            tval=commit.tval,
            gva=commit.gva if has_h else none,
            gpa=commit.tval2 if has_h else none,
            is_guest_page_fault=is_guest_page_fault(commit.cause),
            tinst=commit.tinst if has_h else none,
        )

    def _route(self, m: Module, trap: Trap) -> Value:
        """Return where an exception in this cycle would go, a `Target`."""
        ok: Value = Const(1, 1)
        if self.config.shudeleg:
            ok = window_ok(m, self.state, trap.is_guest_page_fault, trap.gpa, trap.tinst)
        return route_exception(m, self.state, self.commit.cause, ok)

    def _access(
        self, m: Module, returns: Mapping[CommitOp, xret.Return]
    ) -> tuple[Value, Value, Mapping[str, FieldWrite], Value]:
        """Connect the CSR accesses and the extension port.

        Returns the access's fault, the pc that a return goes to, the writes
        of all stored fields, and whether an access outside executes.
        """
        state, commit, extension = self.state, self.commit, self.extension
        by_debugger = commit.op == CommitOp.DEBUG_CSR
        is_access = (commit.op == CommitOp.CSR) | by_debugger
        wants_write = commit.csr_op != CsrOp.READ
        v = state.v & ~by_debugger
        access = Access(
            address=commit.csr_address,
            writes=wants_write,
            prv=Mux(by_debugger, 0b11, state.prv),
            v=v,
        )
        fault, is_owned = judge(m, state, access, extension.exists)
        selects = select(m, state, commit.csr_address, v)
        returning = {name: (commit.op == op) & when for op, ret in returns.items() for when, name in ret.epc}
        own, return_pc = connect_read(m, state, selects, returning)
        rdata = Mux(is_owned, own, extension.rdata)
        written = Signal(self.config.xlen, name="csr_written")
        m.d.comb += written.eq(modify(state, commit.csr_op, rdata, commit.csr_wdata, selects.is_row, is_owned))
        accepts = is_access & (fault == Fault.NONE)
        writes_own = Signal(name="csr_writes")
        m.d.comb += writes_own.eq(accepts & is_owned & wants_write)
        m.d.comb += [
            self.answer.rdata.eq(rdata),
            extension.select.eq(is_access & ~is_owned),
            extension.accept.eq(accepts & ~is_owned),
            extension.write.eq(accepts & ~is_owned & wants_write),
            extension.wdata.eq(written),
        ]
        writes = field_writes(m, state, selects.is_row, v, written, writes_own)
        return Mux(is_access, fault, Fault.NONE), return_pc, writes, extension.accept

    def _connect_outputs(self, m: Module, choice: InterruptChoice) -> None:
        """Connect what follows from state and lines alone."""
        for name, value in hart.outputs(self.state).items():
            if name in self.hart.signature.members:
                m.d.comb += getattr(self.hart, name).eq(value)
        for name, value in verdicts(self.state).items():
            m.d.comb += getattr(self.legality, name).eq(value)
        m.d.comb += [
            self.interrupt.request.eq(choice.request),
            self.interrupt.cause.eq(choice.cause),
            self.interrupt.target.eq(mode_of(choice.target)),
            self.interrupt.wake.eq(choice.wake),
        ]

    def _connect_trace(
        self,
        m: Module,
        trap: Trap,
        entered: Value,
        target: Value,
        returns: Mapping[CommitOp, xret.Return],
        fault: Value,
    ) -> None:
        """Connect the trace port."""
        trace, commit = self.trace, self.commit
        unaligned = self.config.ialign // 16  # bits of a pc that no xepc stores
        is_void = (fault != Fault.NONE) | ((commit.op == CommitOp.INTERRUPT) & ~entered)
        after = self.state.mode
        for op, ret in returns.items():
            executes = (commit.op == op) & (ret.fault == Fault.NONE)
            after = Mux(executes, Cat(ret.prv, ret.v), after)
        m.d.comb += [
            trace.kind.eq(Mux(is_void, CommitOp.NONE, commit.op)),
            trace.cause.eq(trap.code),
            trace.from_mode.eq(self.state.mode),
            trace.to_mode.eq(Mux(entered, mode_of(target), after)),
            trace.epc.eq(Cat(Const(0, unaligned), trap.pc[unaligned:])),
            trace.tval.eq(trap.tval),
            trace.vector.eq(self.answer.target),
        ]
        if self.config.h:
            m.d.comb += trace.gpa.eq(trap.gpa)


def mode_of(target: Value) -> Value:
    """Turn a `Target` into the `Mode` that it names."""
    low, high = target[0], target[1]
    return Cat(low | high, low & high, high & ~low)
