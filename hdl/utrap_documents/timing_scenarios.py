"""What the timing diagrams show: a few cycles of what the core drives, for each kind of operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from utrap.config import Config
from utrap.csr.configured import csr_rows
from utrap.isa import CommitOp, CsrOp, ExceptionCause, Interrupt, Mode

__all__ = ["CONFIG", "FOREIGN_CSRS", "SCENARIOS", "Cycle", "Scenario"]

#: The configuration that is simulated where a scenario has no other.
CONFIG = Config.profile("full", 64)
#: Numbers of CSRs that are not the unit's.
FOREIGN_CSRS = {"mcycle": 0xB00}

#: What is driven in one cycle, by port; what is not named is 0.
Cycle = Mapping[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """One diagram.

    Attributes:
        name: Its file's name.
        title: Its heading.
        text: What to look at, in Markdown.
        mode: The mode at its beginning.
        before: CSRs that are written before its first cycle.
        cycles: What the core and the platform drive in each cycle.
        shown: The ports and CSRs that it shows, in order.
        config: The configuration that is simulated.
    """

    name: str
    title: str
    text: str
    mode: Mode
    before: Mapping[str, int]
    cycles: tuple[Cycle, ...]
    shown: tuple[str, ...]
    config: Config = CONFIG


_IDLE: Cycle = {}
#: What many diagrams show together: an access, an exception, where a trap or a return leads.
_ACCESS = ("commit_op", "commit_csr_address", "commit_csr_op", "commit_csr_wdata")
_EXCEPTION = ("commit_op", "commit_cause", "commit_pc")
_REDIRECT = ("answer_redirect", "answer_target", "hart_mode")


def _csr(name: str, operation: CsrOp, value: int = 0, **others: int) -> Cycle:
    address = FOREIGN_CSRS.get(name) or csr_rows(CONFIG)[name].address
    event = {"commit_op": CommitOp.CSR, "commit_csr_address": address, "commit_csr_op": operation}
    return {**event, "commit_csr_wdata": value, **others}


def _exception(cause: ExceptionCause, pc: int, **others: int) -> Cycle:
    return {"commit_op": CommitOp.EXCEPTION, "commit_cause": cause, "commit_pc": pc, **others}


_RNMI: Cycle = {"lines_rnmi": 1, "lines_rnmi_cause": 2}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="csr",
        title="A CSR access",
        text=(
            "The unit answers in the cycle in which it is asked: `answer_rdata` is the old value. The new one is in"
            " the CSR in the next cycle, so accesses may follow each other without a gap. SET and CLEAR change only"
            " the bits of `commit_csr_wdata`; READ changes nothing."
        ),
        mode=Mode.M,
        before={"mscratch": 0x11},
        cycles=(
            _IDLE,
            _csr("mscratch", CsrOp.WRITE, 0x20),
            _csr("mscratch", CsrOp.SET, 0x03),
            _csr("mscratch", CsrOp.READ),
            _IDLE,
        ),
        shown=(*_ACCESS, "answer_fault", "answer_rdata", "mscratch"),
    ),
    Scenario(
        name="fault",
        title="A CSR access that is not allowed, and the exception that the core raises for it",
        text=(
            "In U-mode `mscratch` is out of reach: `answer_fault` is ILLEGAL in the same cycle, and nothing changes."
            " The core then raises the exception by itself, in any later cycle. Its cause is 2 for ILLEGAL and 22 for"
            " VIRTUAL. The same holds for a return, and for the verdicts of the legality port."
        ),
        mode=Mode.U,
        before={"mtvec": 0x400, "mscratch": 0x11},
        cycles=(
            _IDLE,
            _csr("mscratch", CsrOp.WRITE, 0x20),
            _exception(ExceptionCause.ILLEGAL_INSTRUCTION, 0x1004, commit_tval=0x340F1073),
            _IDLE,
            _IDLE,
        ),
        shown=(
            "commit_op",
            "commit_csr_address",
            "commit_cause",
            "commit_pc",
            "answer_fault",
            *_REDIRECT,
            "mepc",
            "mcause",
        ),
    ),
    Scenario(
        name="exception",
        title="An exception, delegated to S-mode",
        text=(
            "The target of the trap is known in the cycle of the event: `answer_redirect` and `answer_target` steer"
            " the fetch of the next cycle, in which the hart is in its new mode already. The trace port shows what"
            " happened in the cycle in which it does."
        ),
        mode=Mode.U,
        before={"medeleg": 1 << ExceptionCause.ECALL_FROM_U, "stvec": 0x800, "mstatus": 1 << 1},
        cycles=(_IDLE, _exception(ExceptionCause.ECALL_FROM_U, 0x1008), _IDLE, _IDLE),
        shown=(*_EXCEPTION, *_REDIRECT, "sepc", "scause", "trace_kind", "trace_from_mode", "trace_to_mode"),
    ),
    Scenario(
        name="interrupt",
        title="An interrupt",
        text=(
            "`interrupt_request` follows the lines, the enables and the mode, in the same cycle. The core takes the"
            " interrupt when it suits it, by committing INTERRUPT; here it retires one more instruction first."
            " Afterwards the interrupt is still pending, but `mstatus.MIE` is 0, so that the request is gone. A"
            " request may also go because a line falls; to commit INTERRUPT without a request does nothing."
        ),
        mode=Mode.M,
        before={"mtvec": 0x401, "mie": 1 << Interrupt.MTI, "mstatus": 1 << 3},
        cycles=(
            _IDLE,
            {"lines_mtip": 1},
            {"lines_mtip": 1, "commit_op": CommitOp.INTERRUPT, "commit_pc": 0x1010},
            {"lines_mtip": 1},
            _IDLE,
        ),
        shown=(
            "lines_mtip",
            "interrupt_request",
            "interrupt_cause",
            "interrupt_target",
            "commit_op",
            "commit_pc",
            "answer_redirect",
            "answer_target",
            "mepc",
            "mcause",
            "trace_kind",
        ),
    ),
    Scenario(
        name="return",
        title="A return",
        text=(
            "`answer_target` is the stored xepc, and the hart is in its new mode in the next cycle. The second return"
            " is an MRET in S-mode: it gets a fault and changes nothing."
        ),
        mode=Mode.M,
        before={"mepc": 0x2000, "mstatus": 1 << 11},
        cycles=(_IDLE, {"commit_op": CommitOp.MRET}, {"commit_op": CommitOp.MRET}, _IDLE),
        shown=("commit_op", "answer_fault", *_REDIRECT, "trace_kind"),
    ),
    Scenario(
        name="extension",
        title="A CSR outside the unit",
        text=(
            "`mcycle` is the core's own. In the same cycle the unit says `extension_select`, the core whether it has"
            " the CSR and what it reads, and the unit whether the access may execute: then, with `extension_write`,"
            " the core stores `extension_wdata` at the clock edge. In the last access the core has no such CSR:"
            " ILLEGAL."
        ),
        mode=Mode.M,
        before={},
        cycles=(
            _IDLE,
            _csr("mcycle", CsrOp.READ, extension_exists=1, extension_rdata=0x70),
            _csr("mcycle", CsrOp.SET, 0x0F, extension_exists=1, extension_rdata=0x71),
            _csr("mcycle", CsrOp.READ),
            _IDLE,
        ),
        shown=(
            *_ACCESS,
            "extension_select",
            "extension_exists",
            "extension_rdata",
            "extension_accept",
            "extension_write",
            "extension_wdata",
            "answer_fault",
            "answer_rdata",
        ),
    ),
    Scenario(
        name="direct",
        title="A guest's page fault straight to U-mode, and straight back",
        text=(
            "The way of Shudeleg. A load in VS-mode hits no guest page; `medeleg` and `huedeleg` delegate cause 21,"
            " and the address lies in a delegation window, so the trap enters U-mode through `utvec`. URET, in the"
            " same number of cycles, leads back into the guest: one cycle each, with no other mode between."
        ),
        mode=Mode.VS,
        before={
            "medeleg": 1 << ExceptionCause.LOAD_GUEST_PAGE_FAULT,
            "huedeleg": 1 << ExceptionCause.LOAD_GUEST_PAGE_FAULT,
            "hudcfg": 0b11,
            "hugpaw0": 0x80000000 >> 12 << 10 | 4 << 1 | 1,
            "utvec": 0xC00,
        },
        cycles=(
            _IDLE,
            _exception(
                ExceptionCause.LOAD_GUEST_PAGE_FAULT,
                0x3000,
                commit_gva=1,
                commit_tval=0x5678,
                commit_tval2=0x80003678 >> 2,
            ),
            _IDLE,
            {"commit_op": CommitOp.URET},
            _IDLE,
        ),
        shown=(*_EXCEPTION, "commit_tval2", *_REDIRECT, "uepc", "ucause", "hutval", "trace_kind"),
    ),
    Scenario(
        name="double_trap",
        title="A double trap, and a trap that nobody can take",
        text=(
            "With Ssdbltrp and Smdbltrp. `mstatus.SDT` is 1 while the supervisor's handler saves its registers: a page"
            " fault there goes to M, in the same cycle as any trap, with `mcause` 16 and its own cause in `mtval2`. M's"
            " handler begins with `mstatus.MDT` 1. Another exception before it clears that has nowhere to go: there is"
            " no redirect, nothing but `hart_critical_error` changes, and no event is taken until reset."
        ),
        mode=Mode.S,
        before={
            "menvcfg": 1 << 59,
            "medeleg": 1 << ExceptionCause.LOAD_PAGE_FAULT,
            "mtvec": 0x400,
            "stvec": 0x800,
            "mstatus": 1 << 24,
        },
        cycles=(
            _IDLE,
            _exception(ExceptionCause.LOAD_PAGE_FAULT, 0x804, commit_tval=0x5678),
            _IDLE,
            _exception(ExceptionCause.LOAD_ACCESS_FAULT, 0x408),
            _IDLE,
        ),
        shown=(*_EXCEPTION, *_REDIRECT, "mepc", "mcause", "mtval2", "hart_critical_error", "trace_kind"),
        config=CONFIG.replace(ssdbltrp=True, smdbltrp=True),
    ),
    Scenario(
        name="rnmi",
        title="A resumable non-maskable interrupt",
        text=(
            "With Smrnmi. `interrupt_rnmi` follows the line while `mnstatus.NMIE` is 1, whatever `mstatus` and `mie`"
            " say; the core takes it by committing RNMI. The pc, the cause and the mode go to CSRs of their own, and"
            " the handler of whatever ran before finds its registers as they were. NMIE is 0 in the handler, so that"
            " nothing is requested there; MNRET sets it, and leads back to `mnepc`."
        ),
        mode=Mode.U,
        before={"mnstatus": 1 << 3},
        cycles=(
            _IDLE,
            _RNMI,
            {**_RNMI, "commit_op": CommitOp.RNMI, "commit_pc": 0x1010},
            _RNMI,
            {"commit_op": CommitOp.MNRET},
            _IDLE,
        ),
        shown=(
            "lines_rnmi",
            "lines_rnmi_cause",
            "interrupt_rnmi",
            "commit_op",
            "commit_pc",
            *_REDIRECT,
            "mnepc",
            "mncause",
            "mnstatus",
            "trace_kind",
        ),
        config=CONFIG.replace(smrnmi=True, rnmi_interrupt_vector=0x700),
    ),
    Scenario(
        name="reset",
        title="Reset",
        text=(
            "`rst` is synchronous: at the rising edge of `clk` all state takes its reset value, whatever is committed"
            " in that cycle."
        ),
        mode=Mode.U,
        before={"mtvec": 0x400, "mscratch": 0x11},
        cycles=(
            _IDLE,
            {"rst": 1, **_exception(ExceptionCause.BREAKPOINT, 0x1000)},
            _IDLE,
        ),
        shown=("rst", "commit_op", "hart_mode", "mscratch", "mepc"),
    ),
)
