"""From an instruction word to what the programs may execute, and back: the encodings of the manual's tables."""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.golden import CsrOp, Insn

_CSR = {CsrOp.WRITE: 1, CsrOp.SET: 2, CsrOp.CLEAR: 3}
_CSR_OF = {number: op for op, number in _CSR.items()}
_FUNCTION_3 = {"lb": 0, "lh": 1, "lw": 2, "ld": 3, "sb": 0, "sh": 1, "sw": 2, "sd": 3}

#: Privileged instructions without operands that matter (fences: for everything).
PLAIN = {
    Insn.ECALL: 0x0000_0073, Insn.EBREAK: 0x0010_0073, Insn.URET: 0x0020_0073, Insn.SRET: 0x1020_0073,
    Insn.MRET: 0x3020_0073, Insn.WFI: 0x1050_0073, Insn.SFENCE_VMA: 0x1200_0073,
    Insn.HFENCE_VVMA: 0x2200_0073, Insn.HFENCE_GVMA: 0x6200_0073,
}  # fmt: skip
#: Hypervisor loads and stores: funct7 and rs2 (loads).
_HYPERVISOR = {
    Insn.HLV_B: (0x30, 0), Insn.HLV_BU: (0x30, 1), Insn.HLV_H: (0x32, 0), Insn.HLV_HU: (0x32, 1),
    Insn.HLV_W: (0x34, 0), Insn.HLV_WU: (0x34, 1), Insn.HLV_D: (0x36, 0),
    Insn.HLVX_HU: (0x32, 3), Insn.HLVX_WU: (0x34, 3),
    Insn.HSV_B: (0x31, 0), Insn.HSV_H: (0x33, 0), Insn.HSV_W: (0x35, 0), Insn.HSV_D: (0x37, 0),
}  # fmt: skip
_PLAIN_OF = {word: insn for insn, word in PLAIN.items()}
_HYPERVISOR_OF = {encoding: insn for insn, encoding in _HYPERVISOR.items()}
HYPERVISOR = tuple(_HYPERVISOR)

NOP = 0x13
FLOAT = 0xF200_0053  # FMV.D.X f0, x0
ILLEGAL = 0x0B  # the major opcode custom-0, which QEMU has no instruction for
EMPTY = 0  # memory that nothing was written to: a 16-bit illegal instruction
_SCRATCH = 17  # a7 takes what loads read


@dataclass(frozen=True)
class Decoded:
    """An instruction: `kind` says which of the other fields mean something."""

    kind: str  # nop, illegal, csr, float, plain, hypervisor, load, store, lr, amo, jump
    rd: int = 0
    rs1: int = 0
    csr: int = 0
    op: CsrOp = CsrOp.READ
    insn: Insn = Insn.ECALL
    bytes: int = 0


def csr(op: CsrOp, address: int, rd: int, rs1: int) -> int:
    """CSRRW, CSRRS or CSRRC; READ is CSRRS with x0."""
    if op is CsrOp.READ:
        op, rs1 = CsrOp.SET, 0
    return address << 20 | rs1 << 15 | _CSR[op] << 12 | rd << 7 | 0x73


def hypervisor(insn: Insn, rs1: int) -> int:
    """HLV into a7, or HSV of x0."""
    function_7, rs2 = _HYPERVISOR[insn]
    rd = 0 if function_7 & 1 else _SCRATCH
    return function_7 << 25 | rs2 << 20 | rs1 << 15 | 4 << 12 | rd << 7 | 0x73


def memory(name: str, rs1: int) -> int:
    """A load into a7, a store of x0, LR.W into a7 or AMOADD.W of x0."""
    if name == "lr.w":
        return 0x1000_0000 | rs1 << 15 | 2 << 12 | _SCRATCH << 7 | 0x2F
    if name == "amoadd.w":
        return rs1 << 15 | 2 << 12 | _SCRATCH << 7 | 0x2F
    if name[0] == "l":
        return rs1 << 15 | _FUNCTION_3[name] << 12 | _SCRATCH << 7 | 0x03
    return rs1 << 15 | _FUNCTION_3[name] << 12 | 0x23


def jump(rs1: int) -> int:
    """JALR x0."""
    return rs1 << 15 | 0x67


def decode(word: int) -> Decoded:
    """What a word of `code` is; everything else is illegal."""
    rd, rs1, function_3 = word >> 7 & 31, word >> 15 & 31, word >> 12 & 7
    opcode = word & 0x7F
    if word in (NOP, FLOAT):
        return Decoded("nop" if word == NOP else "float")
    if opcode == 0x73 and function_3 in _CSR_OF:
        op = _CSR_OF[function_3]
        if rs1 == 0 and op is not CsrOp.WRITE:
            op = CsrOp.READ
        return Decoded("csr", rd, rs1, word >> 20, op)
    if word in _PLAIN_OF:
        return Decoded("plain", insn=_PLAIN_OF[word])
    if opcode == 0x73 and function_3 == 4:
        return Decoded("hypervisor", rd, rs1, insn=_HYPERVISOR_OF[word >> 25, word >> 20 & 31])
    if opcode == 0x03:
        return Decoded("load", rd, rs1, bytes=1 << function_3)
    if opcode == 0x23:
        return Decoded("store", 0, rs1, bytes=1 << function_3)
    if opcode == 0x2F:
        return Decoded("lr" if word >> 28 else "amo", rd, rs1, bytes=4)
    if opcode == 0x67:
        return Decoded("jump", rd, rs1)
    return Decoded("illegal")
