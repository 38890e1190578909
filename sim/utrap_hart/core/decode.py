"""The instructions, one line for each, and what the core does with them.

A line holds the instruction's bits as the manual's tables print them, highest
first, what kind of instruction it is, and where its immediate stands. What
the bits say by themselves (sizes, the ALU's operation, register numbers) is
read from them where it is needed, by `Fields`.
"""

from __future__ import annotations

from enum import Enum, IntEnum, unique
from typing import NamedTuple

from amaranth.hdl import Cat, Const, Module, Signal, Value

__all__ = ["INSTRUCTIONS", "Fields", "Immediate", "Instruction", "Kind", "decode"]


@unique
class Kind(IntEnum):
    """What the core does with an instruction."""

    ILLEGAL = 0
    LUI = 1
    AUIPC = 2
    JAL = 3
    JALR = 4
    BRANCH = 5
    COMPUTE = 6  # OP, OP-IMM and their forms on words
    MULDIV = 7
    LOAD = 8
    STORE = 9
    LR = 10
    SC = 11
    AMO = 12
    HLV = 13
    HLVX = 14
    HSV = 15
    FENCE = 16  # nothing is buffered or cached: memory is always in order
    CSR = 17
    ECALL = 18
    EBREAK = 19
    MRET = 20
    SRET = 21
    URET = 22
    WFI = 23
    SFENCE_VMA = 24
    HFENCE_VVMA = 25
    HFENCE_GVMA = 26


class Immediate(Enum):
    """Where an instruction holds its immediate: the manual's letters; NONE is 0."""

    NONE = "-"
    I = "I"  # noqa: E741
    S = "S"
    B = "B"
    U = "U"
    J = "J"


class Instruction(NamedTuple):
    """One instruction.

    Attributes:
        name: As assemblers write it.
        bits: 32 of 0, 1 and -, highest first.
        kind: What the core does.
        immediate: Where its immediate stands.
    """

    name: str
    bits: str
    kind: Kind
    immediate: Immediate


def _rows(text: str, kind: Kind, immediate: Immediate = Immediate.NONE) -> tuple[Instruction, ...]:
    """Read lines of bits and names."""
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        *groups, name = line.split()
        bits = "".join(groups)
        assert len(bits) == 32, line
        rows.append(Instruction(name=name, bits=bits, kind=kind, immediate=immediate))
    return tuple(rows)


