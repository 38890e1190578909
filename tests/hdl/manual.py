"""What the manual and the specifications say about each CSR, written by hand.

Nothing here comes from the hardware's tables: addresses, positions and masks
are copied from the RISC-V privileged manual, the N chapter, shudeleg.md and
warl.md, so that a wrong row in those tables shows. Of a configuration only its
plain fields are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap.config import Config

__all__ = ["ADDRESS", "CSRS", "SWITCHED", "Csr", "absent", "bits", "csrs_of", "gpa_bits", "is_switched", "ones"]

#: norm:mstatus_fs_vs_xs_off_op: what FS and VS switch.
SWITCHED = {"fs": (0x001, 0x002, 0x003), "vs": (0x008, 0x009, 0x00A, 0x00F, 0xC20, 0xC21, 0xC22)}


def is_switched(config, address):
    """Whether FS or VS judges the address; both are Off after reset."""
    return any(getattr(config, name) and address in addresses for name, addresses in SWITCHED.items())


def bits(*positions: int | tuple[int, int]) -> int:
    """A mask of single bits, and of fields as (highest, lowest)."""
    mask = 0
    for position in positions:
        high, low = position if isinstance(position, tuple) else (position, position)
        mask |= (1 << high + 1) - (1 << low)
    return mask


def ones(c: Config) -> int:
    """XLEN ones."""
    return (1 << c.xlen) - 1


def gpa_bits(c: Config) -> int:
    """Width of a guest-physical address in the widest guest mode: norm:hgatp_mode_sv."""
    widest = c.hgatp_modes[-1]
    return {"sv32x4": 34, "sv39x4": 41, "sv48x4": 50, "sv57x4": 59}[widest]


@dataclass(frozen=True, kw_only=True)
class Csr:
    """What a CSR is.

    Attributes:
        name: Its name.
        address: Its number.
        exists: Whether a configuration has it.
        writable: The bits that can change by writes, with every delegation on.
        fixed: What else reads as 1.
        legal: The value that a write leaves behind (config, before, written), the read-only bits aside; by
            default the written one.
        reset: What the writable bits read after reset.
    """

    name: str
    address: int
    exists: Callable[[Config], bool]
    writable: Callable[[Config], int]
    fixed: Callable[[Config], int] = lambda c: 0
    legal: Callable[[Config, int, int], int] = lambda c, old, new: new
    reset: Callable[[Config], int] = lambda c: 0

    def written(self, c: Config, old: int, new: int) -> int:
        """What the CSR reads after `new` was written over `old`."""
        kept = self.legal(c, old, new) & self.writable(c)
        summary = sd(c, kept) if self.name in ("mstatus", "sstatus", "vsstatus") else 0
        return kept | self.fixed(c) | summary

    def after_reset(self, c: Config) -> int:
        return self.reset(c) | self.fixed(c)


def always(c: Config) -> bool:
    return True


def with_s(c: Config) -> bool:
    return c.s


def with_h(c: Config) -> bool:
    return c.h


def with_n(c: Config) -> bool:
    return c.n


def with_shudeleg(c: Config) -> bool:
    return c.shudeleg


def is_rv32(c: Config) -> bool:
    return c.xlen == 32


def none(c: Config) -> int:
    return 0


def low32(c: Config) -> int:
    return bits((31, 0))


# Status registers


def _fs_vs(c: Config) -> int:
    # norm:mstatus_fs_vs_xs_enc: VS 10:9, FS 14:13; XS stays 0.
    return (bits((14, 13)) if c.fs else 0) | (bits((10, 9)) if c.vs else 0)


def _sum(c: Config) -> int:
    # norm:mstatus_sum_rdonly0
    return bits(18) if len(c.satp_modes) > 1 else 0


def _mstatus(c: Config) -> int:
    mask = bits(3, 7, (12, 11), 17, 21) | _fs_vs(c)  # MIE MPIE MPP MPRV TW
    if c.s:
        mask |= bits(1, 5, 8, 19, 22) | _sum(c)  # SIE SPIE SPP MXR TSR
        mask |= bits(20) if len(c.satp_modes) > 1 else 0  # TVM: norm:mstatus_tvm_warl_op
    if c.n:
        mask |= bits(0, 4)  # UIE UPIE
    if c.h and c.xlen == 64:
        mask |= bits(38, 39)  # GVA MPV
    return mask


def _mstatus_fixed(c: Config) -> int:
    # norm:mstatus_sxl_uxl_enc: UXL 33:32, SXL 35:34 are 2 for 64 bits.
    if c.xlen == 32:
        return 0
    return 2 << 32 | (2 << 34 if c.s else 0)


def _mpp(c: Config, old: int, new: int) -> int:
    """warl:mstatus: a mode that does not exist is stored as U."""
    kept = (0, 1, 3) if c.s else (0, 3)
    return new if new >> 11 & 3 in kept else new & ~bits((12, 11))


def _sstatus(c: Config) -> int:
    # norm:sstatus: SIE 1, SPIE 5, SPP 8, VS, FS, SUM 18, MXR 19; with N UIE 0, UPIE 4.
    return bits(1, 5, 8, 19) | _sum(c) | _fs_vs(c) | (bits(0, 4) if c.n else 0)


def _vsstatus(c: Config) -> int:
    return bits(1, 5, 8, 18, 19) | _fs_vs(c)


def _uxl(c: Config) -> int:
    return 2 << 32 if c.xlen == 64 else 0


def sd(c: Config, status: int) -> int:
    """norm:mstatus_sd_op1: the highest bit says that FS or VS is 3."""
    is_dirty = status >> 13 & 3 == 3 or status >> 9 & 3 == 3
    return 1 << c.xlen - 1 if is_dirty else 0


def _hstatus(c: Config) -> int:
    # GVA 6, SPV 7, SPVP 8, HU 9, VGEIN 17:12, VTVM 20, VTW 21, VTSR 22; VSBE 5 stays 0.
    vgein = bits((11 + c.geilen.bit_length(), 12)) if c.geilen else 0
    return bits(6, 7, 8, 9, 20, 21, 22) | vgein


def _vgein(c: Config, old: int, new: int) -> int:
    return new if new >> 12 & 63 <= c.geilen else new & ~bits((17, 12))


# Delegation


def _medeleg(c: Config) -> int:
    # warl:medeleg
    mask = bits((8, 1), 12, 13, 15, 18, 19)
    if c.ialign == 32:
        mask |= bits(0)
    if c.s:
        mask |= bits(9)
    if c.h:
        mask |= bits(10, 20, 21, 22, 23)
    return mask


def _mideleg(c: Config) -> int:
    # norm:mip_lcofip_mie_lcofie_rdonly0: 13 with Sscofpmf alone.
    return (bits(1, 5, 9) if c.s else 0) | (bits(0, 4, 8) if c.n else 0) | (bits(13) if c.sscofpmf else 0)


def _vs_level(c: Config) -> int:
    # norm:mideleg_hroz, warl:mideleg: whatever GEILEN is.
    return bits(2, 6, 10, 12) if c.h else 0


def _sedeleg(c: Config) -> int:
    # HU-9
    return bits((8, 1), 12, 13, 15) | (bits(0) if c.ialign == 32 else 0)


# Interrupts


def _mie(c: Config) -> int:
    mask = bits(3, 7, 11) | _mideleg(c)
    if c.h:
        mask |= bits(2, 6, 10) | (bits(12) if c.geilen else 0)
    return mask


def _hie(c: Config) -> int:
    return bits(2, 6, 10) | (bits(12) if c.geilen else 0)


# Trap vectors and what a trap writes


def address(c: Config, value: int) -> int:
    """warl:va_bits: a number that does not fit, with its sign, gets the sign that makes it no address."""
    if c.va_bits == 0:
        return value
    signed = value - (value >> 63 << 64)
    if -(1 << c.va_bits) <= signed < 1 << c.va_bits:
        return value
    low = value % (1 << c.va_bits)
    return low if low >= 1 << c.va_bits - 1 else low + (1 << 64) - (1 << c.va_bits)


def _address(c: Config, old: int, new: int) -> int:
    return address(c, new)


def _tvec(c: Config, old: int, new: int) -> int:
    """warl:xtvec: MODE bit 1 is 0; a vectored table of 256 bytes is aligned to that."""
    new = address(c, new) & ~bits(1)
    if new & 1 and c.vectored_align == 256:
        new &= ~bits((7, 2))
    return new


def _tvec_mask(c: Config) -> int:
    return ones(c) & ~bits(1)


def _epc_mask(c: Config) -> int:
    # warl:IALIGN
    return ones(c) & ~(bits(0) if c.ialign == 16 else bits(0, 1))


def _cause_mask(c: Config) -> int:
    return bits(c.xlen - 1, (c.cause_bits - 1, 0))


def _tval_mask(c: Config) -> int:
    return 0 if c.tval == "none" else ones(c)


def _tval2_mask(c: Config) -> int:
    return (1 << (c.xlen if c.shtvala else gpa_bits(c)) - 2) - 1


# Translation roots

SATP_CODES = {"bare": 0, "sv32": 1, "sv39": 8, "sv48": 9, "sv57": 10}


def atp_mode(c: Config, value: int) -> int:
    return value >> 31 if c.xlen == 32 else value >> 60


def _with_old_mode(c: Config, old: int, new: int) -> int:
    low = bits((30, 0)) if c.xlen == 32 else bits((59, 0))
    return old & ~low | new & low


def _satp_mask(c: Config) -> int:
    # norm:satp_mode_sxlen32: MODE 31, ASID 30:22, PPN 21:0; norm:satp_mode_sxlen64: 63:60, 59:44, 43:0.
    low = 22 if c.xlen == 32 else 44
    asid = bits((low + c.asid_bits - 1, low)) if c.asid_bits else 0
    codes = [SATP_CODES[name] for name in c.satp_modes]
    mode = 0
    for code in codes:
        mode |= code << (31 if c.xlen == 32 else 60)
    return bits((low - 1, 0)) | asid | mode


def _satp_supports(c: Config, value: int) -> bool:
    return atp_mode(c, value) in [SATP_CODES[name] for name in c.satp_modes]


def _satp(c: Config, old: int, new: int) -> int:
    # norm:satp_mode_op_unsupported
    return new if _satp_supports(c, new) else old


def _vsatp(c: Config, old: int, new: int) -> int:
    # warl:vsatp: by its own address
    return new if _satp_supports(c, new) else _with_old_mode(c, old, new)


def _hgatp_mask(c: Config) -> int:
    # MODE 31, VMID 28:22, PPN 21:0, or 63:60, 57:44, 43:0; norm:hgatp_ppn_op: PPN bits 1:0 are 0.
    low = 22 if c.xlen == 32 else 44
    vmid = bits((low + c.vmid_bits - 1, low)) if c.vmid_bits else 0
    mode = 0
    for name in c.hgatp_modes:
        mode |= SATP_CODES[name.removesuffix("x4")] << (31 if c.xlen == 32 else 60)
    return bits((low - 1, 2)) | vmid | mode


def _hgatp(c: Config, old: int, new: int) -> int:
    # norm:hgatp_mode_warl
    codes = [SATP_CODES[name.removesuffix("x4")] for name in c.hgatp_modes]
    return new if atp_mode(c, new) in codes else _with_old_mode(c, old, new)


# The rest


def _counters(c: Config) -> int:
    return {"none": 0, "zicntr": bits(0, 1, 2), "zihpm": bits((31, 0))}[c.counters]


def _fiom(c: Config) -> int:
    return bits(0) if len(c.satp_modes) > 1 else 0


def _misa(c: Config) -> int:
    # norm:misa_mxl_enc, norm:misa_extensions_enc_tbl
    letters = c.isa + "U" + ("S" if c.s else "") + ("H" if c.h else "") + ("N" if c.n else "")
    mxl = 1 << 30 if c.xlen == 32 else 2 << 62
    return mxl | bits(*("ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) for letter in letters))


def _window(c: Config) -> int:
    # HU-17: E 0, ORDER 6:1, the page number from bit 10 up.
    return bits((6, 0), (10 + gpa_bits(c) - 12 - 1, 10))


def _order(c: Config, old: int, new: int) -> int:
    # warl:ORDER
    return new & ~bits((6, 1)) | min(new >> 1 & 63, c.window_max_order) << 1


def _full(name: str, address: int, exists: Callable[[Config], bool]) -> Csr:
    return Csr(name=name, address=address, exists=exists, writable=ones)


def _tvec_csr(name: str, address: int, exists: Callable[[Config], bool]) -> Csr:
    reset = (lambda c: c.mtvec_reset) if name == "mtvec" else none
    return Csr(name=name, address=address, exists=exists, writable=_tvec_mask, legal=_tvec, reset=reset)


def _epc(name: str, address: int, exists: Callable[[Config], bool]) -> Csr:
    return Csr(name=name, address=address, exists=exists, writable=_epc_mask, legal=_address)


def _cause(name: str, address: int, exists: Callable[[Config], bool]) -> Csr:
    return Csr(name=name, address=address, exists=exists, writable=_cause_mask)


def _constant(name: str, address: int, value: Callable[[Config], int]) -> Csr:
    return Csr(name=name, address=address, exists=always, writable=none, fixed=value)


def _number(c: Config) -> int:
    return 0 if isinstance(c.mhartid, str) else c.mhartid


def _high(name: str, address: int, exists: Callable[[Config], bool], writable: Callable[[Config], int] = none) -> Csr:
    return Csr(name=name, address=address, exists=lambda c: c.xlen == 32 and exists(c), writable=writable)


def _window_csr(i: int) -> Csr:
    return Csr(
        name=f"hugpaw{i}",
        address=0x6E0 + i,
        exists=lambda c: c.shudeleg and i < c.windows,
        writable=_window,
        legal=_order,
    )


def _delegates(c: Config) -> bool:
    return c.s or c.n


CSRS = (
    # M
    _constant("mvendorid", 0xF11, lambda c: c.mvendorid),
    _constant("marchid", 0xF12, lambda c: c.marchid),
    _constant("mimpid", 0xF13, lambda c: c.mimpid),
    _constant("mhartid", 0xF14, _number),
    _constant("mconfigptr", 0xF15, lambda c: c.mconfigptr),
    Csr(name="mstatus", address=0x300, exists=always, writable=_mstatus, fixed=_mstatus_fixed, legal=_mpp),
    _high("mstatush", 0x310, always, lambda c: bits(6, 7) if c.h else 0),
    _constant("misa", 0x301, _misa),
    Csr(name="medeleg", address=0x302, exists=_delegates, writable=_medeleg),
    _high("medelegh", 0x312, _delegates),
    Csr(name="mideleg", address=0x303, exists=_delegates, writable=_mideleg, fixed=_vs_level),
    Csr(name="mie", address=0x304, exists=always, writable=_mie),
    _tvec_csr("mtvec", 0x305, always),
    Csr(name="mcounteren", address=0x306, exists=always, writable=_counters),
    Csr(name="menvcfg", address=0x30A, exists=always, writable=_fiom),
    _high("menvcfgh", 0x31A, always),
    _full("mscratch", 0x340, always),
    _epc("mepc", 0x341, always),
    _cause("mcause", 0x342, always),
    Csr(name="mtval", address=0x343, exists=always, writable=_tval_mask, legal=_address),
    Csr(
        name="mip",
        address=0x344,
        exists=always,
        writable=lambda c: _mideleg(c) | (bits(2) if c.h else 0),
    ),
    Csr(name="mtinst", address=0x34A, exists=with_h, writable=low32),
    Csr(name="mtval2", address=0x34B, exists=with_h, writable=_tval2_mask),
    # S
    Csr(name="sstatus", address=0x100, exists=with_s, writable=_sstatus, fixed=_uxl),
    Csr(name="sie", address=0x104, exists=with_s, writable=_mideleg),
    _tvec_csr("stvec", 0x105, with_s),
    Csr(name="scounteren", address=0x106, exists=with_s, writable=_counters),
    Csr(name="senvcfg", address=0x10A, exists=with_s, writable=_fiom),
    _full("sscratch", 0x140, with_s),
    _epc("sepc", 0x141, with_s),
    _cause("scause", 0x142, with_s),
    Csr(name="stval", address=0x143, exists=with_s, writable=_tval_mask, legal=_address),
    Csr(
        name="sip",
        address=0x144,
        exists=with_s,
        writable=lambda c: bits(1) | (bits(0, 8) if c.n else 0) | (bits(13) if c.sscofpmf else 0),
    ),
    Csr(name="scountovf", address=0xDA0, exists=lambda c: c.sscofpmf, writable=none),
    Csr(name="satp", address=0x180, exists=with_s, writable=_satp_mask, legal=_satp),
    # H
    Csr(
        name="hstatus",
        address=0x600,
        exists=with_h,
        writable=_hstatus,
        fixed=_uxl,
        legal=_vgein,
    ),
    Csr(name="hedeleg", address=0x602, exists=with_h, writable=lambda c: bits((8, 0), 12, 13, 15, 18, 19)),
    _high("hedelegh", 0x612, with_h),
    Csr(name="hideleg", address=0x603, exists=with_h, writable=lambda c: bits(2, 6, 10, *[13] * c.shlcofideleg)),
    Csr(name="hie", address=0x604, exists=with_h, writable=_hie),
    _full("htimedelta", 0x605, with_h),
    _high("htimedeltah", 0x615, with_h, ones),
    Csr(name="hcounteren", address=0x606, exists=with_h, writable=_counters),
    Csr(
        name="hgeie",
        address=0x607,
        exists=with_h,
        writable=lambda c: bits((c.geilen, 1)) if c.geilen else 0,
    ),
    Csr(name="henvcfg", address=0x60A, exists=with_h, writable=_fiom),
    _high("henvcfgh", 0x61A, with_h),
    Csr(name="htval", address=0x643, exists=with_h, writable=_tval2_mask),
    Csr(name="hip", address=0x644, exists=with_h, writable=lambda c: bits(2)),
    Csr(name="hvip", address=0x645, exists=with_h, writable=lambda c: bits(2, 6, 10)),
    Csr(name="htinst", address=0x64A, exists=with_h, writable=low32),
    Csr(name="hgeip", address=0xE12, exists=with_h, writable=none),
    Csr(name="hgatp", address=0x680, exists=with_h, writable=_hgatp_mask, legal=_hgatp),
    # VS
    Csr(name="vsstatus", address=0x200, exists=with_h, writable=_vsstatus, fixed=_uxl),
    Csr(name="vsie", address=0x204, exists=with_h, writable=lambda c: bits(1, 5, 9, *[13] * c.shlcofideleg)),
    _tvec_csr("vstvec", 0x205, with_h),
    _full("vsscratch", 0x240, with_h),
    _epc("vsepc", 0x241, with_h),
    _cause("vscause", 0x242, with_h),
    Csr(name="vstval", address=0x243, exists=with_h, writable=_tval_mask, legal=_address),
    Csr(name="vsip", address=0x244, exists=with_h, writable=lambda c: bits(1, *[13] * c.shlcofideleg)),
    Csr(name="vsatp", address=0x280, exists=with_h, writable=_satp_mask, legal=_vsatp),
    # N
    Csr(name="ustatus", address=0x000, exists=with_n, writable=lambda c: bits(0, 4)),
    Csr(name="uie", address=0x004, exists=with_n, writable=lambda c: bits(0, 4, 8)),
    _tvec_csr("utvec", 0x005, with_n),
    _full("uscratch", 0x040, with_n),
    _epc("uepc", 0x041, with_n),
    _cause("ucause", 0x042, with_n),
    Csr(name="utval", address=0x043, exists=with_n, writable=_tval_mask, legal=_address),
    Csr(name="uip", address=0x044, exists=with_n, writable=lambda c: bits(0)),
    Csr(name="sedeleg", address=0x102, exists=lambda c: c.n and c.s, writable=_sedeleg),
    Csr(name="sideleg", address=0x103, exists=lambda c: c.n and c.s, writable=lambda c: bits(0, 4, 8)),
    # Shudeleg
    Csr(name="hudcfg", address=0x6C0, exists=with_shudeleg, writable=lambda c: bits(0, 1)),
    Csr(
        name="huedeleg",
        address=0x6C2,
        exists=with_shudeleg,
        writable=lambda c: bits((8, 0), 10, 12, 13, 15, 18, (23, 20)),
    ),
    _high("huedelegh", 0x6D2, with_shudeleg),
    *(_window_csr(i) for i in range(8)),
    Csr(name="hustatus", address=0x800, exists=with_shudeleg, writable=lambda c: bits(6, 7, 8)),
    Csr(name="hutval", address=0x843, exists=with_shudeleg, writable=_tval2_mask),
    Csr(name="hutinst", address=0x84A, exists=with_shudeleg, writable=low32),
)

ADDRESS = {csr.name: csr.address for csr in CSRS}


def csrs_of(c: Config) -> list[Csr]:
    """The CSRs of a configuration."""
    return [csr for csr in CSRS if csr.exists(c)]


def absent(c: Config) -> set[int]:
    """Addresses at which an access is an illegal instruction, whatever the core has there."""
    found = set()
    if c.xlen == 64:
        # norm:H_illegal_high_half: mstatush, menvcfgh, and the others where the low half exists; HU-6.
        found |= {0x310, 0x31A}
        found |= {0x312} if c.s or c.n else set()
        found |= {0x612, 0x615, 0x61A} if c.h else set()
        found |= {0x6D2} if c.shudeleg else set()
        # cycleh to hpmcounter31h
        found |= set(range(0xC80, 0xCA0))
    if c.shudeleg:
        # HU-17: windows that the configuration has not.
        found |= set(range(0x6E0 + c.windows, 0x6E8))
    return found
