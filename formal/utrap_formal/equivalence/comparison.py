"""What is compared, when, and why not otherwise: the meaning of "equal", in one table.

Every output of the RTL stands in exactly one row; the prover refuses an RTL with
an output that has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from utrap.isa import CommitOp, Fault
from utrap_testbench import golden
from utrap_testbench.golden import CsrOp, Insn, Outcome, State
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

__all__ = ["BY_EVENT", "BY_STATE", "Answer", "EventRow", "StateRow", "table"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the model did with an event."""

    config: golden.Config
    op: CommitOp
    event: golden.Event | None
    before: State
    after: State
    outcome: Outcome

    @property
    def is_access(self) -> bool:
        """A CSR is read or written."""
        return self.op in (CommitOp.CSR, CommitOp.DEBUG_CSR)

    @property
    def is_outside(self) -> bool:
        """A CSR is accessed that the unit does not have; it may still refuse the address by itself."""
        if not isinstance(self.event, golden.CsrAccess):
            return False
        csr = self.config.rules.csrs.get(self.event.address)
        return csr is None or csr.is_placeholder

    @property
    def is_write(self) -> bool:
        """A CSR is accessed, and not just read."""
        return isinstance(self.event, golden.CsrAccess) and self.event.op is not CsrOp.READ

    @property
    def fault(self) -> Fault:
        """The model's verdict as the RTL encodes it."""
        return _FAULTS[self.outcome.fault]

    @property
    def takes_effect(self) -> bool:
        """No fault, and an interrupt if one was to be taken."""
        return self.fault is Fault.NONE and (self.op is not CommitOp.INTERRUPT or self.outcome.trap == 1)