#: RV64IMA_Zicsr_Zifencei, the privileged instructions, and the hypervisor's.
INSTRUCTIONS: tuple[Instruction, ...] = (
    *_rows("-------------------- ----- 0110111 lui", Kind.LUI, Immediate.U),
    *_rows("-------------------- ----- 0010111 auipc", Kind.AUIPC, Immediate.U),
    *_rows("-------------------- ----- 1101111 jal", Kind.JAL, Immediate.J),
    *_rows("------------ ----- 000 ----- 1100111 jalr", Kind.JALR, Immediate.I),
    *_rows(
        """
        ------- ----- ----- 000 ----- 1100011 beq
        ------- ----- ----- 001 ----- 1100011 bne
        ------- ----- ----- 100 ----- 1100011 blt
        ------- ----- ----- 101 ----- 1100011 bge
        ------- ----- ----- 110 ----- 1100011 bltu
        ------- ----- ----- 111 ----- 1100011 bgeu
        """,
        Kind.BRANCH,
        Immediate.B,
    ),
    *_rows(
        """
        ------------ ----- 000 ----- 0000011 lb
        ------------ ----- 001 ----- 0000011 lh
        ------------ ----- 010 ----- 0000011 lw
        ------------ ----- 011 ----- 0000011 ld
        ------------ ----- 100 ----- 0000011 lbu
        ------------ ----- 101 ----- 0000011 lhu
        ------------ ----- 110 ----- 0000011 lwu
        """,
        Kind.LOAD,
        Immediate.I,
    ),
    *_rows(
        """
        ------- ----- ----- 000 ----- 0100011 sb
        ------- ----- ----- 001 ----- 0100011 sh
        ------- ----- ----- 010 ----- 0100011 sw
        ------- ----- ----- 011 ----- 0100011 sd
        """,
        Kind.STORE,
        Immediate.S,
    ),
    *_rows(
        """
        ------------ ----- 000 ----- 0010011 addi
        ------------ ----- 010 ----- 0010011 slti
        ------------ ----- 011 ----- 0010011 sltiu
        ------------ ----- 100 ----- 0010011 xori
        ------------ ----- 110 ----- 0010011 ori
        ------------ ----- 111 ----- 0010011 andi
        000000 ------ ----- 001 ----- 0010011 slli
        000000 ------ ----- 101 ----- 0010011 srli
        010000 ------ ----- 101 ----- 0010011 srai
        ------------ ----- 000 ----- 0011011 addiw
        0000000 ----- ----- 001 ----- 0011011 slliw
        0000000 ----- ----- 101 ----- 0011011 srliw
        0100000 ----- ----- 101 ----- 0011011 sraiw
        """,
        Kind.COMPUTE,
        Immediate.I,
    ),
    *_rows(
        """
        0000000 ----- ----- 000 ----- 0110011 add
        0100000 ----- ----- 000 ----- 0110011 sub
        0000000 ----- ----- 001 ----- 0110011 sll
        0000000 ----- ----- 010 ----- 0110011 slt
        0000000 ----- ----- 011 ----- 0110011 sltu
        0000000 ----- ----- 100 ----- 0110011 xor
        0000000 ----- ----- 101 ----- 0110011 srl
        0100000 ----- ----- 101 ----- 0110011 sra
        0000000 ----- ----- 110 ----- 0110011 or
        0000000 ----- ----- 111 ----- 0110011 and
        0000000 ----- ----- 000 ----- 0111011 addw
        0100000 ----- ----- 000 ----- 0111011 subw
        0000000 ----- ----- 001 ----- 0111011 sllw
        0000000 ----- ----- 101 ----- 0111011 srlw
        0100000 ----- ----- 101 ----- 0111011 sraw
        """,
        Kind.COMPUTE,
    ),
    *_rows(
        """
        0000001 ----- ----- 000 ----- 0110011 mul
        0000001 ----- ----- 001 ----- 0110011 mulh
        0000001 ----- ----- 010 ----- 0110011 mulhsu
        0000001 ----- ----- 011 ----- 0110011 mulhu
        0000001 ----- ----- 100 ----- 0110011 div
        0000001 ----- ----- 101 ----- 0110011 divu
        0000001 ----- ----- 110 ----- 0110011 rem
        0000001 ----- ----- 111 ----- 0110011 remu
        0000001 ----- ----- 000 ----- 0111011 mulw
        0000001 ----- ----- 100 ----- 0111011 divw
        0000001 ----- ----- 101 ----- 0111011 divuw
        0000001 ----- ----- 110 ----- 0111011 remw
        0000001 ----- ----- 111 ----- 0111011 remuw
        """,
        Kind.MULDIV,
    ),
    *_rows(
        """
        00010 -- 00000 ----- 010 ----- 0101111 lr.w
        00010 -- 00000 ----- 011 ----- 0101111 lr.d
        """,
        Kind.LR,
    ),
    *_rows(
        """
        00011 -- ----- ----- 010 ----- 0101111 sc.w
        00011 -- ----- ----- 011 ----- 0101111 sc.d
        """,
        Kind.SC,
    ),
    *_rows(
        """
        00000 -- ----- ----- 010 ----- 0101111 amoadd.w
        00001 -- ----- ----- 010 ----- 0101111 amoswap.w
        00100 -- ----- ----- 010 ----- 0101111 amoxor.w
        01000 -- ----- ----- 010 ----- 0101111 amoor.w
        01100 -- ----- ----- 010 ----- 0101111 amoand.w
        10000 -- ----- ----- 010 ----- 0101111 amomin.w
        10100 -- ----- ----- 010 ----- 0101111 amomax.w
        11000 -- ----- ----- 010 ----- 0101111 amominu.w
        11100 -- ----- ----- 010 ----- 0101111 amomaxu.w
        00000 -- ----- ----- 011 ----- 0101111 amoadd.d
        00001 -- ----- ----- 011 ----- 0101111 amoswap.d
        00100 -- ----- ----- 011 ----- 0101111 amoxor.d
        01000 -- ----- ----- 011 ----- 0101111 amoor.d
        01100 -- ----- ----- 011 ----- 0101111 amoand.d
        10000 -- ----- ----- 011 ----- 0101111 amomin.d
        10100 -- ----- ----- 011 ----- 0101111 amomax.d
        11000 -- ----- ----- 011 ----- 0101111 amominu.d
        11100 -- ----- ----- 011 ----- 0101111 amomaxu.d
        """,
        Kind.AMO,
    ),
    # Fields that the manual reserves in fences are ignored, as it asks.
    *_rows(
        """
        ------------ ----- 000 ----- 0001111 fence
        ------------ ----- 001 ----- 0001111 fence.i
        """,
        Kind.FENCE,
    ),
    *_rows(
        """
        ------------ ----- 001 ----- 1110011 csrrw
        ------------ ----- 010 ----- 1110011 csrrs
        ------------ ----- 011 ----- 1110011 csrrc
        ------------ ----- 101 ----- 1110011 csrrwi
        ------------ ----- 110 ----- 1110011 csrrsi
        ------------ ----- 111 ----- 1110011 csrrci
        """,
        Kind.CSR,
    ),
    *_rows("0000000 00000 00000 000 00000 1110011 ecall", Kind.ECALL),
    *_rows("0000000 00001 00000 000 00000 1110011 ebreak", Kind.EBREAK),
    *_rows("0000000 00010 00000 000 00000 1110011 uret", Kind.URET),
    *_rows("0001000 00010 00000 000 00000 1110011 sret", Kind.SRET),
    *_rows("0011000 00010 00000 000 00000 1110011 mret", Kind.MRET),
    *_rows("0001000 00101 00000 000 00000 1110011 wfi", Kind.WFI),
    *_rows("0001001 ----- ----- 000 00000 1110011 sfence.vma", Kind.SFENCE_VMA),
    *_rows("0010001 ----- ----- 000 00000 1110011 hfence.vvma", Kind.HFENCE_VVMA),
    *_rows("0110001 ----- ----- 000 00000 1110011 hfence.gvma", Kind.HFENCE_GVMA),
    *_rows(
        """
        0110000 00000 ----- 100 ----- 1110011 hlv.b
        0110000 00001 ----- 100 ----- 1110011 hlv.bu
        0110010 00000 ----- 100 ----- 1110011 hlv.h
        0110010 00001 ----- 100 ----- 1110011 hlv.hu
        0110100 00000 ----- 100 ----- 1110011 hlv.w
        0110100 00001 ----- 100 ----- 1110011 hlv.wu
        0110110 00000 ----- 100 ----- 1110011 hlv.d
        """,
        Kind.HLV,
    ),
    *_rows(
        """
        0110010 00011 ----- 100 ----- 1110011 hlvx.hu
        0110100 00011 ----- 100 ----- 1110011 hlvx.wu
        """,
        Kind.HLVX,
    ),
    *_rows(
        """
        0110001 ----- ----- 100 00000 1110011 hsv.b
        0110011 ----- ----- 100 00000 1110011 hsv.h
        0110101 ----- ----- 100 00000 1110011 hsv.w
        0110111 ----- ----- 100 00000 1110011 hsv.d
        """,
        Kind.HSV,
    ),
)


