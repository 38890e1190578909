"""What makes one hart differ from another: the parameters, what each may be, and what it is when nobody says.

A refused value raises `ConfigError` with one line: the field, the value, and
what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

#: "Take the default that follows from the other fields."
DEFAULT: Final[Any] = None

#: The newer extensions, each a boolean field that is off unless asked for.
EXTENSIONS: Final = (
    "sstc", "shtvala", "sscofpmf", "shlcofideleg",
    "zicbom", "zicboz", "zawrs", "svinval", "svpbmt", "svadu", "smmpm", "smnpm", "ssnpm",
    "ssdbltrp", "smdbltrp", "smrnmi", "sdext",
    "smstateen", "custom_state", "zfinx", "zcmt", "ssqosid", "sdtrig", "smctr", "smcsrind", "sscsrind", "imsic",
    "ssaia",
)  # fmt: skip
COUNTERS: Final = ("none", "zicntr", "zihpm")
_CHAIN: Final = {32: ("bare", "sv32"), 64: ("bare", "sv39", "sv48", "sv57")}
_CHAIN_X4: Final = {32: ("bare", "sv32x4"), 64: ("bare", "sv39x4", "sv48x4", "sv57x4")}
_MAX_ASID: Final = {32: 9, 64: 16}
_MAX_VMID: Final = {32: 7, 64: 14}
#: misa's letters for extensions in the order of the manual's naming conventions.
_EXTENSIONS: Final = "MAFDQCBVX"
#: norm:misa_extensions_dependencies: a letter, and the one without which it cannot be set.
_DEPENDS_ON: Final = {"D": "F", "Q": "D", "V": "D"}


class ConfigError(ValueError):
    """A configuration that no hart can have; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a hart's trap architecture. M and U always exist.

    Parameters
    ----------
    xlen: 32 or 64, in every mode (warl:MXL/SXL/UXL/VSXL).
    s, h, n, shudeleg: supervisor mode, hypervisor extension, user-level traps,
        delegation of guest exceptions to U. h needs s; shudeleg needs h and n.
    windows: delegation windows, 0 to 8 (HU-17); 4 by default, 0 without shudeleg.
    window_max_order: the largest ORDER that they take.
    satp_modes, hgatp_modes: translation modes as a chain from "bare" upwards.
    geilen: number of guest external interrupts, 0 to xlen-1.
    ialign: 16 or 32 bits.
    vectored_align: alignment of a vectored xtvec in bytes, 256 or 4 (warl:xtvec).
    asid_bits, vmid_bits: ASIDLEN and VMIDLEN.
    counters: "none", "zicntr" or "zihpm": width of the counter enables.
    mtvec_reset: mtvec after reset, or "port": what the input of that name says in reset.
    mtvec_modes: the values of MODE that mtvec takes: "both", "direct" or "vectored".
    local_interrupts: interrupts of the platform's own from 16 on, each a line;
        local_interrupts_first: they rank above all others, and not below.
    mvendorid, marchid, mimpid, mconfigptr: the identification CSRs.
    mhartid: the hart's number, or "port": an input says it.
    tval: what xtval hold: "all" that a trap brings, or "none"; cause_bits: how wide xcause's code is.
    va_bits: how wide the hart's widest address is, which decides what xepc, xtvec and xtval keep; 0 for XLEN.
    fs, vs: mstatus.FS and mstatus.VS exist.
    sstc: supervisor timers of their own: stimecmp, with H vstimecmp.
    shtvala: htval, mtval2 and hutval are wide enough for every guest-physical address.
    sscofpmf: the interrupt of overflowing counters (LCOFI), and scountovf;
        shlcofideleg: hideleg may pass it on to VS.
    zicbom, zicboz: cache-block instructions: CBIE and CBCFE, CBZE in the xenvcfg.
    zawrs, svinval: WRS.NTO, and the fences around SINVAL.VMA, are judged.
    svpbmt, svadu: PBMTE, ADUE in menvcfg and henvcfg.
    ssdbltrp, smdbltrp: double traps below M, and in M.
    smstateen: mstateen, hstateen, sstateen; custom_state, zfinx, zcmt, ssqosid,
        sdtrig, smctr, smcsrind with sscsrind, imsic, ssaia: the hart has state outside
        the trap unit that a bit of them is for.
    sdext: Debug Mode, with dcsr, dpc, dscratch0 and dscratch1.
    smrnmi: resumable non-maskable interrupts; rnmi_interrupt_vector,
        rnmi_exception_vector: where their handler is, and that of its exceptions;
        rnmi_vectors: "fixed", or "port": inputs of these names say so.
    smmpm, smnpm, ssnpm: pointer masking for M, for the mode below M, for those below S.
    refetch: the core is told which CSR writes make it fetch again.
    reset_state: what reset gives a value: "all", or what is "required" of it.
    selection: of what gates the hart is, "multiplexed" or "one_hot"; nothing that it does depends on it.
    isa: the letters that misa shows beside S, U, H and N, in the manual's order
        of names; "IMAC" by default, "IMA" where ialign is 32.
    """

    xlen: int = 64
    s: bool = True
    h: bool = True
    n: bool = True
    shudeleg: bool = True
    windows: int = DEFAULT
    window_max_order: int = 63
    satp_modes: tuple[str, ...] = DEFAULT
    hgatp_modes: tuple[str, ...] = DEFAULT
    geilen: int = 0
    ialign: int = 16
    vectored_align: int = 256
    asid_bits: int = DEFAULT
    vmid_bits: int = DEFAULT
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
    isa: str = DEFAULT

    def __post_init__(self) -> None:
        _one_of("xlen", self.xlen, (32, 64))
        for name in ("s", "h", "n", "shudeleg", "fs", "vs", "local_interrupts_first", "refetch", *EXTENSIONS):
            _one_of(name, getattr(self, name), (False, True))
        if self.h and not self.s:
            raise ConfigError("h is true: the hypervisor extension needs s")
        if self.shudeleg and not (self.h and self.n):
            raise ConfigError("shudeleg is true: Shudeleg needs h and n")
        self._fill_defaults()
        _in_range("windows", self.windows, 0, 8)
        if self.windows and not self.shudeleg:
            raise ConfigError(f"windows is {self.windows}: without shudeleg it must be 0")
        _in_range("window_max_order", self.window_max_order, 0, 63)
        if self.window_max_order != 63 and not self.windows:
            raise ConfigError(f"window_max_order is {self.window_max_order}: without windows it must be 63")
        self._check_translation()
        _in_range("geilen", self.geilen, 0, self.xlen - 1)
        if self.geilen and not self.h:
            raise ConfigError(f"geilen is {self.geilen}: without h it must be 0")
        _one_of("ialign", self.ialign, (16, 32))
        _one_of("vectored_align", self.vectored_align, (256, 4))
        _one_of("counters", self.counters, COUNTERS)
        _one_of("reset_state", self.reset_state, ("all", "required"))
        _one_of("selection", self.selection, ("multiplexed", "one_hot"))
        _in_range("mvendorid", self.mvendorid, 0, 2**32 - 1)
        _in_range("local_interrupts", self.local_interrupts, 0, self.xlen - 16)
        if self.local_interrupts_first and not self.local_interrupts:
            raise ConfigError("local_interrupts_first is true: without local_interrupts there is no order")
        self._check_traps()
        for name in ("marchid", "mimpid", "mconfigptr"):
            _in_range(name, getattr(self, name), 0, 2**self.xlen - 1)
        _number_or_port("mhartid", self.mhartid, self.xlen)
        self._check_mtvec_reset()
        self._check_va_bits()
        self._check_isa()
        self._check_extensions()

    def _fill_defaults(self) -> None:
        def default(name: str, value: object) -> None:
            if getattr(self, name) is DEFAULT:
                object.__setattr__(self, name, value)

        default("windows", 4 if self.shudeleg else 0)
        # As far as `full` goes: two sizes on RV64, the only one on RV32.
        default("satp_modes", _CHAIN[self.xlen][: 3 if self.s else 1])
        default("hgatp_modes", _CHAIN_X4[self.xlen][: 3 if self.h else 1])
        default("asid_bits", _MAX_ASID[self.xlen] if self.s else 0)
        default("vmid_bits", _MAX_VMID[self.xlen] if self.h else 0)
        default("isa", "IMAC" if self.ialign == 16 else "IMA")

    def _check_traps(self) -> None:
        """norm:mtval_rdonly0, norm:H_mtval_nrz, warl:xcause"""
        _one_of("tval", self.tval, ("all", "none"))
        if self.tval == "none" and self.h:
            raise ConfigError("tval is none: with h mtval and stval hold values")
        _in_range("cause_bits", self.cause_bits, 4, 6)
        # 15 is the last code of the exceptions that every hart has; S delegates 18 and 19, 16 is a double trap.
        last = max(15 + self.local_interrupts, 19 if self.s else 0, 16 if self.smdbltrp else 0)
        if last >> self.cause_bits:
            raise ConfigError(f"cause_bits is {self.cause_bits}: code {last} needs {last.bit_length()}")

    def _check_translation(self) -> None:
        _prefix_of("satp_modes", self.satp_modes, _CHAIN[self.xlen])
        _prefix_of("hgatp_modes", self.hgatp_modes, _CHAIN_X4[self.xlen])
        _in_range("asid_bits", self.asid_bits, 0, _MAX_ASID[self.xlen])
        _in_range("vmid_bits", self.vmid_bits, 0, _MAX_VMID[self.xlen])
        if not self.s and len(self.satp_modes) > 1:
            raise ConfigError(f"satp_modes is {'+'.join(self.satp_modes)}: without s only bare is allowed")
        if not self.s and self.asid_bits:
            raise ConfigError(f"asid_bits is {self.asid_bits}: without s it must be 0")
        if not self.h and len(self.hgatp_modes) > 1:
            raise ConfigError(f"hgatp_modes is {'+'.join(self.hgatp_modes)}: without h only bare is allowed")
        if not self.h and self.vmid_bits:
            raise ConfigError(f"vmid_bits is {self.vmid_bits}: without h it must be 0")
        # norm:H_vm_supported: H needs page-based translation.
        if self.h and len(self.satp_modes) < 2:
            raise ConfigError(f"satp_modes is bare: h needs {_CHAIN[self.xlen][1]}")
        if self.h and len(self.hgatp_modes) < 2:
            raise ConfigError(f"hgatp_modes is bare: h needs {_CHAIN_X4[self.xlen][1]}")

    def _check_mtvec_reset(self) -> None:
        _one_of("mtvec_modes", self.mtvec_modes, ("both", "direct", "vectored"))
        _number_or_port("mtvec_reset", self.mtvec_reset, self.xlen)
        if isinstance(self.mtvec_reset, str):
            return
        wanted = {"direct": 0, "vectored": 1}.get(self.mtvec_modes, self.mtvec_reset & 1)
        if self.mtvec_reset & 1 != wanted:
            raise ConfigError(f"mtvec_reset is {self.mtvec_reset:#x}: MODE must be {wanted} ({self.mtvec_modes})")
        if self.mtvec_reset & 2:
            raise ConfigError(f"mtvec_reset is {self.mtvec_reset:#x}: MODE must be 0 (direct) or 1 (vectored)")
        if self.mtvec_reset & 1 and (self.mtvec_reset - 1) % self.vectored_align:
            raise ConfigError(
                f"mtvec_reset is {self.mtvec_reset:#x}: with MODE=1, BASE must be a multiple of {self.vectored_align}"
            )

    def _check_va_bits(self) -> None:
        """warl:va_bits: every address of the hart fits, and in xtval an instruction of 32 bits."""
        if type(self.va_bits) is not int:
            raise ConfigError(f"va_bits is {self.va_bits!r}: it must be a number")
        if self.va_bits == 0:
            return
        # Without what XLEN would hold anyway; the names of the modes say how wide addresses are, in a guest by 2 more.
        least = max(32, *(int(mode[2:4]) for mode in self.satp_modes if mode != "bare"),
                    *(int(mode[2:4]) + 2 for mode in self.hgatp_modes if mode != "bare"), 0)  # fmt: skip
        if self.xlen != 64 or not least <= self.va_bits <= 62:
            raise ConfigError(f"va_bits is {self.va_bits}: allowed are 0, and {least} to 62 on RV64")
        for name in ("mtvec_reset", "rnmi_interrupt_vector", "rnmi_exception_vector"):
            address = getattr(self, name)
            if address != "port" and 2**self.va_bits <= address < 2**64 - 2**self.va_bits:
                raise ConfigError(f"{name} is {address:#x}: that is no address of va_bits={self.va_bits}")

    def _check_isa(self) -> None:
        """norm:misa_extensions_enc_tbl: the letters that are no reserved bits, and none that other fields say."""
        letters = self.isa
        if not isinstance(letters, str) or letters[:1] not in ("I", "E"):
            raise ConfigError(f"isa is {letters!r}: allowed are I or E, then letters of {_EXTENSIONS}")
        if len(set(letters)) != len(letters) or not set(letters[1:]) <= set(_EXTENSIONS):
            raise ConfigError(f"isa is {letters!r}: allowed are I or E, then letters of {_EXTENSIONS}, each once")
        in_order = letters[0] + "".join(letter for letter in _EXTENSIONS if letter in letters)
        if letters != in_order:
            raise ConfigError(f"isa is {letters!r}: in the manual's order it is {in_order}")
        for letter, needed in _DEPENDS_ON.items():
            if letter in letters and needed not in letters:
                raise ConfigError(f"isa is {letters!r}: {letter} needs {needed}")
        if "C" in letters and self.ialign != 16:
            raise ConfigError(f"isa is {letters!r}: C needs ialign 16")
        # norm:mstatus_fs_rdonly0_s_no_f, norm:mstatus_vs_rdonly0_s_no_v
        for name, letter in (("fs", "F"), ("vs", "V")):
            if getattr(self, name) and not self.s and letter not in letters:
                raise ConfigError(f"{name} is true: without s it needs {letter} in isa")
            if letter in letters and not getattr(self, name):
                raise ConfigError(f"isa is {letters!r}: {letter} needs {name}")
        if "E" in letters and self.h:
            raise ConfigError(f"isa is {letters!r}: h needs the base I")

    def _check_extensions(self) -> None:
        # norm:stimecmp_exist: the S-level stimecmp; norm:mcounteren_tm_clr: by mcounteren.TM.
        if self.sstc and self.counters == "none":
            raise ConfigError("sstc is true: Sstc needs counters zicntr or zihpm")
        # Shtvala: with Sv32x4 no guest-physical address is too wide.
        if self.shtvala and not (self.h and self.xlen == 64):
            raise ConfigError("shtvala is true: Shtvala needs h and xlen 64")
        # norm:scountovf_smode_read_access: by the enables of the event counters.
        if self.sscofpmf and self.counters != "zihpm":
            raise ConfigError("sscofpmf is true: Sscofpmf needs counters zihpm")
        for name in ("sstc", "sscofpmf", "svinval", "svpbmt", "svadu", "ssnpm", "ssdbltrp"):
            if getattr(self, name) and not self.s:
                raise ConfigError(f"{name} is true: {name.capitalize()} needs s")
        _one_of("rnmi_vectors", self.rnmi_vectors, ("fixed", "port"))
        if self.rnmi_vectors == "port" and not self.smrnmi:
            raise ConfigError("rnmi_vectors is port: without smrnmi there is no such input")
        for name in ("rnmi_interrupt_vector", "rnmi_exception_vector"):
            vector = getattr(self, name)
            _in_range(name, vector, 0, 2**self.xlen - 1)
            if vector and not self.smrnmi:
                raise ConfigError(f"{name} is {vector:#x}: without smrnmi it must be 0")
            if vector and self.rnmi_vectors == "port":
                raise ConfigError(f"{name} is {vector:#x}: with rnmi_vectors port it must be 0")
            if vector % (self.ialign // 8):
                raise ConfigError(f"{name} is {vector:#x}: it must be a multiple of {self.ialign // 8}")
        # norm:vsip_vsie_lcofi
        if self.shlcofideleg and not (self.h and self.sscofpmf):
            raise ConfigError("shlcofideleg is true: Shlcofideleg needs h and sscofpmf")
        for name in ("svpbmt", "svadu", "svinval"):
            if getattr(self, name) and len(self.satp_modes) < 2:
                raise ConfigError(f"{name} is true: {name.capitalize()} needs a translation mode in satp_modes")


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if not any(type(value) is type(item) and value == item for item in allowed):
        said = " and ".join(map(_said, allowed)) if len(allowed) == 2 else ", ".join(map(_said, allowed))
        raise ConfigError(f"{name} is {_said(value)}: allowed are {said}")


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _in_range(name: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        show: Callable[[int], str] = hex if high > 2**16 else str
        raise ConfigError(f"{name} is {value!r}: allowed are {show(low)} to {show(high)}")


def _number_or_port(name: str, value: object, xlen: int) -> None:
    if value != "port" and (type(value) is not int or not 0 <= value < 2**xlen):
        said = hex(value) if type(value) is int else repr(value)
        raise ConfigError(f"{name} is {said}: allowed are 0x0 to {2**xlen - 1:#x}, and port")


def _prefix_of(name: str, value: tuple[str, ...], chain: tuple[str, ...]) -> None:
    if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
        said = list(value) if isinstance(value, tuple) else value
        raise ConfigError(f"{name} is {said!r}: allowed is a list of names")
    if not value or value != chain[: len(value)]:
        choices = ", ".join("+".join(chain[: length + 1]) for length in range(len(chain)))
        raise ConfigError(f"{name} is {'+'.join(value)!r}: allowed are {choices}")
