"""What a hart implements: one frozen configuration, checked when it is built, with named profiles and JSON.

A refused value raises `ConfigError` with one line: the field, the value, and
what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .rules import Rules

#: "Take the default that follows from the other fields."
DEFAULT: Final = -1

PROFILES: Final = {
    # Without S and F (V), FS (VS) is read-only 0.
    "mu": {"s": False, "h": False, "n": False, "shudeleg": False, "fs": False, "vs": False},
    "msu": {"s": True, "h": False, "n": False, "shudeleg": False},
    "msuh": {"s": True, "h": True, "n": False, "shudeleg": False},
    "msun": {"s": True, "h": False, "n": True, "shudeleg": False},
    "full": {"s": True, "h": True, "n": True, "shudeleg": True},
}

COUNTERS: Final = ("none", "zicntr", "zihpm")
_CHAIN: Final = {32: ("bare", "sv32"), 64: ("bare", "sv39", "sv48", "sv57")}
_CHAIN_X4: Final = {32: ("bare", "sv32x4"), 64: ("bare", "sv39x4", "sv48x4", "sv57x4")}
_MAX_ASID: Final = {32: 9, 64: 16}
_MAX_VMID: Final = {32: 7, 64: 14}


class ConfigError(ValueError):
    """A configuration that no hart can have; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The parameters of a hart's trap architecture. M and U always exist.

    Parameters
    ----------
    xlen: 32 or 64, in every mode (warl:MXL/SXL/UXL/VSXL).
    s, h, n, shudeleg: supervisor mode, hypervisor extension, user-level traps,
        delegation of guest exceptions to U. h needs s; shudeleg needs h and n.
    windows: delegation windows, 0 to 8 (HU-17); 4 by default, 0 without shudeleg.
    satp_modes, hgatp_modes: translation modes as a chain from "bare" upwards.
    geilen: number of guest external interrupts, 0 to xlen-1.
    ialign: 16 or 32 bits.
    vectored_align: alignment of a vectored xtvec in bytes, 256 or 4 (warl:xtvec).
    asid_bits, vmid_bits: ASIDLEN and VMIDLEN.
    counters: "none", "zicntr" or "zihpm": width of the counter enables.
    mtvec_reset: mtvec after reset.
    mvendorid, marchid, mimpid, mconfigptr: the identification CSRs.
    fs, vs: mstatus.FS and mstatus.VS exist.
    isa: the letters that misa shows beside S, U, H and N; "IMAC" by default,
        "IMA" where ialign is 32.
    """

    xlen: int = 64
    s: bool = True
    h: bool = True
    n: bool = True
    shudeleg: bool = True
    windows: int = DEFAULT
    satp_modes: tuple[str, ...] = ()
    hgatp_modes: tuple[str, ...] = ()
    geilen: int = 0
    ialign: int = 16
    vectored_align: int = 256
    asid_bits: int = DEFAULT
    vmid_bits: int = DEFAULT
    counters: str = "zicntr"
    mtvec_reset: int = 0
    mvendorid: int = 0
    marchid: int = 0
    mimpid: int = 0
    mconfigptr: int = 0
    fs: bool = True
    vs: bool = True
    isa: str = ""

    def __post_init__(self) -> None:
        _one_of("xlen", self.xlen, (32, 64))
        for name in ("s", "h", "n", "shudeleg", "fs", "vs"):
            _one_of(name, getattr(self, name), (False, True))
        if self.h and not self.s:
            raise ConfigError("h is true: the hypervisor extension needs s")
        if self.shudeleg and not (self.h and self.n):
            raise ConfigError("shudeleg is true: Shudeleg needs h and n")
        self._fill_defaults()
        _in_range("windows", self.windows, 0, 8)
        if self.windows and not self.shudeleg:
            raise ConfigError(f"windows is {self.windows}: without shudeleg it must be 0")
        self._check_translation()
        _in_range("geilen", self.geilen, 0, self.xlen - 1)
        if self.geilen and not self.h:
            raise ConfigError(f"geilen is {self.geilen}: without h it must be 0")
        _one_of("ialign", self.ialign, (16, 32))
        _one_of("vectored_align", self.vectored_align, (256, 4))
        _one_of("counters", self.counters, COUNTERS)
        _in_range("mvendorid", self.mvendorid, 0, 2**32 - 1)
        for name in ("mtvec_reset", "marchid", "mimpid", "mconfigptr"):
            _in_range(name, getattr(self, name), 0, 2**self.xlen - 1)
        self._check_mtvec_reset()
        self._check_isa()

    def _fill_defaults(self) -> None:
        def default(name: str, value: object) -> None:
            if getattr(self, name) in (DEFAULT, (), ""):
                object.__setattr__(self, name, value)

        for name in ("satp_modes", "hgatp_modes"):
            object.__setattr__(self, name, _as_tuple(name, getattr(self, name)))
        default("windows", 4 if self.shudeleg else 0)
        # As far as `full` goes: two sizes on RV64, the only one on RV32.
        default("satp_modes", _CHAIN[self.xlen][: 3 if self.s else 1])
        default("hgatp_modes", _CHAIN_X4[self.xlen][: 3 if self.h else 1])
        default("asid_bits", _MAX_ASID[self.xlen] if self.s else 0)
        default("vmid_bits", _MAX_VMID[self.xlen] if self.h else 0)
        default("isa", "IMAC" if self.ialign == 16 else "IMA")

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
        if self.mtvec_reset & 2:
            raise ConfigError(f"mtvec_reset is {self.mtvec_reset:#x}: MODE must be 0 (direct) or 1 (vectored)")
        if self.mtvec_reset & 1 and (self.mtvec_reset - 1) % self.vectored_align:
            raise ConfigError(
                f"mtvec_reset is {self.mtvec_reset:#x}: with MODE=1, BASE must be a multiple of {self.vectored_align}"
            )

    def _check_isa(self) -> None:
        letters = self.isa
        if not isinstance(letters, str) or letters[:1] not in ("I", "E"):
            raise ConfigError(f"isa is {letters!r}: allowed are I or E, then letters of MAFDQCBVX")
        if len(set(letters)) != len(letters) or not set(letters[1:]) <= set("MAFDQCBVX"):
            raise ConfigError(f"isa is {letters!r}: allowed are I or E, then letters of MAFDQCBVX, each once")
        if "C" in letters and self.ialign != 16:
            raise ConfigError(f"isa is {letters!r}: C needs ialign 16")
        # norm:mstatus_fs_rdonly0_s_no_f, norm:mstatus_vs_rdonly0_s_no_v
        for name, letter in (("fs", "F"), ("vs", "V")):
            if getattr(self, name) and not self.s and letter not in letters:
                raise ConfigError(f"{name} is true: without s it needs {letter} in isa")
        if "E" in letters and self.h:
            raise ConfigError(f"isa is {letters!r}: h needs the base I")

    @cached_property
    def rules(self) -> Rules:
        """The masks and dispatch tables that follow from this configuration, worked out once."""
        from .rules import Rules

        return Rules(self)

    @property
    def profile_name(self) -> str:
        """The letters of the implemented modes and extensions; `full` with Shudeleg."""
        if self.shudeleg:
            return "full"
        return "m" + ("s" if self.s else "") + "u" + ("h" if self.h else "") + ("n" if self.n else "")

    @classmethod
    def profile(cls, name: str, **changes: Any) -> Config:
        """The named profile, with single fields changed."""
        if name not in PROFILES:
            raise ConfigError(f"profile is {name!r}: allowed are {', '.join(PROFILES)}")
        return cls(**{**PROFILES[name], **changes})

    @classmethod
    def from_json(cls, header: Mapping[str, Any]) -> Config:
        """The configuration that the first line of a vector file states.

        Keys that no field has (kind, format, source, external, ...) are the
        file's business and are left alone. Where s, h, n and shudeleg are
        absent the profile's letters give them.
        """
        values: dict[str, Any] = {}
        profile = header.get("profile", "full")
        if profile in PROFILES:
            values.update(PROFILES[profile])
        elif isinstance(profile, str) and profile in ("msuhn", "mun"):
            values.update(PROFILES["msuh" if profile == "msuhn" else "mu"], n=True)
        else:
            raise ConfigError(f"profile is {profile!r}: allowed are {', '.join((*PROFILES, 'msuhn', 'mun'))}")
        values["vs"] = False  # format 1 does not state it
        for field in fields(cls):
            if field.name in header:
                values[field.name] = _from_json_value(field.name, header[field.name])
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The keys that `from_json` reads, with plain JSON values."""
        out: dict[str, Any] = {"profile": self.profile_name}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "isa":
                value = f"rv{self.xlen}{value.lower()}_zicsr" + ("_h" if self.h else "")
            elif field.name in ("mtvec_reset", "mvendorid", "marchid", "mimpid", "mconfigptr"):
                value = hex(value)
            elif isinstance(value, tuple):
                value = list(value)
            out[field.name] = value
        return out


def _from_json_value(name: str, value: Any) -> Any:
    if name == "isa":
        if not isinstance(value, str):
            raise ConfigError(f"isa is {value!r}: allowed is a string")
        if value[:2] == "rv":
            # "rv64imac_zicsr_h": the single letters of the base, without those the configuration adds.
            base = value[4:].split("_")[0].upper()
            return "".join(letter for letter in base if letter not in "SUHN")
        return value
    if name in ("satp_modes", "hgatp_modes"):
        return _as_tuple(name, value)
    if name in ("mtvec_reset", "mvendorid", "marchid", "mimpid", "mconfigptr") and isinstance(value, str):
        try:
            return int(value, 0)
        except ValueError:
            raise ConfigError(f"{name} is {value!r}: allowed is a number") from None
    return value


def _as_tuple(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{name} is {value!r}: allowed is a list of names")
    return tuple(value)


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


def _prefix_of(name: str, value: tuple[str, ...], chain: tuple[str, ...]) -> None:
    if not value or value != chain[: len(value)]:
        choices = ", ".join("+".join(chain[: length + 1]) for length in range(len(chain)))
        raise ConfigError(f"{name} is {'+'.join(value)!r}: allowed are {choices}")
