"""The architecture's vocabulary: modes, causes, and who may delegate what.

Causes, priorities and delegation stand here once, as tables; masks, cover
points, documents and C macros are folds over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum, unique
from functools import cache
from typing import TYPE_CHECKING, Any

from utrap.config import FIRST_LOCAL

if TYPE_CHECKING:
    from utrap.config import Config

__all__ = [
    "EXCEPTIONS",
    "CommitOp",
    "CsrOp",
    "ExceptionCause",
    "ExceptionRule",
    "Fault",
    "Interrupt",
    "InterruptRule",
    "Mode",
    "Privilege",
    "Target",
    "exceptions",
    "interrupts",
    "operations",
    "priority",
    "targets",
]


@unique
class Mode(IntEnum):
    """A privilege mode of the hart: bit 2 is V, bits 1:0 the nominal privilege."""

    U = 0
    S = 1  # HS where the hypervisor extension exists
    M = 3
    VU = 4
    VS = 5


@unique
class Privilege(IntEnum):
    """A nominal privilege: a mode without its bit for V."""

    U = 0
    S = 1
    M = 3


@unique
class Target(IntEnum):
    """A mode that takes traps, in two bits: also the row of its registers.

    No trap enters VU. A supervisor address selects row VS with V=1.
    """

    U = 0
    S = 1
    VS = 2
    M = 3

    @property
    def mode(self) -> Mode:
        """The mode as the hart is in it afterwards."""
        return Mode[self.name]

    @property
    def prefix(self) -> str:
        """How the names of its CSRs begin."""
        return self.name.lower()

    def is_in(self, config: Config) -> bool:
        """Whether the configuration can take a trap into the mode."""
        return {Target.M: True, Target.S: config.s, Target.U: config.n, Target.VS: config.h}[self]


@unique
class Fault(IntEnum):
    """Why an instruction may not execute in the current state."""

    NONE = 0
    ILLEGAL = 1  # the core raises cause 2
    VIRTUAL = 2  # the core raises cause 22


@unique
class CommitOp(IntEnum):
    """What the core retires in this cycle; one value, so never two events."""

    NONE = 0
    CSR = 1
    EXCEPTION = 2
    INTERRUPT = 3
    MRET = 4
    SRET = 5
    URET = 6
    DEBUG_CSR = 7  # a debugger's access, with M-mode's rights in any mode
    MNRET = 8
    RESUME = 9  # the hart leaves Debug Mode: DRET, or the debug module
    HALT = 10  # it enters Debug Mode
    RNMI = 11

    def is_in(self, config: Config) -> bool:
        """Whether the configuration's commit port has it."""
        if self in (CommitOp.MNRET, CommitOp.RNMI):
            return config.smrnmi
        return config.sdext or self not in (CommitOp.HALT, CommitOp.RESUME)


@cache
def operations(config: Config) -> type[IntEnum]:
    """Return the operations of a configuration, which are as wide as the highest of them needs."""
    make: Any = IntEnum  # mypy knows no enumeration whose members are not written down
    made: type[IntEnum] = make(CommitOp.__name__, {op.name: op.value for op in CommitOp if op.is_in(config)})
    return made


@unique
class CsrOp(IntEnum):
    """How a CSR instruction accesses its CSR."""

    READ = 0  # CSRRS, CSRRC with x0 or a zero immediate
    WRITE = 1
    SET = 2
    CLEAR = 3


@unique
class ExceptionCause(IntEnum):
    """Exception codes (norm:H_cause)."""

    INSTRUCTION_ADDRESS_MISALIGNED = 0
    INSTRUCTION_ACCESS_FAULT = 1
    ILLEGAL_INSTRUCTION = 2
    BREAKPOINT = 3
    LOAD_ADDRESS_MISALIGNED = 4
    LOAD_ACCESS_FAULT = 5
    STORE_ADDRESS_MISALIGNED = 6
    STORE_ACCESS_FAULT = 7
    ECALL_FROM_U = 8  # from U or VU
    ECALL_FROM_S = 9
    ECALL_FROM_VS = 10
    ECALL_FROM_M = 11
    INSTRUCTION_PAGE_FAULT = 12
    LOAD_PAGE_FAULT = 13
    STORE_PAGE_FAULT = 15
    DOUBLE_TRAP = 16
    SOFTWARE_CHECK = 18
    HARDWARE_ERROR = 19
    INSTRUCTION_GUEST_PAGE_FAULT = 20
    LOAD_GUEST_PAGE_FAULT = 21
    VIRTUAL_INSTRUCTION = 22
    STORE_GUEST_PAGE_FAULT = 23

    @property
    def is_guest_page_fault(self) -> bool:
        """Whether the trap carries a guest-physical address."""
        return self in (
            ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT,
            ExceptionCause.LOAD_GUEST_PAGE_FAULT,
            ExceptionCause.STORE_GUEST_PAGE_FAULT,
        )


