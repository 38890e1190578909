"""What can happen to the hart in one step: one small class for each kind of event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class CsrOp(Enum):
    """What a CSR instruction does. READ is CSRRS or CSRRC with x0 as source; everything else writes."""

    __hash__ = object.__hash__  # each member is one object; Enum's own looks at its name, and costs more

    READ = 0
    WRITE = 1
    SET = 2
    CLEAR = 3


@unique
class Return(Enum):
    """The trap-return instructions."""

    __hash__ = object.__hash__  # likewise

    MRET = "mret"
    SRET = "sret"
    URET = "uret"
    MNRET = "mnret"


@unique
class Insn(Enum):
    """Instructions whose legality depends on trap state; the value is the assembler name."""

    WFI = "wfi"
    SFENCE_VMA = "sfence.vma"
    SINVAL_VMA = "sinval.vma"
    SFENCE_W_INVAL = "sfence.w.inval"
    SFENCE_INVAL_IR = "sfence.inval.ir"
    HFENCE_VVMA = "hfence.vvma"
    HFENCE_GVMA = "hfence.gvma"
    HINVAL_VVMA = "hinval.vvma"
    HINVAL_GVMA = "hinval.gvma"
    WRS_NTO = "wrs.nto"
    CM_JALT = "cm.jalt"
    SCTRCLR = "sctrclr"
    CBO_INVAL = "cbo.inval"
    CBO_CLEAN = "cbo.clean"
    CBO_FLUSH = "cbo.flush"
    CBO_ZERO = "cbo.zero"
    HLV_B = "hlv.b"
    HLV_BU = "hlv.bu"
    HLV_H = "hlv.h"
    HLV_HU = "hlv.hu"
    HLV_W = "hlv.w"
    HLV_WU = "hlv.wu"
    HLV_D = "hlv.d"
    HLVX_HU = "hlvx.hu"
    HLVX_WU = "hlvx.wu"
    HSV_B = "hsv.b"
    HSV_H = "hsv.h"
    HSV_W = "hsv.w"
    HSV_D = "hsv.d"
    ECALL = "ecall"
    EBREAK = "ebreak"
    MRET = "mret"
    SRET = "sret"
    URET = "uret"
    MNRET = "mnret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """An instruction retires that this model need not know; it may have written FP or vector state."""

    fs_dirty: int = 0
    vs_dirty: int = 0


@dataclass(slots=True, kw_only=True, unsafe_hash=True)  # nobody changes one; frozen, it would cost more to make
class CsrAccess:
    """A CSR instruction, or with `debug` an access by a debugger.

    `wdata` is the value of rs1 or the immediate. For an address that the trap
    unit does not own, `ext_exists` says whether the hart has such a CSR and
    `ext_rdata` what it reads; a write to it also retires what `fs_dirty` and
    `vs_dirty` say. A debugger's access is judged and addressed as M-mode's with
    V=0, whatever the mode.
    """

    address: int
    op: CsrOp
    wdata: int = 0
    debug: bool = False
    ext_exists: int = 0
    ext_rdata: int = 0
    fs_dirty: int = 0
    vs_dirty: int = 0


@dataclass(slots=True, kw_only=True, unsafe_hash=True)  # likewise
class TakeException:
    """A synchronous exception: the trap is taken in this step.

    `tval2` is the faulting guest-physical address shifted right by 2; `gva`
    says that `tval` is a guest virtual address; `tinst` is the trap
    instruction value. The core supplies all of them.
    """

    cause: int
    pc: int
    tval: int = 0
    gva: int = 0
    tval2: int = 0
    tinst: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInterrupt:
    """The core is ready to take an interrupt instead of the instruction at `pc`; nothing to take: no effect.

    `lines`, `hgeip` and `time`, where given, are new levels and the new time,
    which hold from this step on; with `lcofi` a counter has overflowed before it.
    """

    pc: int
    lines: int | None = None
    hgeip: int | None = None
    time: int | None = None
    lcofi: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRnmi:
    """The core is ready to take an RNMI instead of the instruction at `pc`; nothing due: no effect."""

    pc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """The hart enters Debug Mode before the instruction at `pc`.

    `cause` is as in dcsr, 3 bits; `nmip` says that an NMI is pending.
    """

    pc: int
    cause: int
    nmip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The hart leaves Debug Mode (DRET, or by the debug module)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLines:
    """The inputs change: `lines` has the levels at the bit numbers of mip (11, 9, 8, 7, 3).

    `time` has 64 bits, `rnmi_cause` 6.
    """

    lines: int
    hgeip: int = 0
    time: int = 0
    rnmi: int = 0
    rnmi_cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOverflow:
    """A counter overflows whose OF was 0: LCOFIP is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapReturn:
    """MRET, SRET or URET is executed."""

    insn: Return


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Would this instruction be allowed? Changes nothing."""

    insn: Insn


Event = (
    Retire | CsrAccess | TakeException | TakeInterrupt | TakeRnmi | Halt | Resume | SetLines | CounterOverflow
    | TrapReturn | Query
)  # fmt: skip
