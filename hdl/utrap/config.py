"""What a trap unit is generated for: one frozen, checked configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from utrap.limits import (
    COUNTERS,
    EXTENSIONS,
    FIRST_LOCAL,
    GPA_BITS,
    HGATP_MODES,
    MAX_ORDER,
    PAGE_BITS,
    SATP_MODES,
    STATE_OWNERS,
    TVEC_MODES,
    WORDS,
    ConfigError,
    as_setting,
    check,
)
from utrap.profiles import PRESETS, PROFILES, each_extension, every_extension, named

__all__ = [
    "COUNTERS",
    "EXTENSIONS",
    "FIRST_LOCAL",
    "GPA_BITS",
    "MAX_ORDER",
    "PRESETS",
    "PROFILES",
    "SATP_MODES",
    "STATE_OWNERS",
    "TVEC_MODES",
    "WORDS",
    "Config",
    "ConfigError",
    "as_setting",
    "each_extension",
    "every_extension",
]


@dataclass(frozen=True, kw_only=True)
class Config:
    """The parameters of one trap unit.

    U-mode always exists. Lists of translation modes always begin with "bare".

    Attributes:
        xlen: Register width in bits, in every mode: 32 or 64.
        s: Supervisor mode.
        h: Hypervisor extension: HS, VS and VU. Needs s.
        n: User-level traps (the N extension 1.1).
        shudeleg: Delegation of guest exceptions to U-mode. Needs h and n.
        windows: Delegation windows, 0 to 8 (HU-17). Needs shudeleg.
        window_max_order: The largest ORDER of a window, 0 to 63: it spans up to 2^ORDER pages.
        satp_modes: What satp and vsatp offer.
        hgatp_modes: What hgatp offers.
        geilen: Guest external interrupts, 0 to XLEN-1. Needs h.
        ialign: Instruction alignment in bits: 16 or 32.
        vectored_align: Alignment of a vectored trap table in bytes: 4 (an
            adder makes the vector) or 256 (none is needed).
        asid_bits: Address-space identifier bits, 0 to 16 (RV32: 9). Needs s.
        vmid_bits: Virtual-machine identifier bits, 0 to 14 (RV32: 7). Needs h.
        counters: Which counter enables are writable: "none", "zicntr" (3) or
            "zihpm" (32).
        mtvec_reset: mtvec after reset, or "port": the input `mtvec_reset` says it
            while `rst` is 1.
        mtvec_modes: What mtvec.MODE can be: "both", "direct" or "vectored".
        tval: What xtval hold: "all" that a trap brings, or "none": they are read-only 0,
            which H does not permit.
        cause_bits: Bits of the code in xcause, 4 to 6; what a core raises must fit them.
        va_bits: Bits of the widest address that the core has, virtual, guest-physical or physical, 32 to
            62 on RV64: xepc, xtvec and xtval hold one bit more, and extend it; 0 for all of XLEN.
        local_interrupts: Interrupts of the platform's own, 16 and up in mie and
            mip, each a line; 0 to XLEN-16.
        local_interrupts_first: They rank above all others for the same mode, and
            not below; the lowest number first. Needs local_interrupts.
        mvendorid: JEDEC vendor, 32 bits.
        marchid: Microarchitecture, XLEN bits.
        mimpid: Version of the implementation, XLEN bits.
        mhartid: The hart's number, or "port": the input `hartid` says it.
        mconfigptr: Address of the configuration structure, or 0.
        fs: mstatus.FS is writable (needed by F).
        vs: mstatus.VS is writable (needed by V).
        sstc: Supervisor timers: stimecmp, and with H vstimecmp, compared with the
            input `mtime`. Needs s, and counters for their TM bits.
        shtvala: htval, mtval2 and hutval take every guest-physical address, those too
            that are wider than the widest guest mode's. Needs h and RV64: on RV32 none is.
        sscofpmf: The interrupt of overflowing counters, LCOFI, and scountovf, with the
            `counters` port. Needs s, and counters=zihpm.
        shlcofideleg: hideleg can pass LCOFI on to VS. Needs h and sscofpmf.
        zicbom, zicboz: Cache-block instructions: CBIE and CBCFE, CBZE, and the verdicts on them.
        zawrs: The verdict on WRS.NTO.
        svinval: The verdict on the fences around SINVAL.VMA. Needs translation.
        svpbmt, svadu: PBMTE, ADUE in menvcfg and henvcfg. Need translation.
        smmpm, smnpm, ssnpm: Pointer masking for M, for the next mode below it, for those below
            S (which ssnpm needs): PMM, with H HUPMM. On RV32 the fields are read-only 0.
        ssdbltrp: Double traps below M: SDT and DTE; a trap into S or VS whose handler cannot
            take one goes to M. Needs s.
        smdbltrp: Double traps in M: MDT; where M cannot take a trap the hart stops.
        smrnmi: Resumable non-maskable interrupts: the lines `rnmi` and `rnmi_cause`, mnepc and
            the like, MNRET.
        sdext: Debug Mode: dcsr, dpc, dscratch0 and dscratch1, and the events that enter
            and leave it.
        smstateen: State enables: mstateen, with S sstateen, with H hstateen, and what they gate.
        custom_state: The core has custom state below M, for their bit C; so have n and shudeleg.
        zfinx, zcmt, ssqosid, sdtrig, smctr, smcsrind, sscsrind, imsic, ssaia: The core has fcsr
            without F, jvt, srmcfg, scontext, sctrctl, siselect, stopei, stopi and the like,
            which the bits of the state enables gate; outside the unit.
        rnmi_interrupt_vector: Where the handler of RNMIs is. Needs smrnmi.
        rnmi_exception_vector: Where an exception in M goes while mnstatus.NMIE is 0. Needs smrnmi.
        rnmi_vectors: "fixed": these two are what the configuration says; "port": they are
            0 here, and inputs of these names say where. Needs smrnmi.
        refetch: The output `answer_refetch`: a CSR is written on which translation, masked
            addresses or the mode of loads and stores depend, so what is younger is to be
            fetched again.
        reset_state: What reset gives a value: "all" state, or what is "required": by the
            manual and the specifications, and where a value would be illegal. The rest stays
            as it is, and software writes it before it relies on it.
        selection: How the unit selects one of many registers: "multiplexed": by multiplexers of four,
            which are the least six-input LUTs; "one_hot": each is ANDed with a select of its
            own, which is the least gates of an ASIC.
        isa: Letters that misa shows beside S, U, H and N: I or E, then those of
            extensions in the manual's order, MAFDQCBVX.

    Raises:
        ConfigError: When a field breaks a rule.
    """

    xlen: int = 64
    s: bool = True
    h: bool = True
    n: bool = True
    shudeleg: bool = True
    windows: int = 4
    window_max_order: int = 63
    satp_modes: tuple[str, ...] = ("bare", "sv39", "sv48")
    hgatp_modes: tuple[str, ...] = ("bare", "sv39x4", "sv48x4")
    geilen: int = 0
    ialign: int = 16
    vectored_align: int = 256
    asid_bits: int = 16
    vmid_bits: int = 14
    counters: str = "zicntr"
    mtvec_reset: int | str = 0
    mtvec_modes: str = "both"
    tval: str = "all"
    cause_bits: int = 6
    va_bits: int = 0
    local_interrupts: int = 0
    local_interrupts_first: bool = False
    mvendorid: int = 0
    marchid: int = 0
    mimpid: int = 0
    mhartid: int | str = "port"
    mconfigptr: int = 0
    fs: bool = True
    vs: bool = True
    sstc: bool = False
    shtvala: bool = False
    sscofpmf: bool = False
    shlcofideleg: bool = False
    zicbom: bool = False
    zicboz: bool = False
    zawrs: bool = False
    svinval: bool = False
    svpbmt: bool = False
    svadu: bool = False
    smmpm: bool = False
    smnpm: bool = False
    ssnpm: bool = False
    ssdbltrp: bool = False
    smdbltrp: bool = False
    smrnmi: bool = False
    sdext: bool = False
    smstateen: bool = False
    custom_state: bool = False
    zfinx: bool = False
    zcmt: bool = False
    ssqosid: bool = False
    sdtrig: bool = False
    smctr: bool = False
    smcsrind: bool = False
    sscsrind: bool = False
    imsic: bool = False
    ssaia: bool = False
    rnmi_interrupt_vector: int = 0
    rnmi_exception_vector: int = 0
    rnmi_vectors: str = "fixed"
    refetch: bool = False
    reset_state: str = "all"
    selection: str = "multiplexed"
    isa: str = "IMAC"

    def __post_init__(self) -> None:
        check(
            {field.name: getattr(self, field.name) for field in fields(self)},
            self.kinds(),
        )

    @classmethod
    def kinds(cls) -> dict[str, type]:
        """Return the fields' types; of one that takes a word in a number's place it is the number's."""
        return {field.name: int if field.name in WORDS else type(field.default) for field in fields(cls)}

    @classmethod
    def profile(cls, name: str = "full", xlen: int = 64, **changes: Any) -> Config:
        """Make a named profile, with changes.

        Args:
            name: A key of `PROFILES` or of `PRESETS`.
            xlen: 32 or 64.
            changes: Fields to change; a value in a profile's place.

        Raises:
            ConfigError: When the name, a field's name or a value is wrong.
        """
        base = named(name, xlen)
        known = [field.name for field in fields(cls)]
        for key in changes:
            if key not in known:
                raise ConfigError(f"{key!r} is no configuration field: {', '.join(known)}")
        values: dict[str, Any] = {**base, "xlen": xlen}
        if xlen == 32:
            values |= {"asid_bits": 9, "vmid_bits": 7}
            values |= {"satp_modes": ("bare", "sv32"), "hgatp_modes": ("bare", "sv32x4")}
        values |= changes
        return cls(**_without_what_is_absent(values, changes))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Config:
        """Make the configuration that `to_json` has given."""
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**given)

    def replace(self, **changes: Any) -> Config:
        """Return a copy with fields changed, checked again."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON holds them (tuples as lists)."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in dataclasses.asdict(self).items()
        }

    @property
    def satp_codes(self) -> tuple[int, ...]:
        """MODE encodings that satp and vsatp hold."""
        return tuple(SATP_MODES[self.xlen][name] for name in self.satp_modes)

    @property
    def hgatp_codes(self) -> tuple[int, ...]:
        """MODE encodings that hgatp holds."""
        return tuple(HGATP_MODES[self.xlen][name] for name in self.hgatp_modes)

    @property
    def has_paging(self) -> bool:
        """Whether a non-Bare mode exists in satp."""
        return len(self.satp_modes) > 1

    @property
    def gpa_bits(self) -> int:
        """Bits of a guest-physical address in the widest guest mode; 0 without H."""
        return GPA_BITS[self.hgatp_modes[-1]] if self.h else 0

    @property
    def address_bits(self) -> int:
        """Bits of an address that xepc, xtvec and xtval hold one by one; those above are all alike."""
        return self.va_bits or self.xlen

    @property
    def tval2_bits(self) -> int:
        """Bits of mtval2, htval and hutval: a GPA shifted right by 2; with Shtvala one of 64 bits."""
        if self.shtvala:
            return self.xlen - 2
        return self.gpa_bits - 2 if self.h else 0

    @property
    def gppn_bits(self) -> int:
        """Bits of a guest-physical page number (HU-17)."""
        return self.gpa_bits - PAGE_BITS if self.h else 0

    @property
    def counter_count(self) -> int:
        """Writable bits of mcounteren, hcounteren and scounteren."""
        return COUNTERS[self.counters]

    @property
    def is_one_hot(self) -> bool:
        """Whether each of several values is ANDed with a select of its own."""
        return self.selection == "one_hot"

    @property
    def vgein_bits(self) -> int:
        """Bits of hstatus.VGEIN that can change."""
        return self.geilen.bit_length()


def _without_what_is_absent(values: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the defaults of extensions that a change has turned off."""
    absent: dict[str, Any] = {}
    if not values.get("s", True):
        absent |= {"satp_modes": ("bare",), "asid_bits": 0}
    if not values.get("h", True):
        absent |= {"hgatp_modes": ("bare",), "vmid_bits": 0}
    if not values.get("shudeleg", True):
        absent |= {"windows": 0}
    return values | {k: v for k, v in absent.items() if k not in changes}
