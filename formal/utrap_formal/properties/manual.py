"""Names and numbers of the manual: CSR addresses, fields, modes, causes; from its text, and from nothing of ours.

The operations of the commit port alone, which the manual does not have, are the testbench's.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, unique

from utrap.config import Config
from utrap_testbench.boundary import Op

__all__ = [
    "CSRS",
    "DEBUG_CSRS",
    "LOCAL_INTERRUPTS",
    "STATE_BITS",
    "Cause",
    "Interrupt",
    "Mode",
    "Op",
    "exists",
    "interrupt_name",
    "place",
]


@unique
class Mode(IntEnum):
    """The privilege modes as `hart_mode` has them (docs/ports.md)."""

    U = 0
    S = 1  # HS with the hypervisor extension
    M = 3
    VU = 4
    VS = 5


@unique
class Cause(IntEnum):
    """Exception codes (norm:H_cause)."""

    INSTRUCTION_MISALIGNED = 0
    INSTRUCTION_FAULT = 1
    ILLEGAL = 2
    BREAKPOINT = 3
    LOAD_MISALIGNED = 4
    LOAD_FAULT = 5
    STORE_MISALIGNED = 6
    STORE_FAULT = 7
    ECALL_U = 8
    ECALL_S = 9
    ECALL_VS = 10
    ECALL_M = 11
    INSTRUCTION_PAGE_FAULT = 12
    LOAD_PAGE_FAULT = 13
    STORE_PAGE_FAULT = 15
    DOUBLE_TRAP = 16
    SOFTWARE_CHECK = 18
    HARDWARE_ERROR = 19
    INSTRUCTION_GUEST_FAULT = 20
    LOAD_GUEST_FAULT = 21
    VIRTUAL = 22
    STORE_GUEST_FAULT = 23


@unique
class Interrupt(IntEnum):
    """Interrupt codes (norm:mip_mie_std_enc_txt, norm:mip_mie_vs, HU-24)."""

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


#: What the platform may add (norm:mip_mie_enc_txt, warl:local_interrupts).
LOCAL_INTERRUPTS = range(16, 64)


def interrupt_name(code: int) -> str:
    """What an interrupt is called."""
    return f"LOCAL{code}" if code in LOCAL_INTERRUPTS else Interrupt(code).name


#: Every CSR that a property may name, and its address; those of HU-n by section 3 of shudeleg.md.
CSRS: dict[str, int] = {
    "ustatus": 0x000, "uie": 0x004, "utvec": 0x005, "uscratch": 0x040, "uepc": 0x041, "ucause": 0x042,
    "utval": 0x043, "uip": 0x044,
    "sstatus": 0x100, "sedeleg": 0x102, "sideleg": 0x103, "sie": 0x104, "stvec": 0x105, "scounteren": 0x106,
    "senvcfg": 0x10A, "sscratch": 0x140, "sepc": 0x141, "scause": 0x142, "stval": 0x143, "sip": 0x144, "satp": 0x180,
    "vsstatus": 0x200, "vsie": 0x204, "vstvec": 0x205, "vsscratch": 0x240, "vsepc": 0x241, "vscause": 0x242,
    "vstval": 0x243, "vsip": 0x244, "vsatp": 0x280,
    "mstatus": 0x300, "misa": 0x301, "medeleg": 0x302, "mideleg": 0x303, "mie": 0x304, "mtvec": 0x305,
    "mcounteren": 0x306, "menvcfg": 0x30A, "mstatush": 0x310, "medelegh": 0x312, "menvcfgh": 0x31A,
    "mscratch": 0x340, "mepc": 0x341, "mcause": 0x342, "mtval": 0x343, "mip": 0x344, "mtinst": 0x34A, "mtval2": 0x34B,
    "hstatus": 0x600, "hedeleg": 0x602, "hideleg": 0x603, "hie": 0x604, "htimedelta": 0x605, "hcounteren": 0x606,
    "hgeie": 0x607, "henvcfg": 0x60A, "hedelegh": 0x612, "htimedeltah": 0x615, "henvcfgh": 0x61A, "htval": 0x643,
    "hip": 0x644, "hvip": 0x645, "htinst": 0x64A, "hgatp": 0x680, "hgeip": 0xE12,
    "mnscratch": 0x740, "mnepc": 0x741, "mncause": 0x742, "mnstatus": 0x744, "mseccfg": 0x747,
    "mseccfgh": 0x757,
    "dcsr": 0x7B0, "dpc": 0x7B1, "dscratch0": 0x7B2, "dscratch1": 0x7B3,
    "stimecmp": 0x14D, "stimecmph": 0x15D, "vstimecmp": 0x24D, "vstimecmph": 0x25D,
    "scountovf": 0xDA0,
    **{f"{x}stateen{i}": base + i for x, base in (("m", 0x30C), ("h", 0x60C), ("s", 0x10C)) for i in range(4)},
    **{f"{x}stateen{i}h": base + i for x, base in (("m", 0x31C), ("h", 0x61C)) for i in range(4)},
    "hudcfg": 0x6C0, "huedeleg": 0x6C2, "huedelegh": 0x6D2, **{f"hugpaw{i}": 0x6E0 + i for i in range(8)},
    "hustatus": 0x800, "hutval": 0x843, "hutinst": 0x84A,
    "mvendorid": 0xF11, "marchid": 0xF12, "mimpid": 0xF13, "mhartid": 0xF14, "mconfigptr": 0xF15,
}  # fmt: skip

#: What Debug Mode alone may access (Sdext: Core Debug Registers).
DEBUG_CSRS = ("dcsr", "dpc", "dscratch0", "dscratch1")

#: What each bit of mstateen0 is for (smstateen, State Enable 0 Registers): its place, whether a configuration has
#: it, and the registers that have the bit.
STATE_BITS: dict[str, tuple[int, Callable[[Config], bool], str]] = {
    "C": (0, lambda c: c.n or c.custom_state, "mhs"),
    "FCSR": (1, lambda c: c.zfinx and "F" not in c.isa, "mhs"),
    "JVT": (2, lambda c: c.zcmt, "mhs"),
    "CTR": (54, lambda c: c.s and c.smctr, "mh"),
    "SRMCFG": (55, lambda c: c.s and c.ssqosid, "m"),
    "P1P13": (56, lambda c: c.h and c.xlen == 32, "m"),
    "CONTEXT": (57, lambda c: c.s and c.sdtrig, "mh"),
    "IMSIC": (58, lambda c: c.s and c.imsic, "mh"),
    "AIA": (59, lambda c: c.s and c.ssaia, "mh"),
    "CSRIND": (60, lambda c: c.s and (c.smcsrind or c.sscsrind), "mh"),
    "ENVCFG": (62, lambda c: c.s, "mh"),
    "SE0": (63, lambda c: c.s, "mh"),
}

#: Fields: highest and lowest bit. What depends on XLEN is in `place`.
_STATUS = {
    "UIE": (0, 0), "SIE": (1, 1), "MIE": (3, 3), "UPIE": (4, 4), "SPIE": (5, 5), "UBE": (6, 6), "MPIE": (7, 7),
    "SPP": (8, 8), "VS": (10, 9), "MPP": (12, 11), "FS": (14, 13), "XS": (16, 15), "MPRV": (17, 17), "SUM": (18, 18),
    "MXR": (19, 19), "TVM": (20, 20), "TW": (21, 21), "TSR": (22, 22), "SDT": (24, 24),
}  # fmt: skip
_FIELDS: dict[str, dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("mstatus", "sstatus", "vsstatus", "ustatus"), _STATUS),
    "hstatus": {
        "VSBE": (5, 5), "GVA": (6, 6), "SPV": (7, 7), "SPVP": (8, 8), "HU": (9, 9), "VGEIN": (17, 12),
        "VTVM": (20, 20), "VTW": (21, 21), "VTSR": (22, 22),
    },
    "dcsr": {
        "PRV": (1, 0), "STEP": (2, 2), "NMIP": (3, 3), "MPRVEN": (4, 4), "V": (5, 5), "CAUSE": (8, 6),
        "STOPTIME": (9, 9), "STOPCOUNT": (10, 10), "STEPIE": (11, 11), "EBREAKU": (12, 12), "EBREAKS": (13, 13),
        "EBREAKM": (15, 15), "EBREAKVU": (16, 16), "EBREAKVS": (17, 17), "EXTCAUSE": (26, 24), "DEBUGVER": (31, 28),
    },
    "mnstatus": {"NMIE": (3, 3), "MNPV": (7, 7), "MNPP": (12, 11)},
    "hudcfg": {"EN": (0, 0), "WEN": (1, 1)},
    "hustatus": {"GVA": (6, 6), "UPV": (7, 7), "UPVP": (8, 8)},
    **{f"hugpaw{i}": {"E": (0, 0), "ORDER": (6, 1)} for i in range(8)},
    **{f"{name}envcfg": {"FIOM": (0, 0)} for name in ("m", "s", "h")},
    **{f"{name}counteren": {"CY": (0, 0), "TM": (1, 1), "IR": (2, 2)} for name in ("m", "s", "h")},
}  # fmt: skip


def place(name: str, xlen: int) -> tuple[str, int, int]:
    """The CSR that holds a field, and the field's highest and lowest bit: "mstatus.MPP" -> ("mstatus", 12, 11).

    Raises:
        KeyError: No CSR has the name, or it has no such field.
    """
    csr, _, field = name.partition(".")
    if csr not in CSRS:
        raise KeyError(name)
    if not field:
        return csr, xlen - 1, 0
    if csr == "mstatus" and field in ("GVA", "MPV", "MDT"):
        bit = {"GVA": 6, "MPV": 7, "MDT": 10}[field]
        return ("mstatush", bit, bit) if xlen == 32 else ("mstatus", bit + 32, bit + 32)
    if csr in ("menvcfg", "henvcfg") and field in ("STCE", "DTE"):
        bit = {"STCE": 63, "DTE": 59}[field]
        return (f"{csr}h", bit - 32, bit - 32) if xlen == 32 else (csr, bit, bit)
    if csr in ("mstateen0", "hstateen0", "sstateen0"):
        bit = STATE_BITS[field][0]
        return (f"{csr}h", bit - 32, bit - 32) if xlen == 32 and bit >= 32 else (csr, bit, bit)
    if csr[1:].startswith("stateen") and field == "SE":
        return (f"{csr}h", 31, 31) if xlen == 32 else (csr, 63, 63)
    if csr.endswith("status") and field == "SD":
        return csr, xlen - 1, xlen - 1
    if csr.endswith("cause"):
        return csr, *{"Interrupt": (xlen - 1, xlen - 1), "Code": (xlen - 2, 0)}[field]
    if csr.endswith("tvec"):
        return csr, *{"MODE": (1, 0), "BASE": (xlen - 1, 2)}[field]
    if csr.endswith("atp"):
        mode = 31 if xlen == 32 else 60
        return csr, *{"MODE": (xlen - 1, mode)}[field]
    if csr.startswith("hugpaw") and field == "GPPN":
        return csr, xlen - 1, 10
    return csr, *_FIELDS[csr][field]


def exists(csr: str, config: Config) -> bool:
    """Whether a configuration has a CSR."""
    if csr in ("huedelegh", "hedelegh", "htimedeltah", "henvcfgh", "mstatush", "menvcfgh", "medelegh", "mseccfgh"):
        return config.xlen == 32 and exists(csr[:-1], config)
    if csr in ("stimecmp", "stimecmph", "vstimecmp", "vstimecmph"):
        return config.sstc and (config.h or csr[0] == "s") and (config.xlen == 32 or csr[-1] != "h")
    if csr in DEBUG_CSRS:
        return config.sdext
    if csr in ("mnscratch", "mnepc", "mncause", "mnstatus"):
        return config.smrnmi
    if csr == "mseccfg":
        return config.smmpm
    if csr == "mtval2":
        return config.h or config.ssdbltrp
    if csr == "scountovf":
        return config.sscofpmf
    if "stateen" in csr:
        there = {"m": True, "h": config.h, "s": config.s}[csr[0]]
        # norm:stateen_rv32_upper_bits_csrs: sstateen has no upper half.
        return config.smstateen and there and (csr[-1] != "h" or (config.xlen == 32 and csr[0] != "s"))
    if csr.startswith("hugpaw"):
        return int(csr[-1]) < config.windows
    if csr in ("hudcfg", "huedeleg", "hustatus", "hutval", "hutinst"):
        return config.shudeleg
    if csr in ("medeleg", "mideleg"):
        return config.s or config.n
    if csr in ("sedeleg", "sideleg"):
        return config.s and config.n
    if csr in ("mtval2", "mtinst") or csr[0] in "hv":
        return config.h
    return {"s": config.s, "u": config.n, "m": True}[csr[0]]
