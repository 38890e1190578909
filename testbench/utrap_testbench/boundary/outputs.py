"""What every output port must show: one row for each, with its value by the golden model, and when it means something.

All that judges the unit reads these rows: the scoreboard of the regressions,
the replay of records, the model beside the running hart, the prover, and the
hatching of the timing diagrams. So values and conditions hold for integers and
for symbolic values, as the model's own code does: a condition is a comparison,
and nothing asks a number for its truth.

`BY_STATE` has the ports that follow from state and lines, whatever is
committed; `BY_EVENT` those that answer the event. While `rst` is 1 the event
has no effect, and what they say then is no matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from utrap_testbench import golden
from utrap_testbench.golden import Config, Insn
from utrap_testbench.golden.environment import henvcfg
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

from .moment import Answer, Now
from .operations import VERDICTS, Op, operation_bits
from .widths import bits, with_h, with_s, with_sdext, xlen

__all__ = ["ALWAYS", "BY_EVENT", "BY_STATE", "OUTPUTS", "Output", "When", "expected", "output_ports"]

T = TypeVar("T", contravariant=True)


@dataclass(frozen=True)
class When(Generic[T]):
    """When a port means something.

    Attributes:
        text: In words.
        reason: Why not elsewhere; "" where there is no elsewhere.
        holds: Whether it is so.
    """

    text: str
    reason: str
    holds: Callable[[T], Any]


ALWAYS: When[Any] = When("always", "", lambda now: True)


@dataclass(frozen=True)
class Output(Generic[T]):
    """An output port.

    Attributes:
        name: `<group>.<member>`.
        width: Its bits in a configuration, 0 where that lacks the port.
        value: What it must show, when it means something.
        when: When it does.
    """

    name: str
    width: Callable[[Config], int]
    value: Callable[[T], Any]
    when: When[T] = ALWAYS

    @property
    def verilog(self) -> str:
        """Its name in Verilog."""
        return self.name.replace(".", "_")


_REDIRECT: When[Answer] = When("with redirect", "target is meaningful with redirect", lambda a: a.outcome.redirect == 1)
_READ: When[Answer] = When(
    "CSR access without a fault",
    "a faulting access reads nothing, other events have no read data",
    lambda a: a.is_access and a.verdict == 0,
)
_WRITE: When[Answer] = When(
    "with extension_write",
    "what would be written, which nothing is otherwise",
    lambda a: a.is_outside and a.verdict == 0 and a.is_write,
)
_TRAP: When[Answer] = When(
    "a trap is taken", "the values of a trap, which is not taken otherwise", lambda a: a.outcome.trap == 1
)
_STORES_PC: When[Answer] = When(
    "a trap is taken, or the hart halts",
    "the pc of a trap or a halt, and there is none",
    lambda a: a.outcome.trap == 1 or a.outcome.halted == 1,
)
_EXCEPTION: When[Answer] = When(
    "an exception is taken",
    "an interrupt's trap value is 0 and not on the port",
    lambda a: a.op is Op.EXCEPTION and a.outcome.trap == 1,
)
_GUEST_PAGE_FAULT: When[Answer] = When(
    "a guest-page fault is taken",
    "other traps have no guest-physical address",
    lambda a: (
        a.op is Op.EXCEPTION and a.outcome.trap == 1 and any(a.outcome.cause == cause for cause in GUEST_PAGE_FAULTS)
    ),
)
_REQUEST: When[Now] = When(
    "with request", "there is nothing to say of no interrupt", lambda now: now.request.pending == 1
)

_JUDGED: When[Answer] = When(
    "CSR access",
    "the verdict on an access by commit_csr_address and commit_csr_op, which no event of the model asks for elsewhere",
    lambda a: a.op is Op.CSR,
)

_BIT, _VERDICT, _MODE, _CAUSE, _DIRTINESS, _PMM = 1, 2, 3, 6, 2, 2

BY_EVENT: tuple[Output[Answer], ...] = (
    Output("answer.fault", bits(_VERDICT), lambda a: a.verdict),
    Output("answer.redirect", bits(_BIT), lambda a: a.outcome.redirect),
    Output("answer.target", xlen, lambda a: a.outcome.target, _REDIRECT),
    Output("answer.rdata", xlen, lambda a: a.outcome.rdata, _READ),
    Output("answer.refetch", lambda c: int(c.refetch), lambda a: a.rewrites_translation and a.verdict == 0),
    Output("legality.csr", bits(_VERDICT), lambda a: a.verdict, _JUDGED),
    Output("extension.select", bits(_BIT), lambda a: a.is_outside),
    Output("extension.accept", bits(_BIT), lambda a: a.is_outside and a.verdict == 0),
    Output("extension.write", bits(_BIT), lambda a: a.is_outside and a.verdict == 0 and a.is_write),
    Output("extension.wdata", xlen, lambda a: a.outcome.written, _WRITE),
    Output("trace.kind", operation_bits, lambda a: a.op if a.takes_effect else Op.NONE),
    Output("trace.cause", bits(_CAUSE), lambda a: a.outcome.cause, _TRAP),
    Output("trace.from_mode", bits(_MODE), lambda a: a.outcome.from_mode),
    Output("trace.to_mode", bits(_MODE), lambda a: a.outcome.to_mode),
    Output("trace.epc", xlen, lambda a: a.outcome.epc, _STORES_PC),
    Output("trace.tval", xlen, lambda a: a.outcome.tval, _EXCEPTION),
    Output("trace.gpa", lambda c: c.rules.tval2.bit_length(), lambda a: a.outcome.tval2, _GUEST_PAGE_FAULT),
    Output("trace.vector", xlen, lambda a: a.outcome.target, _REDIRECT),
)


def _verdict(insn: Insn) -> Callable[[Now], int]:
    return lambda now: VERDICTS[golden.verdict(now.config, now.state, insn)]


#: Where they are in menvcfg and henvcfg.
_PBMTE, _ADUE = 62, 61


def _henvcfg(now: Now) -> int:
    return henvcfg(now.config.rules, now.state)


def _masks(config: Config) -> int:
    return _PMM * config.has_pointer_masking


def _masks_guests(config: Config) -> int:
    return _PMM * (config.xlen == 64 and config.h and config.ssnpm)


BY_STATE: tuple[Output[Now], ...] = (
    Output("interrupt.request", bits(_BIT), lambda now: now.request.pending),
    Output("interrupt.cause", bits(_CAUSE), lambda now: now.request.cause, _REQUEST),
    Output("interrupt.target", bits(_MODE), lambda now: now.request.mode, _REQUEST),
    Output("interrupt.rnmi", lambda c: _BIT * c.smrnmi, lambda now: golden.rnmi_is_due(now.config, now.state)),
    Output("interrupt.wake", bits(_BIT), lambda now: golden.wakes(now.config, now.state)),
    Output("legality.wfi", bits(_VERDICT), _verdict(Insn.WFI)),
    Output("legality.mret", bits(_VERDICT), _verdict(Insn.MRET)),
    Output("legality.sret", with_s(_VERDICT), _verdict(Insn.SRET)),
    Output("legality.uret", lambda c: _VERDICT * c.n, _verdict(Insn.URET)),
    Output("legality.mnret", lambda c: _VERDICT * c.smrnmi, _verdict(Insn.MNRET)),
    Output("legality.sfence_vma", with_s(_VERDICT), _verdict(Insn.SFENCE_VMA)),
    Output("legality.hfence_vvma", with_h(_VERDICT), _verdict(Insn.HFENCE_VVMA)),
    Output("legality.hfence_gvma", with_h(_VERDICT), _verdict(Insn.HFENCE_GVMA)),
    Output("legality.hlsv", with_h(_VERDICT), _verdict(Insn.HLV_W)),
    Output("legality.sfence_inval", lambda c: _VERDICT * c.svinval, _verdict(Insn.SFENCE_W_INVAL)),
    Output("legality.wrs_nto", lambda c: _VERDICT * c.zawrs, _verdict(Insn.WRS_NTO)),
    Output("legality.cbo_inval", lambda c: _VERDICT * c.zicbom, _verdict(Insn.CBO_INVAL)),
    Output("legality.cbo_clean", lambda c: _VERDICT * c.zicbom, _verdict(Insn.CBO_CLEAN)),
    Output("legality.cbo_zero", lambda c: _VERDICT * c.zicboz, _verdict(Insn.CBO_ZERO)),
    Output("legality.cm_jalt", lambda c: _VERDICT * (c.smstateen and c.zcmt), _verdict(Insn.CM_JALT)),
    Output(
        "legality.zfinx",
        lambda c: _VERDICT * (c.smstateen and c.zfinx and "F" not in c.isa),
        lambda now: VERDICTS[golden.float_in_x(now.config.rules, now.state).fault],
    ),
    Output("legality.sctrclr", lambda c: _VERDICT * (c.smctr and c.s), _verdict(Insn.SCTRCLR)),
    Output("hart.mode", bits(_MODE), lambda now: now.state.v << 2 | now.state.prv),
    Output("hart.ecall_cause", bits(_CAUSE), lambda now: golden.ecall_cause(now.config, now.state)),
    Output("hart.load_store_mode", bits(_MODE), lambda now: golden.load_store_mode(now.config, now.state)),
    Output("hart.fiom", bits(_BIT), lambda now: golden.fiom(now.config, now.state)),
    Output("hart.fs", lambda c: _DIRTINESS * c.fs, lambda now: now.state.mstatus_fs),
    Output("hart.vs", lambda c: _DIRTINESS * c.vs, lambda now: now.state.mstatus_vs),
    Output("hart.sum", with_s(_BIT), lambda now: now.state.mstatus_sum),
    Output("hart.mxr", with_s(_BIT), lambda now: now.state.mstatus_mxr),
    Output("hart.satp", lambda c: c.xlen * c.s, lambda now: now.state.satp),
    Output("hart.hlsv_mode", with_h(_MODE), lambda now: golden.hlsv_mode(now.config, now.state)),
    Output("hart.vs_sum", with_h(_BIT), lambda now: now.state.vsstatus_sum),
    Output("hart.vs_mxr", with_h(_BIT), lambda now: now.state.vsstatus_mxr),
    Output("hart.vsatp", lambda c: c.xlen * c.h, lambda now: now.state.vsatp),
    Output("hart.hgatp", lambda c: c.xlen * c.h, lambda now: now.state.hgatp),
    Output("hart.vs_fs", lambda c: _DIRTINESS * (c.h and c.fs), lambda now: now.state.vsstatus_fs),
    Output("hart.vs_vs", lambda c: _DIRTINESS * (c.h and c.vs), lambda now: now.state.vsstatus_vs),
    Output("hart.time_delta", with_h(64), lambda now: now.state.htimedelta),
    Output(
        "hart.cbo_inval_flushes",
        lambda c: _BIT * c.zicbom,
        lambda now: golden.cbo_inval_flushes(now.config.rules, now.state),
    ),
    Output("hart.pbmte", lambda c: _BIT * c.svpbmt, lambda now: now.state.menvcfg >> _PBMTE & 1),
    Output("hart.vs_pbmte", lambda c: _BIT * (c.svpbmt and c.h), lambda now: _henvcfg(now) >> _PBMTE & 1),
    Output("hart.adue", lambda c: _BIT * c.svadu, lambda now: now.state.menvcfg >> _ADUE & 1),
    Output("hart.vs_adue", lambda c: _BIT * (c.svadu and c.h), lambda now: _henvcfg(now) >> _ADUE & 1),
    Output("hart.load_store_pmm", _masks, lambda now: golden.pointer_masking(now.config, now.state)),
    Output("hart.hlsv_pmm", _masks_guests, lambda now: golden.hlsv_pointer_masking(now.config, now.state)),
    Output("hart.debug", with_sdext(_BIT), lambda now: now.state.debug),
    Output("hart.ebreak_halts", with_sdext(_BIT), lambda now: golden.ebreak_halts(now.config, now.state)),
    Output("hart.steps", with_sdext(_BIT), lambda now: golden.steps(now.config, now.state)),
    Output("hart.stops_counters", with_sdext(_BIT), lambda now: golden.stops_counters(now.config, now.state)),
    Output("hart.stops_time", with_sdext(_BIT), lambda now: golden.stops_time(now.config, now.state)),
    Output(
        "hart.critical_halts",
        lambda c: _BIT * (c.sdext and c.smdbltrp),
        lambda now: golden.critical_halts(now.config, now.state),
    ),
    Output(
        "hart.critical_error", lambda c: _BIT * c.smdbltrp, lambda now: golden.critical_error(now.config, now.state)
    ),
)

OUTPUTS: tuple[Output[Answer], ...] = (*BY_EVENT, *BY_STATE)


def output_ports(config: Config) -> dict[str, int]:
    """Name and width of every output port of a hart."""
    return {row.name: width for row in OUTPUTS if (width := row.width(config))}


def expected(answer: Answer) -> dict[str, int]:
    """What the hart's output ports must show, by name, those that mean something."""
    return {row.name: int(row.value(answer)) for row in OUTPUTS if row.width(answer.config) and row.when.holds(answer)}