class Fields:
    """The parts of an instruction that its bits say by themselves.

    Args:
        insn: The instruction, 32 bits.
    """

    def __init__(self, insn: Value) -> None:
        self.rd = insn[7:12]
        self.rs1 = insn[15:20]
        self.rs2 = insn[20:25]
        self.funct3 = insn[12:15]
        self.funct5 = insn[27:32]
        self.csr = insn[20:32]
        #: OP and OP-32: the second operand is rs2, else the immediate.
        self.is_register_form = insn[5]
        #: OP-32 and OP-IMM-32: on words.
        self.is_word = insn[3]
        #: SUB and SRA in place of ADD and SRL; bit 30 of ADDI and its like is the immediate's.
        self.is_alternative = insn[30] & (self.is_register_form | (self.funct3 == 0b101))
        # HLV, HLVX and HSV hold 100 where other loads and stores have their size and sign.
        is_hypervisor = insn[2:7] == 0b11100
        #: Bytes that a load or store moves, as a power of 2.
        self.size = Cat(
            (insn[12] & ~is_hypervisor) | (insn[26] & is_hypervisor),
            (insn[13] & ~is_hypervisor) | (insn[27] & is_hypervisor),
        )
        self.is_unsigned = (insn[14] & ~is_hypervisor) | (insn[20] & is_hypervisor)


def _immediates(insn: Value) -> dict[Immediate, Value]:
    sign = insn[31]
    return {
        Immediate.NONE: Const(0, 64),
        Immediate.I: Cat(insn[20:31], sign.replicate(53)),
        Immediate.S: Cat(insn[7:12], insn[25:31], sign.replicate(53)),
        Immediate.B: Cat(Const(0, 1), insn[8:12], insn[25:31], insn[7], sign.replicate(52)),
        Immediate.U: Cat(Const(0, 12), insn[12:31], sign.replicate(33)),
        Immediate.J: Cat(Const(0, 1), insn[21:31], insn[20], insn[12:20], sign.replicate(44)),
    }


def decode(m: Module, insn: Value) -> tuple[Signal, Signal]:
    """Return an instruction's kind, and its immediate with its sign extended to 64 bits.

    What is in no line is ILLEGAL.
    """
    kind = Signal(Kind, name="kind")
    immediate = Signal(64, name="immediate")
    immediates = _immediates(insn)
    groups: dict[tuple[Kind, Immediate], list[str]] = {}
    for row in INSTRUCTIONS:
        groups.setdefault((row.kind, row.immediate), []).append(row.bits)
    with m.Switch(insn):
        for (its_kind, where), patterns in groups.items():
            with m.Case(*patterns):
                m.d.comb += [kind.eq(its_kind), immediate.eq(immediates[where])]
    return kind, immediate