@unique
class Interrupt(IntEnum):
    """Standard interrupt codes (norm:mip_mie_std_enc_txt, norm:mip_mie_vs, HU-24); from 16 on the platform's follow."""

    USI = 0
    SSI = 1
    VSSI = 2
    MSI = 3
    UTI = 4
    STI = 5
    VSTI = 6
    MTI = 7
    UEI = 8
    SEI = 9
    VSEI = 10
    MEI = 11
    SGEI = 12
    LCOFI = 13


def _always(_: Config) -> bool:
    return True


def _never(_: Config) -> bool:
    return False


def _with_s(config: Config) -> bool:
    return config.s


def _with_h(config: Config) -> bool:
    return config.h


def _with_n(config: Config) -> bool:
    return config.n


def _with_sscofpmf(config: Config) -> bool:
    return config.sscofpmf


def _with_shlcofideleg(config: Config) -> bool:
    return config.shlcofideleg


def _with_long_ialign(config: Config) -> bool:
    return config.ialign == 32


@dataclass(frozen=True, kw_only=True)
class ExceptionRule:
    """Which delegation registers hold a writable bit for one exception.

    Attributes:
        cause: The exception.
        medeleg: Whether medeleg's bit is writable (norm:medeleg_mideleg_warl).
        hedeleg: Whether hedeleg's bit is writable (norm:hedeleg_acc).
        sedeleg: Whether sedeleg's bit is writable (HU-9).
        huedeleg: Whether huedeleg's bit is writable (shudeleg section 3).
    """

    cause: ExceptionCause
    medeleg: Callable[[Config], bool]
    hedeleg: bool
    sedeleg: bool
    huedeleg: bool


def _rule(cause: ExceptionCause, medeleg: Callable[[Config], bool], guests: str) -> ExceptionRule:
    return ExceptionRule(
        cause=cause,
        medeleg=medeleg,
        hedeleg="h" in guests,
        sedeleg="s" in guests,
        huedeleg="u" in guests,
    )


_E = ExceptionCause

#: One row per exception code; the letters name the registers below medeleg
#: that have the bit: h hedeleg, s sedeleg, u huedeleg.
EXCEPTIONS: tuple[ExceptionRule, ...] = (
    _rule(_E.INSTRUCTION_ADDRESS_MISALIGNED, _with_long_ialign, "hsu"),
    _rule(_E.INSTRUCTION_ACCESS_FAULT, _always, "hsu"),
    _rule(_E.ILLEGAL_INSTRUCTION, _always, "hsu"),
    _rule(_E.BREAKPOINT, _always, "hsu"),
    _rule(_E.LOAD_ADDRESS_MISALIGNED, _always, "hsu"),
    _rule(_E.LOAD_ACCESS_FAULT, _always, "hsu"),
    _rule(_E.STORE_ADDRESS_MISALIGNED, _always, "hsu"),
    _rule(_E.STORE_ACCESS_FAULT, _always, "hsu"),
    _rule(_E.ECALL_FROM_U, _always, "hsu"),
    _rule(_E.ECALL_FROM_S, _with_s, ""),
    _rule(_E.ECALL_FROM_VS, _with_h, "u"),
    _rule(_E.ECALL_FROM_M, _never, ""),
    _rule(_E.INSTRUCTION_PAGE_FAULT, _always, "hsu"),
    _rule(_E.LOAD_PAGE_FAULT, _always, "hsu"),
    _rule(_E.STORE_PAGE_FAULT, _always, "hsu"),
    _rule(_E.DOUBLE_TRAP, _never, ""),  # norm:medeleg_16_no_rd0, HU-36
    _rule(_E.SOFTWARE_CHECK, _always, "hu"),
    _rule(_E.HARDWARE_ERROR, _always, "h"),
    _rule(_E.INSTRUCTION_GUEST_PAGE_FAULT, _with_h, "u"),
    _rule(_E.LOAD_GUEST_PAGE_FAULT, _with_h, "u"),
    _rule(_E.VIRTUAL_INSTRUCTION, _with_h, "u"),
    _rule(_E.STORE_GUEST_PAGE_FAULT, _with_h, "u"),
)


