"""What a hart implements: one frozen configuration, checked when it is built, with named profiles and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

from .parameters import EXTENSIONS, ConfigError, Parameters
from .tables import Tables

#: Fields that a header has as hexadecimal strings.
_HEX: Final = (
    "mtvec_reset", "mvendorid", "marchid", "mimpid", "mhartid", "mconfigptr",
    "rnmi_interrupt_vector", "rnmi_exception_vector",
)  # fmt: skip

PROFILES: Final = {
    # Without S and F (V), FS (VS) is read-only 0.
    "mu": {"s": False, "h": False, "n": False, "shudeleg": False, "fs": False, "vs": False},
    "msu": {"s": True, "h": False, "n": False, "shudeleg": False},
    "msuh": {"s": True, "h": True, "n": False, "shudeleg": False},
    "msun": {"s": True, "h": False, "n": True, "shudeleg": False},
    "full": {"s": True, "h": True, "n": True, "shudeleg": True},
}

#: The application profiles, RV64: what each mandates, and the extensions that it names.
_RVA22: Final = (
    {"s": True, "h": False, "n": False, "shudeleg": False, "satp_modes": ("bare", "sv39"), "vectored_align": 4}
    | {"counters": "zihpm", "isa": "IMAFDCB", "fs": True, "vs": False},
    ("zicbom", "zicboz", "svpbmt", "svinval"),
)
_NEW_IN_23: Final = ("sstc", "sscofpmf", "zawrs")
_SHA: Final = ("smstateen", "shtvala")


def _preset(name: str, xlen: int) -> dict[str, Any]:
    if name == "max":
        names = tuple(each for each in EXTENSIONS if each != "shtvala" or xlen == 64)
        return {"counters": "zihpm", **dict.fromkeys(names, True)}
    if xlen != 64:
        raise ConfigError(f"profile is {name}: it is for xlen 64")
    fields_of, names = _RVA22
    if name == "rva22s64":
        return {**fields_of, **dict.fromkeys(names, True)}
    if name == "rvb23s64":
        return {**fields_of, **dict.fromkeys((*names, *_NEW_IN_23), True)}
    guests = {"h": True, "hgatp_modes": ("bare", "sv39x4"), "isa": "IMAFDCBV", "vs": True}
    return {**fields_of, **guests, **dict.fromkeys((*names, *_NEW_IN_23, *_SHA, "ssnpm"), True)}


PRESETS: Final = ("rva22s64", "rva23s64", "rvb23s64", "max")


@dataclass(frozen=True, kw_only=True)
class Config(Parameters):
    """The parameters of a hart's trap architecture, and what follows from them."""

    @cached_property
    def rules(self) -> Tables:
        """The masks and dispatch tables that follow from this configuration, worked out once."""
        return Tables(self)

    @property
    def has_pointer_masking(self) -> bool:
        """norm:pm_rv64_only: whether the masking of some mode can be chosen."""
        return self.xlen == 64 and (self.smmpm or self.smnpm or self.ssnpm)

    @property
    def profile_name(self) -> str:
        """The letters of the implemented modes and extensions; `full` with Shudeleg."""
        if self.shudeleg:
            return "full"
        return "m" + ("s" if self.s else "") + "u" + ("h" if self.h else "") + ("n" if self.n else "")

    @classmethod
    def profile(cls, name: str, **changes: Any) -> Config:
        """The named profile, with single fields changed."""
        if name in PRESETS:
            return cls(**{**_preset(name, changes.get("xlen", 64)), **changes})
        if name not in PROFILES:
            raise ConfigError(f"profile is {name!r}: allowed are {', '.join((*PROFILES, *PRESETS))}")
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
        for name in _extensions(header):
            values[name] = True
        if str(header.get("source", "")).startswith("riscv-isa-sim") and values.get("smstateen"):
            values["custom_state"] = True  # Spike's bit C is writable
        for field in fields(cls):
            if field.name in header:
                values[field.name] = _from_json_value(field.name, header[field.name])
        # Format 1 does not state vs: the vector state is there where the extension is.
        if "vs" not in header:
            values["vs"] = "V" in str(values.get("isa", ""))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The keys that `from_json` reads, with plain JSON values."""
        out: dict[str, Any] = {"profile": self.profile_name}
        for field in fields(self):
            value = getattr(self, field.name)
            usual = {"mhartid": "port", "reset_state": "all", "selection": "multiplexed"}
            if (field.name in (*EXTENSIONS, "refetch") and not value) or usual.get(field.name) == value:
                continue  # format 1 knows none of them
            if field.name == "isa":
                value = f"rv{self.xlen}{value.lower()}_zicsr" + ("_h" if self.h else "")
            elif field.name in _HEX and value != "port":
                value = hex(value)
            elif isinstance(value, tuple):
                value = list(value)
            out[field.name] = value
        return out


def _extensions(header: Mapping[str, Any]) -> list[str]:
    """The names of the newer extensions that format 2 lists, each a field of its own."""
    names = header.get("extensions", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"extensions is {names!r}: allowed is a list of names")
    for name in names:
        if name not in EXTENSIONS:
            raise ConfigError(f"extensions has {name}: the model has no {name} yet, it has {', '.join(EXTENSIONS)}")
    return names


def _from_json_value(name: str, value: Any) -> Any:
    if value is None:
        raise ConfigError(f"{name} is null: leave it out where its default is meant")
    if name == "isa":
        if not isinstance(value, str):
            raise ConfigError(f"isa is {value!r}: allowed is a string")
        if value[:2] == "rv":
            # "rv64imac_zicsr_h": the single letters of the base, without those the configuration adds.
            base = value[4:].split("_")[0].upper()
            return "".join(letter for letter in base if letter not in "SUHN")
        return value
    if name in ("satp_modes", "hgatp_modes"):
        return tuple(value) if isinstance(value, list) else value
    if name in _HEX and isinstance(value, str) and value != "port":
        try:
            return int(value, 0)
        except ValueError:
            raise ConfigError(f"{name} is {value!r}: allowed is a number") from None
    return value
