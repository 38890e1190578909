"""The extensions that a hart with the unit has, by the names that the specifications give them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from utrap.claims import claims
from utrap.config import EXTENSIONS, SATP_MODES, Config

__all__ = ["IMPLIED", "NOWHERE", "extensions", "isa_string", "mmu_type", "unnamed", "words"]

#: Fields of the configuration that are no extension of that name: what the core has beside the standard ones, and
#: a part of the platform.
_NO_NAME = frozenset({"custom_state", "imsic"})
#: What exists on RV64 alone: on RV32 the fields of these are there, and do nothing.
_RV64_ONLY = frozenset({"smmpm", "smnpm", "ssnpm", "svpbmt"})
#: What no tool has a name for: the N extension was never ratified, Shudeleg is ours, X is the core's own.
NOWHERE = ("N", "Shudeleg", "X")
#: What a letter consists of, beside what it depends on.
IMPLIED = {"A": ("Zaamo", "Zalrsc"), "B": ("Zba", "Zbb", "Zbs"), "C": ("Zca",), "M": ("Zmmul",)}


def extensions(config: Config) -> tuple[str, ...]:
    """Return their names: the base and the letters, then those with Z and with S, and last what `NOWHERE` has.

    What a hart may claim only if the core does its part is not among them, but for what the configuration asks for.
    """
    letters = [letter for letter in config.isa if letter != "X"] + (["H"] if config.h else [])
    named = {name.capitalize() for name in EXTENSIONS if getattr(config, name) and _has_name(name, config.xlen)}
    named |= {"Zicsr", *_counters(config), *(claim.name for claim in claims(config) if not claim.core)}
    if config.s:
        named |= {"Svbare", *(mode.capitalize() for mode in config.satp_modes if mode != "bare")}
        if config.smstateen:
            named.add("Ssstateen")
    absent_elsewhere = [
        name for name, holds in zip(NOWHERE, (config.n, config.shudeleg, "X" in config.isa), strict=True) if holds
    ]
    return (*letters, *sorted(named, key=lambda name: (name[0] != "Z", name)), *absent_elsewhere)


def _has_name(field: str, xlen: int) -> bool:
    return field not in _NO_NAME and (xlen == 64 or field not in _RV64_ONLY)


def _counters(config: Config) -> tuple[str, ...]:
    """The counters that the core has: what `counters` enables."""
    return {"none": (), "zicntr": ("Zicntr",), "zihpm": ("Zicntr", "Zihpm")}[config.counters]


def isa_string(xlen: int, names: Iterable[str]) -> str:
    """Return an ISA string: the letters in a row, each longer name behind an underscore, in lower case."""
    return f"rv{xlen}" + "".join(name if len(name) == 1 else f"_{name}" for name in names).lower()


def mmu_type(config: Config) -> str:
    """Return the widest translation mode, as device trees name it."""
    widest = max(config.satp_modes, key=list(SATP_MODES[config.xlen]).index)
    return "riscv,none" if widest == "bare" else f"riscv,{widest}"


def unnamed(config: Config, known: Collection[str]) -> tuple[str, ...]:
    """Return the extensions of a configuration for which a format, which knows some, has no name."""
    return tuple(name for name in extensions(config) if name not in known)


def words(text: str) -> frozenset[str]:
    """Return a text's words: a list of names is easier to read without quotes."""
    return frozenset(text.split())