@dataclass(frozen=True, kw_only=True)
class InterruptRule:
    """What one interrupt is, and down to where it can be delegated.

    Attributes:
        code: Its number: its bit in xip and xie.
        name: As software calls it: MSI, SEI, ..., LOCAL16.
        present: Whether the configuration has it.
        level: The mode that it is named for: M, S, U, or VS (its own level,
            before any delegation). SGEI is a supervisor-level interrupt; the
            platform's own are M's.
        mideleg: "writable", "one" (read-only 1) or "zero" (read-only 0).
        passes_to_guest: Whether hideleg can pass on one that is not the guest's own.
    """

    code: int
    name: str
    present: Callable[[Config], bool]
    level: Mode
    mideleg: str
    passes_to_guest: Callable[[Config], bool] = _never

    @property
    def is_local(self) -> bool:
        """Whether it is one of the platform's own (norm:mip_mie_enc_txt)."""
        return self.code >= FIRST_LOCAL

    def is_in_hideleg(self, config: Config) -> bool:
        """Whether hideleg, with H, has a writable bit for it (warl:hideleg)."""
        return self.level is Mode.VS or self.passes_to_guest(config)

    @property
    def pending_field(self) -> str:
        """The name of its bit in xip, in lower case: msip, seip, ..., local16ip."""
        return f"{self.name.removesuffix('I')}IP".lower()

    @property
    def enable_field(self) -> str:
        """The name of its bit in xie, in lower case: msie, seie, ..., local16ie."""
        return f"{self.name.removesuffix('I')}IE".lower()

    def code_in(self, target: Target) -> int:
        """Its number as a mode sees it: a guest sees the supervisor-level one (norm:hideleg_trans)."""
        return self.code - 1 if target is Target.VS and self.level is Mode.VS else self.code


def _irq(
    code: Interrupt,
    present: Callable[[Config], bool],
    level: Mode,
    mideleg: str,
    passes_to_guest: Callable[[Config], bool] = _never,
) -> InterruptRule:
    return InterruptRule(
        code=code, name=code.name, present=present, level=level, mideleg=mideleg, passes_to_guest=passes_to_guest
    )


#: The standard interrupts, highest priority first among those for one target mode
#: (norm:intr_M_mode_pri, norm:hsint_priority, HU-26).
_STANDARD: tuple[InterruptRule, ...] = (
    _irq(Interrupt.MEI, _always, Mode.M, "zero"),
    _irq(Interrupt.MSI, _always, Mode.M, "zero"),
    _irq(Interrupt.MTI, _always, Mode.M, "zero"),
    _irq(Interrupt.SEI, _with_s, Mode.S, "writable"),
    _irq(Interrupt.SSI, _with_s, Mode.S, "writable"),
    _irq(Interrupt.STI, _with_s, Mode.S, "writable"),
    _irq(Interrupt.SGEI, _with_h, Mode.S, "one"),
    _irq(Interrupt.VSEI, _with_h, Mode.VS, "one"),
    _irq(Interrupt.VSSI, _with_h, Mode.VS, "one"),
    _irq(Interrupt.VSTI, _with_h, Mode.VS, "one"),
    # norm:vsip_vsie_lcofi
    _irq(Interrupt.LCOFI, _with_sscofpmf, Mode.S, "writable", _with_shlcofideleg),
    _irq(Interrupt.UEI, _with_n, Mode.U, "writable"),
    _irq(Interrupt.USI, _with_n, Mode.U, "writable"),
    _irq(Interrupt.UTI, _with_n, Mode.U, "writable"),
)


def priority(config: Config) -> tuple[InterruptRule, ...]:
    """Return the configuration's interrupts, highest priority first among those for one target mode.

    The platform's own stand before or behind all standard ones (warl:local_interrupts).
    """
    local = tuple(
        InterruptRule(
            code=code,
            name=f"LOCAL{code}",
            present=_always,
            level=Mode.M,
            mideleg="writable" if config.s else "zero",
            passes_to_guest=_with_s,
        )
        for code in range(FIRST_LOCAL, FIRST_LOCAL + config.local_interrupts)
    )
    standard = tuple(rule for rule in _STANDARD if rule.present(config))
    return local + standard if config.local_interrupts_first else standard + local


def interrupts(config: Config, *levels: Mode) -> Iterator[InterruptRule]:
    """Yield the configuration's interrupts of the levels (all if none) by code."""
    for rule in sorted(priority(config), key=lambda rule: rule.code):
        if not levels or rule.level in levels:
            yield rule


def exceptions(config: Config, register: str = "medeleg") -> Iterator[ExceptionRule]:
    """Yield the exceptions whose bit of the delegation register is writable."""
    for rule in EXCEPTIONS:
        writable = getattr(rule, register)
        if writable(config) if callable(writable) else writable:
            yield rule


def targets(config: Config) -> tuple[Target, ...]:
    """Return the modes that can take a trap, by number."""
    return tuple(target for target in Target if target.is_in(config))
