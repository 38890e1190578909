"""Configurations that have a name: the profiles of privilege modes, and those of RISC-V's own profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from utrap.limits import EXTENSIONS, STATE_OWNERS, ConfigError

__all__ = ["PRESETS", "PROFILES", "each_extension", "every_extension", "named"]

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


def named(name: str, xlen: int) -> dict[str, Any]:
    """Return the changes to the default configuration that make a profile or a preset.

    Raises:
        ConfigError: When there is none of that name, or not for this XLEN.
    """
    if name in PROFILES:
        return dict(PROFILES[name])
    if name not in PRESETS:
        raise ConfigError(f"profile={name!r}: must be one of {', '.join((*PROFILES, *PRESETS))}")
    if xlen not in PRESETS[name]:
        raise ConfigError(f"profile={name!r}: it has xlen={PRESETS[name][0]}")
    mandated = {"rva22s64": _RVA22, "rva23s64": _RVA23, "rvb23s64": _RVB23}
    return mandated[name] if name in mandated else every_extension(xlen)


def every_extension(xlen: int) -> dict[str, Any]:
    """Return the changes to a profile that turn on all extensions that exist for an XLEN, with what they need."""
    return {name: True for name, widths in EXTENSIONS.items() if xlen in widths} | {"counters": "zihpm"}


#: What an extension stands on, beside S and H.
_NEEDED: Mapping[str, Mapping[str, Any]] = {
    "sscofpmf": {"counters": "zihpm"},
    "shlcofideleg": {"counters": "zihpm", "sscofpmf": True},
}


def each_extension(xlen: int) -> dict[str, dict[str, Any]]:
    """Return the changes to a profile that turn on one extension alone, with what it needs, by its name.

    Those outside the unit that own a bit of the state enables change nothing without Smstateen: they are one, with it,
    `state_owners`.
    """
    owners = dict.fromkeys(("smstateen", *STATE_OWNERS), True)
    alone = [
        name
        for name, widths in EXTENSIONS.items()
        if xlen in widths and (name == "smstateen" or name not in STATE_OWNERS)
    ]
    return {name: {**_NEEDED.get(name, {}), name: True} for name in alone} | {"state_owners": owners}
