"""What a trap unit is generated for: one frozen, checked configuration.

Every rule that a configuration can break is one line of `_check`; its message
names the field, the value and what is allowed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["EXTENSIONS", "PRESETS", "PROFILES", "STATE_OWNERS", "Config", "ConfigError", "every_extension"]


class ConfigError(ValueError):
    """A configuration that breaks a rule; the message is one line."""


#: Address translation modes: name -> (MODE encoding, GPA or VA bits), by XLEN;
#: each needs the one before it, as the manual's chapters on them say.
SATP_MODES: Mapping[int, Mapping[str, int]] = {
    32: {"bare": 0, "sv32": 1},
    64: {"bare": 0, "sv39": 8, "sv48": 9, "sv57": 10},
}
HGATP_MODES: Mapping[int, Mapping[str, int]] = {
    32: {"bare": 0, "sv32x4": 1},
    64: {"bare": 0, "sv39x4": 8, "sv48x4": 9, "sv57x4": 10},
}
#: Bits of a guest-physical address in each guest translation mode.
GPA_BITS: Mapping[str, int] = {"sv32x4": 34, "sv39x4": 41, "sv48x4": 50, "sv57x4": 59}
#: How many counters `mcounteren` and its like enable.
COUNTERS: Mapping[str, int] = {"none": 0, "zicntr": 3, "zihpm": 32}
PAGE_BITS = 12
#: The number of the first interrupt that is the platform's own.
FIRST_LOCAL = 16
#: Smstateen, and what of the core's state its bits are for.
STATE_OWNERS = (
    "smstateen", "custom_state", "zfinx", "zcmt", "ssqosid", "sdtrig", "smctr", "smcsrind", "sscsrind", "imsic",
)  # fmt: skip
#: Extensions with a knob of their own that the named profiles do not have, each with the XLENs for which
#: it exists. What is off does not exist.
EXTENSIONS: Mapping[str, tuple[int, ...]] = {
    "sstc": (32, 64),
    "shtvala": (64,),
    "sscofpmf": (32, 64),
    "shlcofideleg": (32, 64),
    "zicbom": (32, 64),
    "zicboz": (32, 64),
    "zawrs": (32, 64),
    "svinval": (32, 64),
    "svpbmt": (32, 64),
    "svadu": (32, 64),
    "smmpm": (32, 64),
    "smnpm": (32, 64),
    "ssnpm": (32, 64),
    "ssdbltrp": (32, 64),
    "smdbltrp": (32, 64),
    "smrnmi": (32, 64),
    "sdext": (32, 64),
    **dict.fromkeys(STATE_OWNERS, (32, 64)),
}
#: What mtvec.MODE can be: the name, and the values.
TVEC_MODES: Mapping[str, tuple[int, ...]] = {"both": (0, 1), "direct": (0,), "vectored": (1,)}
#: Words that may stand in a number's place.
WORDS: Mapping[str, tuple[str, ...]] = {"mtvec_reset": ("port",)}
#: Letters of misa that `isa` may hold after I or E, in the order in which the manual names
#: extensions: S, U, H and N follow from other fields, the rest is reserved (norm:misa_extensions_enc_tbl).
_EXTENSIONS = "MAFDQCBVX"
#: What a letter needs (norm:misa_extensions_dependencies).
_NEEDED_LETTER: Mapping[str, str] = {"D": "F", "Q": "D", "V": "D"}


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
        local_interrupts: Interrupts of the platform's own, 16 and up in mie and
            mip, each a line; 0 to XLEN-16.
        local_interrupts_first: They rank above all others for the same mode, and
            not below; the lowest number first. Needs local_interrupts.
        mvendorid: JEDEC vendor, 32 bits.
        marchid: Microarchitecture, XLEN bits.
        mimpid: Version of the implementation, XLEN bits.
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
        zfinx, zcmt, ssqosid, sdtrig, smctr, smcsrind, sscsrind, imsic: The core has fcsr
            without F, jvt, srmcfg, scontext, sctrctl, siselect, stopei and the like,
            which the bits of the state enables gate; outside the unit.
        rnmi_interrupt_vector: Where the handler of RNMIs is. Needs smrnmi.
        rnmi_exception_vector: Where an exception in M goes while mnstatus.NMIE is 0. Needs smrnmi.
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
    local_interrupts: int = 0
    local_interrupts_first: bool = False
    mvendorid: int = 0
    marchid: int = 0
    mimpid: int = 0
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
    rnmi_interrupt_vector: int = 0
    rnmi_exception_vector: int = 0
    isa: str = "IMAC"

    def __post_init__(self) -> None:
        _check(self)

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
        if name not in PROFILES and name not in PRESETS:
            raise ConfigError(f"profile={name!r}: must be one of {', '.join((*PROFILES, *PRESETS))}")
        known = [field.name for field in fields(cls)]
        for key in changes:
            if key not in known:
                raise ConfigError(f"{key!r} is no configuration field: {', '.join(known)}")
        values: dict[str, Any] = {**(preset(name, xlen) if name in PRESETS else PROFILES[name]), "xlen": xlen}
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


_MU: dict[str, Any] = {"s": False, "h": False, "n": False, "shudeleg": False}
#: Without S and F (V), FS (VS) is read-only 0 (norm:mstatus_fs_rdonly0_s_no_f).
_NO_STATUS: dict[str, Any] = {"fs": False, "vs": False}

#: The named profiles; each is the default configuration with these changes.
PROFILES: Mapping[str, Mapping[str, Any]] = {
    "mu": _MU | _NO_STATUS,
    "msu": _MU | {"s": True},
    "msuh": _MU | {"s": True, "h": True},
    "msun": _MU | {"s": True, "n": True},
    "full": {},
}


#: What RVA22S64 mandates of the trap architecture, and no option. The vectored tables may stand anywhere.
_RVA22: dict[str, Any] = {
    **_MU,
    "s": True,
    "satp_modes": ("bare", "sv39"),
    "counters": "zihpm",
    "vectored_align": 4,
    "isa": "IMAFDCB",
    "vs": False,
    **dict.fromkeys(("zicbom", "zicboz", "svinval", "svpbmt"), True),
}
#: RVB23S64, the same way, and RVA23S64, which has Sha.
_RVB23 = _RVA22 | dict.fromkeys(("zawrs", "sstc", "sscofpmf"), True)
_RVA23 = _RVB23 | {
    "h": True,
    "hgatp_modes": ("bare", "sv39x4"),
    "isa": "IMAFDCBV",
    "vs": True,
    **dict.fromkeys(("ssnpm", "smstateen", "shtvala"), True),
}
#: Harts with a name beside the profiles, each with the XLENs that it has: those of RISC-V's own profiles, with
#: what they mandate; and all that there is in one.
PRESETS: Mapping[str, tuple[int, ...]] = {"rva22s64": (64,), "rva23s64": (64,), "rvb23s64": (64,), "max": (32, 64)}


def preset(name: str, xlen: int) -> dict[str, Any]:
    """Return the changes to the default that make a preset."""
    if xlen not in PRESETS[name]:
        raise ConfigError(f"profile={name!r}: it has xlen={PRESETS[name][0]}")
    mandated = {"rva22s64": _RVA22, "rva23s64": _RVA23, "rvb23s64": _RVB23}
    return mandated[name] if name in mandated else every_extension(xlen)


def every_extension(xlen: int) -> dict[str, Any]:
    """Return the changes to a profile that turn on all extensions that exist for an XLEN, with what they need."""
    return {name: True for name, widths in EXTENSIONS.items() if xlen in widths} | {"counters": "zihpm"}


def _check(config: Config) -> None:
    """Raise ConfigError for the first rule that the configuration breaks."""

    def demand(holds: bool, field: str, rule: str) -> None:
        if not holds:
            raise ConfigError(f"{field}={getattr(config, field)!r}: {rule}")

    for field in fields(config):
        value, kind = getattr(config, field.name), type(field.default)
        words = WORDS.get(field.name, ())
        either = "".join(f" or {word!r}" for word in words)
        demand(type(value) is kind or value in words, field.name, f"must be of type {kind.__name__}{either}")
    demand(config.xlen in (32, 64), "xlen", "must be 32 or 64")
    demand(not config.h or config.s, "h", "the hypervisor extension needs s=True")
    demand(not config.shudeleg or config.h, "shudeleg", "Shudeleg needs h=True")
    demand(not config.shudeleg or config.n, "shudeleg", "Shudeleg needs n=True")
    demand(0 <= config.windows <= 8, "windows", "must be 0 to 8")
    demand(config.windows == 0 or config.shudeleg, "windows", "windows need shudeleg=True")
    _check_modes(config, "satp_modes", SATP_MODES[config.xlen], config.s, "s")
    _check_modes(config, "hgatp_modes", HGATP_MODES[config.xlen], config.h, "h")
    demand(
        not config.h or config.has_paging,
        "satp_modes",
        f"h=True needs {list(SATP_MODES[config.xlen])[1]!r} as well",
    )
    demand(0 <= config.geilen < config.xlen, "geilen", f"must be 0 to {config.xlen - 1}")
    demand(config.geilen == 0 or config.h, "geilen", "guest interrupts need h=True")
    demand(config.ialign in (16, 32), "ialign", "must be 16 or 32")
    demand(config.vectored_align in (4, 256), "vectored_align", "must be 4 or 256")
    asid_max, vmid_max = (9, 7) if config.xlen == 32 else (16, 14)
    demand(0 <= config.asid_bits <= asid_max, "asid_bits", f"must be 0 to {asid_max}")
    demand(0 <= config.vmid_bits <= vmid_max, "vmid_bits", f"must be 0 to {vmid_max}")
    demand(config.asid_bits == 0 or config.s, "asid_bits", "ASIDs need s=True")
    demand(config.vmid_bits == 0 or config.h, "vmid_bits", "VMIDs need h=True")
    demand(config.counters in COUNTERS, "counters", f"must be one of {', '.join(COUNTERS)}")
    demand(not config.sstc or config.s, "sstc", "Sstc needs s=True")
    # norm:mcounteren_tm_clr: the enables' TM bits judge the timers too.
    demand(not config.sstc or config.counters != "none", "sstc", "Sstc needs counters=zicntr or zihpm")
    for name in ("ssdbltrp", "ssnpm"):
        demand(not getattr(config, name) or config.s, name, f"{name.capitalize()} needs s=True")
    for name in ("svinval", "svpbmt", "svadu"):
        has_it = getattr(config, name)
        demand(not has_it or config.has_paging, name, f"{name.capitalize()} needs a translation mode in satp_modes")
    demand(not config.shtvala or config.h, "shtvala", "Shtvala needs h=True")
    demand(not config.sscofpmf or config.s, "sscofpmf", "Sscofpmf needs s=True")
    # norm:scountovf_smode_read_access_control: the enables of the event counters.
    demand(not config.sscofpmf or config.counters == "zihpm", "sscofpmf", "Sscofpmf needs counters=zihpm")
    demand(not config.shlcofideleg or config.h, "shlcofideleg", "Shlcofideleg needs h=True")
    demand(not config.shlcofideleg or config.sscofpmf, "shlcofideleg", "Shlcofideleg needs sscofpmf=True")
    for name, widths in EXTENSIONS.items():
        demand(not getattr(config, name) or config.xlen in widths, name, f"it needs xlen={widths[0]}")
    for name in ("marchid", "mimpid", "mconfigptr", "mtvec_reset"):
        value = getattr(config, name)
        demand(value == "port" or 0 <= value < 1 << config.xlen, name, f"must fit in {config.xlen} bits")
    for name in ("rnmi_interrupt_vector", "rnmi_exception_vector"):
        value = getattr(config, name)
        demand(0 <= value < 1 << config.xlen, name, f"must fit in {config.xlen} bits")
        demand(value == 0 or config.smrnmi, name, "it needs smrnmi=True")
        demand(value % (config.ialign // 8) == 0, name, f"must be a multiple of {config.ialign // 8}")
    most = config.xlen - FIRST_LOCAL
    demand(0 <= config.local_interrupts <= most, "local_interrupts", f"must be 0 to {most}")
    has_local = config.local_interrupts > 0
    demand(has_local or not config.local_interrupts_first, "local_interrupts_first", "there is no local interrupt")
    demand(0 <= config.mvendorid < 1 << 32, "mvendorid", "must fit in 32 bits")
    _check_mtvec(config)
    _check_isa(config, demand)


def _check_isa(config: Config, demand: Callable[[bool, str, str], None]) -> None:
    """Check that the letters are those of a hart, and go with the other fields."""
    base, letters = config.isa[:1], config.isa[1:]
    is_known = set(letters) <= set(_EXTENSIONS) and len(set(letters)) == len(letters)
    demand(base in ("I", "E") and is_known, "isa", f"must be I or E, then letters of {_EXTENSIONS}, each once")
    in_order = base + "".join(letter for letter in _EXTENSIONS if letter in letters)
    demand(config.isa == in_order, "isa", f"must be in the manual's order: {in_order}")
    for letter, needed in _NEEDED_LETTER.items():
        demand(letter not in letters or needed in letters, "isa", f"{letter} needs {needed}")
    demand(not (config.h and base == "E"), "isa", "h=True needs I, not E")
    demand("C" not in letters or config.ialign == 16, "isa", "C needs ialign=16")
    for name, letter in (("fs", "F"), ("vs", "V")):
        has_state, is_listed = getattr(config, name), letter in letters
        demand(not is_listed or has_state, "isa", f"{letter} needs {name}=True")
        demand(not has_state or config.s or is_listed, name, f"without s=True it needs {letter} in isa")


def _check_modes(config: Config, field: str, known: Mapping[str, int], needed: bool, by: str) -> None:
    """Check a list of translation modes: a beginning of the known ones."""
    modes, chain = getattr(config, field), tuple(known)
    allowed = [chain[: n + 1] for n in range(len(chain))]
    if not needed:
        if modes != chain[:1]:
            raise ConfigError(f"{field}={','.join(map(str, modes))}: must be bare without {by}=True")
        return
    if field == "hgatp_modes":
        allowed = allowed[1:]
    if modes not in allowed:
        texts = " or ".join(",".join(choice) for choice in allowed)
        raise ConfigError(f"{field}={','.join(map(str, modes))}: must be {texts}")


def _check_mtvec(config: Config) -> None:
    """Check that mtvec_reset is a value that mtvec can hold."""
    if config.mtvec_modes not in TVEC_MODES:
        raise ConfigError(f"mtvec_modes={config.mtvec_modes!r}: must be one of {', '.join(TVEC_MODES)}")
    if isinstance(config.mtvec_reset, str):
        return
    modes = TVEC_MODES[config.mtvec_modes]
    if config.mtvec_reset & 1 not in modes:
        raise ConfigError(
            f"mtvec_reset={config.mtvec_reset:#x}: with mtvec_modes={config.mtvec_modes} bit 0 is {modes[0]}"
        )
    if config.mtvec_reset & 2:
        raise ConfigError(f"mtvec_reset={config.mtvec_reset:#x}: bit 1 must be 0")
    low = config.vectored_align - 4
    if config.mtvec_reset & 1 and config.mtvec_reset & low:
        raise ConfigError(
            f"mtvec_reset={config.mtvec_reset:#x}: a vectored table must be"
            f" aligned to vectored_align={config.vectored_align} bytes"
        )