_FAULTS = {
    golden.Fault.NONE.value: Fault.NONE,
    golden.Fault.ILLEGAL.value: Fault.ILLEGAL,
    golden.Fault.VIRTUAL.value: Fault.VIRTUAL,
}


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One output that answers events: compared where `when` holds, with `value`; `reason` says why not elsewhere."""

    output: str
    when: str
    reason: str
    applies: Callable[[Answer], bool]
    value: Callable[[Answer], Any]


def _always(output: str, value: Callable[[Answer], Any]) -> EventRow:
    return EventRow(output=output, when="always", reason="", applies=lambda a: True, value=value)


_TARGET = "target is meaningful with redirect"
_TRAP = "the values of a trap, which is not taken otherwise"
_WRITES = "what would be written, which nothing is otherwise"

BY_EVENT: tuple[EventRow, ...] = (
    _always("answer_fault", lambda a: a.fault),
    _always("answer_redirect", lambda a: a.outcome.redirect),
    EventRow(
        output="answer_target",
        when="with redirect",
        reason=_TARGET,
        applies=lambda a: a.outcome.redirect == 1,
        value=lambda a: a.outcome.target,
    ),
    EventRow(
        output="answer_rdata",
        when="CSR access without a fault",
        reason="a faulting access reads nothing, other events have no read data",
        applies=lambda a: a.is_access and a.fault is Fault.NONE,
        value=lambda a: a.outcome.rdata,
    ),
    _always("extension_select", lambda a: a.is_outside),
    _always("extension_accept", lambda a: a.is_outside and a.fault is Fault.NONE),
    _always("extension_write", lambda a: a.is_outside and a.fault is Fault.NONE and a.is_write),
    EventRow(
        output="extension_wdata",
        when="with extension_write",
        reason=_WRITES,
        applies=lambda a: a.is_outside and a.fault is Fault.NONE and a.is_write,
        value=lambda a: a.outcome.written,
    ),
    _always("trace_kind", lambda a: a.op if a.takes_effect else CommitOp.NONE),
    _always("trace_from_mode", lambda a: a.outcome.from_mode),
    _always("trace_to_mode", lambda a: a.outcome.to_mode),
    EventRow(
        output="trace_cause",
        when="a trap is taken",
        reason=_TRAP,
        applies=lambda a: a.outcome.trap == 1,
        value=lambda a: a.outcome.cause,
    ),
    EventRow(
        output="trace_epc",
        when="a trap is taken",
        reason=_TRAP,
        applies=lambda a: a.outcome.trap == 1,
        value=lambda a: a.outcome.epc,
    ),
    EventRow(
        output="trace_tval",
        when="an exception is taken",
        reason="an interrupt's trap value is 0 and not on the port",
        applies=lambda a: a.op is CommitOp.EXCEPTION,
        value=lambda a: a.outcome.tval,
    ),
    EventRow(
        output="trace_gpa",
        when="a guest-page fault is taken",
        reason="other traps have no guest-physical address",
        applies=lambda a: a.op is CommitOp.EXCEPTION and any(a.outcome.cause == cause for cause in GUEST_PAGE_FAULTS),
        value=lambda a: a.outcome.tval2,
    ),
    EventRow(
        output="trace_vector",
        when="with redirect",
        reason=_TARGET,
        applies=lambda a: a.outcome.redirect == 1,
        value=lambda a: a.outcome.target,
    ),
)


@dataclass(frozen=True, kw_only=True)
class StateRow:
    """One output that follows from state and lines; `values` gives it, or nothing where it has no meaning."""

    output: str
    value: Callable[[golden.Config, State], Any]
    when: str = "always"
    reason: str = ""


def _verdict(insn: Insn) -> Callable[[golden.Config, State], Any]:
    return lambda config, s: _FAULTS[golden.verdict(config, s, insn)]


def _field(name: str) -> Callable[[golden.Config, State], Any]:
    return lambda config, s: getattr(s, name)


def _requested(part: str) -> Callable[[golden.Config, State], Any]:
    def value(config: golden.Config, s: State) -> Any:
        request = golden.pending_interrupt(config, s)
        return getattr(request, part) if request.pending else None

    return value


_REQUEST = "there is nothing to say of no interrupt"

BY_STATE: tuple[StateRow, ...] = (
    StateRow(output="interrupt_request", value=lambda c, s: golden.pending_interrupt(c, s).pending),
    StateRow(output="interrupt_cause", value=_requested("cause"), when="with request", reason=_REQUEST),
    StateRow(output="interrupt_target", value=_requested("mode"), when="with request", reason=_REQUEST),
    StateRow(output="interrupt_wake", value=golden.wakes),
    StateRow(output="legality_wfi", value=_verdict(Insn.WFI)),
    StateRow(output="legality_sfence_vma", value=_verdict(Insn.SFENCE_VMA)),
    StateRow(output="legality_hfence_vvma", value=_verdict(Insn.HFENCE_VVMA)),
    StateRow(output="legality_hfence_gvma", value=_verdict(Insn.HFENCE_GVMA)),
    StateRow(output="legality_hlsv", value=_verdict(Insn.HLV_W)),
    StateRow(output="hart_mode", value=lambda c, s: s.v << 2 | s.prv),
    StateRow(output="hart_ecall_cause", value=golden.ecall_cause),
    StateRow(output="hart_load_store_mode", value=golden.load_store_mode),
    StateRow(output="hart_hlsv_mode", value=golden.hlsv_mode),
    StateRow(output="hart_fiom", value=golden.fiom),
    StateRow(output="hart_fs", value=_field("mstatus_fs")),
    StateRow(output="hart_vs", value=_field("mstatus_vs")),
    StateRow(output="hart_vs_fs", value=_field("vsstatus_fs")),
    StateRow(output="hart_vs_vs", value=_field("vsstatus_vs")),
    StateRow(output="hart_sum", value=_field("mstatus_sum")),
    StateRow(output="hart_mxr", value=_field("mstatus_mxr")),
    StateRow(output="hart_vs_sum", value=_field("vsstatus_sum")),
    StateRow(output="hart_vs_mxr", value=_field("vsstatus_mxr")),
    StateRow(output="hart_satp", value=_field("satp")),
    StateRow(output="hart_vsatp", value=_field("vsatp")),
    StateRow(output="hart_hgatp", value=_field("hgatp")),
    StateRow(output="hart_time_delta", value=_field("htimedelta")),
)


def table() -> Iterator[tuple[str, str, str]]:
    """Yield each output, when it is compared, and why not elsewhere; and the next state, field by field."""
    yield "next state", "always", ""
    rows: tuple[EventRow | StateRow, ...] = (*BY_EVENT, *BY_STATE)
    for row in rows:
        yield row.output, row.when, row.reason
