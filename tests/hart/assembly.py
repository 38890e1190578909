"""Instruction words: the formats of RV64, and a few instructions by name."""

ZERO, T0, T1, T2 = 0, 5, 6, 7
ECALL, EBREAK, FOREVER = 0x0000_0073, 0x0010_0073, 0x0000_006F
MRET, SRET, URET, WFI = 0x3020_0073, 0x1020_0073, 0x0020_0073, 0x1050_0073
SFENCE, HFENCE_V, HFENCE_G = 0x1200_0073, 0x2200_0073, 0x6200_0073


def i_type(opcode: int, f3: int, rd: int, rs1: int, immediate: int) -> int:
    """Loads, OP-IMM, JALR, CSR instructions."""
    return (immediate & 0xFFF) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode


def s_type(f3: int, rs1: int, rs2: int, immediate: int) -> int:
    """Stores."""
    return (immediate >> 5 & 0x7F) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (immediate & 31) << 7 | 0x23


def csr(f3: int, address: int, rd: int, rs1: int) -> int:
    """CSR instructions by funct3."""
    return i_type(0x73, f3, rd, rs1, address)


def jal(rd: int, offset: int) -> int:
    """JAL."""
    offset &= 0x1F_FFFF
    fields = (offset >> 20) << 19 | (offset >> 1 & 0x3FF) << 9 | (offset >> 11 & 1) << 8 | offset >> 12 & 0xFF
    return fields << 12 | rd << 7 | 0x6F


def addi(rd: int, rs1: int, value: int) -> int:
    """ADDI."""
    return i_type(0x13, 0, rd, rs1, value)


def li(rd: int, value: int) -> list[int]:
    """LUI and ADDIW: a value of 32 bits."""
    return [(value + 0x800 >> 12 & 0xFFFFF) << 12 | rd << 7 | 0x37, i_type(0x1B, 0, rd, rd, value)]


def store(rs2: int, rs1: int, f3: int, offset: int = 0) -> int:
    """SB, SH, SW, SD."""
    return s_type(f3, rs1, rs2, offset)


def csrrw(rd: int, address: int, rs1: int) -> int:
    """CSRRW."""
    return csr(1, address, rd, rs1)


def csrrs(rd: int, address: int, rs1: int) -> int:
    """CSRRS."""
    return csr(2, address, rd, rs1)
