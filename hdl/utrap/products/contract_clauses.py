"""What a core owes the unit at its ports, clause by clause, as conditions on the ports in Verilog.

A clause holds in every cycle without reset, from the first reset on. Its condition may look at the ports and at what
the contract's module remembers (`products.contract`): `past_*` is the cycle before, `faulty_*` the last fault that the
core has not raised yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from utrap.config import Config
from utrap.form import Form
from utrap.isa import CommitOp, ExceptionCause, exceptions

__all__ = ["Clause", "clauses"]

_CUSTOM = "(commit_cause >= 6'd24 && commit_cause <= 6'd31) || commit_cause >= 6'd48"
_ECALLS = (
    ExceptionCause.ECALL_FROM_U,
    ExceptionCause.ECALL_FROM_S,
    ExceptionCause.ECALL_FROM_VS,
    ExceptionCause.ECALL_FROM_M,
)
_GUEST_PAGE = (
    ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT,
    ExceptionCause.LOAD_GUEST_PAGE_FAULT,
    ExceptionCause.STORE_GUEST_PAGE_FAULT,
)
_FETCH = (
    ExceptionCause.INSTRUCTION_ADDRESS_MISALIGNED,
    ExceptionCause.INSTRUCTION_ACCESS_FAULT,
    ExceptionCause.INSTRUCTION_PAGE_FAULT,
)
_DATA_PAGE = (ExceptionCause.LOAD_PAGE_FAULT, ExceptionCause.STORE_PAGE_FAULT)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One obligation.

    Attributes:
        name: Its name, under which a tool reports it.
        text: What the core owes.
        holds: The condition in Verilog.
        exists: Whether a configuration, in a form, has the ports for it.
    """

    name: str
    text: str
    holds: Callable[[Config], str]
    exists: Callable[[Config, Form], bool] = lambda config, form: True


def _is_told(config: Config) -> bool:
    return config.mhartid == "port"


def _any(tests: Iterable[str]) -> str:
    return f"({' || '.join(tests)})"


def _is(config: Config, *ops: CommitOp) -> str:
    """Whether one of these operations is committed."""
    return _any(f"commit_op == OP_{op.name}" for op in ops if op.is_in(config))


def _cause(config: Config, *causes: ExceptionCause) -> str:
    """Whether the exception is one of these, as far as the hart has them."""
    return _any(f"commit_cause == CAUSE_{cause.name}" for cause in causes if cause in _known_causes(config))


def _raises(config: Config, *causes: ExceptionCause) -> str:
    return f"({_is(config, CommitOp.EXCEPTION)} && {_cause(config, *causes)})"


def _known_causes(config: Config) -> list[ExceptionCause]:
    """Those that a core can raise: that can be delegated, and that cannot be at all."""
    never = {ExceptionCause.ECALL_FROM_M, ExceptionCause.INSTRUCTION_ADDRESS_MISALIGNED}
    return sorted({rule.cause for rule in exceptions(config)} | never)


def _exists(config: Config) -> str:
    return f"!{_is(config, CommitOp.EXCEPTION)} || {_cause(config, *_known_causes(config))} || {_CUSTOM}"


def _fetch_gva(config: Config) -> str:
    return f"!{_raises(config, *_FETCH)} || commit_gva == hart_mode[2]"


def _no_gva(config: Config) -> str:
    without = (ExceptionCause.ILLEGAL_INSTRUCTION, ExceptionCause.VIRTUAL_INSTRUCTION, *_ECALLS)
    return f"!{_raises(config, *without)} || !commit_gva"


def _aligned(config: Config) -> str:
    ops = _is(config, CommitOp.EXCEPTION, CommitOp.INTERRUPT, CommitOp.HALT, CommitOp.RNMI)
    return f"!{ops} || commit_pc[{config.ialign // 16 - 1}:0] == 0"


def _dirty(config: Config, name: str) -> str:
    lets = f"hart_{name} != 2'd0" + (f" && (!hart_mode[2] || hart_vs_{name} != 2'd0)" if config.h else "")
    here = f"{_is(config, CommitOp.NONE)} || ({_is(config, CommitOp.CSR)} && extension_select)"
    return f"!commit_{name}_dirty || (({here}) && {lets})"


def _raised(config: Config) -> str:
    """The same instruction may be asked about again; an interrupt or a halt may come before the exception."""
    virtual = f"faulty_fault == FAULT_VIRTUAL && {_cause(config, ExceptionCause.VIRTUAL_INSTRUCTION)}"
    illegal = f"faulty_fault == FAULT_ILLEGAL && {_cause(config, ExceptionCause.ILLEGAL_INSTRUCTION)}"
    raised = f"{_is(config, CommitOp.EXCEPTION)} && (({illegal})" + (f" || ({virtual})" if config.h else "") + ")"
    other = _is(config, CommitOp.NONE, CommitOp.INTERRUPT, CommitOp.DEBUG_CSR, CommitOp.HALT, CommitOp.RNMI)
    again = f"commit_op == faulty_op && ({_is(config, CommitOp.CSR)} ? commit_csr_address == faulty_csr : 1'b1)"
    return f"!is_faulty || {other} || ({again}) || ({raised})"


def _halts(config: Config) -> str:
    why = "commit_halt_cause != 3'd0 && (commit_halt_cause != 3'd1 || hart_ebreak_halts)"
    return f"!{_is(config, CommitOp.HALT)} || ({why} && (commit_halt_cause != 3'd4 || hart_steps))"


