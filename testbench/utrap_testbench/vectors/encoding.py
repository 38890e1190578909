"""Instruction words, as far as records name instructions: `bits` is what tval gets on a fault."""

from __future__ import annotations

from utrap_testbench.golden import CsrOp, Insn

_SYSTEM = 0b1110011
_RD, _RS1, _RS2 = 5, 6, 7  # t0, t1, t2

#: funct7, rs2, funct3 of the hypervisor loads and stores.
_HLSV = {
    Insn.HLV_B: (0x30, 0), Insn.HLV_BU: (0x30, 1),
    Insn.HLV_H: (0x32, 0), Insn.HLV_HU: (0x32, 1), Insn.HLVX_HU: (0x32, 3),
    Insn.HLV_W: (0x34, 0), Insn.HLV_WU: (0x34, 1), Insn.HLVX_WU: (0x34, 3),
    Insn.HLV_D: (0x36, 0),
    Insn.HSV_B: (0x31, _RS2), Insn.HSV_H: (0x33, _RS2), Insn.HSV_W: (0x35, _RS2), Insn.HSV_D: (0x37, _RS2),
}  # fmt: skip

_PLAIN = {
    Insn.ECALL: 0x00000073,
    Insn.EBREAK: 0x00100073,
    Insn.URET: 0x00200073,
    Insn.SRET: 0x10200073,
    Insn.MRET: 0x30200073,
    Insn.MNRET: 0x70200073,
    Insn.WFI: 0x10500073,
    Insn.WRS_NTO: 0x00D00073,
    Insn.SFENCE_W_INVAL: 0x18000073,
    Insn.SFENCE_INVAL_IR: 0x18100073,
    # The block at t1, and the table's first entry for CM.JALT.
    Insn.CBO_INVAL: 0x0003200F,
    Insn.CBO_CLEAN: 0x0013200F,
    Insn.CBO_FLUSH: 0x0023200F,
    Insn.CBO_ZERO: 0x0043200F,
    Insn.CM_JALT: 0xA082,
    Insn.SCTRCLR: 0x10400073,
}
#: DRET, which no verdict but RESUME's own is about.
DRET = 0x7B200073
_FENCES = {
    Insn.SFENCE_VMA: 0x09, Insn.SINVAL_VMA: 0x0B,
    Insn.HFENCE_VVMA: 0x11, Insn.HINVAL_VVMA: 0x13,
    Insn.HFENCE_GVMA: 0x31, Insn.HINVAL_GVMA: 0x33,
}  # fmt: skip


def encode(insn: Insn) -> int:
    """The instruction with t0 as rd, t1 as rs1 and t2 as rs2 where it has them."""
    if insn in _PLAIN:
        return _PLAIN[insn]
    if insn in _FENCES:
        return _FENCES[insn] << 25 | _RS2 << 20 | _RS1 << 15 | _SYSTEM
    funct7, rs2 = _HLSV[insn]
    is_store = funct7 & 1
    return funct7 << 25 | rs2 << 20 | _RS1 << 15 | 4 << 12 | (0 if is_store else _RD) << 7 | _SYSTEM


_FUNCT3 = {CsrOp.WRITE: 1, CsrOp.SET: 2, CsrOp.CLEAR: 3, CsrOp.READ: 2}


def encode_csr(op: CsrOp, address: int, *, ren: int) -> int:
    """CSRRW, CSRRS or CSRRC with t1; READ is CSRRS with x0. Without `ren` rd is x0."""
    rs1 = 0 if op is CsrOp.READ else _RS1
    return address << 20 | rs1 << 15 | _FUNCT3[op] << 12 | (_RD if ren else 0) << 7 | _SYSTEM