_CLAUSES = (
    Clause(
        name="inputs_are_known",
        text="No X on what is looked at in every cycle.",
        holds=lambda c: f"^{{commit_op, lines{', hartid' if _is_told(c) else ''}}} !== 1'bx",
    ),
    Clause(
        name="operation_exists",
        text="commit_op is an operation that the configuration has.",
        holds=lambda c: _is(c, *(op for op in CommitOp if op.is_in(c))),
    ),
    Clause(
        name="hart_number_stays",
        text="hartid does not change.",
        holds=lambda c: "!past_is_running || hartid == past_hartid",
        exists=lambda c, form: _is_told(c),
    ),
    Clause(
        name="pc_is_aligned",
        text="The pc of a trap or a halt is that of an instruction.",
        holds=_aligned,
    ),
    Clause(
        name="cause_exists",
        text="An exception's code is one that the hart has, or a custom one.",
        holds=_exists,
    ),
    Clause(
        name="ecall_is_of_the_mode",
        text="An ECALL's cause is hart_ecall_cause.",
        holds=lambda c: f"!{_raises(c, *_ECALLS)} || commit_cause == hart_ecall_cause",
    ),
    Clause(
        name="ecall_has_no_value",
        text="An ECALL's trap value is 0.",
        holds=lambda c: f"!{_raises(c, *_ECALLS)} || commit_tval == 0",
    ),
    Clause(
        name="fetch_is_aligned",
        text="With 16-bit instructions no fetch is misaligned.",
        holds=lambda c: f"!{_raises(c, ExceptionCause.INSTRUCTION_ADDRESS_MISALIGNED)}",
        exists=lambda c, form: c.ialign == 16,
    ),
    Clause(
        name="machine_mode_fetches_without_pages",
        text="There is no instruction page fault in M.",
        holds=lambda c: f"!{_raises(c, ExceptionCause.INSTRUCTION_PAGE_FAULT)} || hart_mode != MODE_M",
    ),
    Clause(
        name="machine_mode_accesses_without_pages",
        text="A load or store as M has no page fault (MPRV: hart_load_store_mode).",
        holds=lambda c: f"!{_raises(c, *_DATA_PAGE)} || hart_load_store_mode != MODE_M",
        # HLV and HSV have one whatever MPRV says.
        exists=lambda c, form: not c.h,
    ),
    Clause(
        name="virtual_instruction_is_a_guests",
        text="A virtual-instruction exception comes from a guest.",
        holds=lambda c: f"!{_raises(c, ExceptionCause.VIRTUAL_INSTRUCTION)} || hart_mode[2]",
        exists=lambda c, form: c.h,
    ),
    Clause(
        name="guest_fetches_fault_in_guests",
        text="An instruction guest-page fault comes from a guest.",
        holds=lambda c: f"!{_raises(c, ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT)} || hart_mode[2]",
        exists=lambda c, form: c.h,
    ),
    Clause(
        name="guest_page_fault_has_gva",
        text="A guest-page fault's trap value is a guest virtual address.",
        holds=lambda c: f"!{_raises(c, *_GUEST_PAGE)} || commit_gva",
        exists=lambda c, form: c.h,
    ),
    Clause(
        name="fetch_has_gva_in_guests_alone",
        text="A fetch's address is a guest's where V is 1, and nowhere else.",
        holds=_fetch_gva,
        exists=lambda c, form: c.h,
    ),
    Clause(
        name="no_gva_without_an_address",
        text="Of an illegal or virtual instruction and an ECALL there is no guest virtual address.",
        holds=_no_gva,
        exists=lambda c, form: c.h,
    ),
    *(
        Clause(
            name=f"{name}_dirty_where_{name}_is_on",
            text=f"commit_{name}_dirty comes with NONE or a CSR outside, and never while {name.upper()} is Off.",
            holds=lambda c, name=name: _dirty(c, name),  # type: ignore[misc]
            exists=lambda c, form, name=name: getattr(c, name),  # type: ignore[misc]
        )
        for name in ("fs", "vs")
    ),
    Clause(
        name="fault_is_raised",
        text="After a fault the next event is its exception (2, or 22 for VIRTUAL), but for an interrupt or a halt.",
        holds=_raised,
    ),
    Clause(
        name="redirect_is_followed",
        text="A trap in the cycle after a redirect has the pc that was redirected to.",
        holds=lambda c: (
            f"!past_redirect || !{_is(c, CommitOp.EXCEPTION, CommitOp.INTERRUPT)} || commit_pc == past_target"
        ),
    ),
    Clause(
        name="halt_has_its_cause",
        text="A halt says why, as dcsr.cause; 1 where EBREAK halts, 4 where the hart steps.",
        holds=_halts,
        exists=lambda c, form: c.sdext,
    ),
    Clause(
        name="stopped_hart_is_silent",
        text="A hart in a critical error commits nothing.",
        holds=lambda c: f"!hart_critical_error || {_is(c, CommitOp.NONE, CommitOp.DEBUG_CSR)}",
        exists=lambda c, form: c.smdbltrp,
    ),
)
#: With an asynchronous reset, in every cycle with it.
IN_RESET = Clause(
    name="nothing_in_reset",
    text="While an asynchronous reset is active nothing is committed.",
    holds=lambda c: _is(c, CommitOp.NONE),
    exists=lambda c, form: form.is_asynchronous,
)


def clauses(config: Config, form: Form) -> Iterator[Clause]:
    """Yield the clauses of a configuration."""
    yield from (clause for clause in _CLAUSES if clause.exists(config, form))
