"""Spike's options: the ISA string and the privilege modes.

The names are those of riscv/isa_parser.cc in riscv-software-src/riscv-isa-sim at commit 55b4658d (June 2026).
"""

from __future__ import annotations

from utrap.config import Config
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import extensions, isa_string, mmu_type, unnamed, words

__all__ = ["NAMES", "describe"]

#: Those that `--isa` knows, of all that a unit can have.
NAMES = words(
    """
    I E M A F D Q C B V H Zicsr Zicntr Zihpm Zicbom Zicboz Zawrs Zfinx Zcmt Smmpm Smnpm Ssnpm Ssdbltrp Smdbltrp Smrnmi
    Smstateen Sscofpmf Sstc Ssqosid Smcsrind Sscsrind Ssaia Svinval Svpbmt Svadu
    """
)
#: What it has anyway: debugging, triggers, and what follows from the modes; how wide translation is, it asks its
#: device tree.
_ALWAYS = words(
    """
    Sdext Sdtrig Ssstateen Sstvecd Ssu64xl Shtvala Shvstvecd Shvsatpa Shgatpa Svbare Sv32 Sv39 Sv48 Sv57
    """
)
#: What it refuses beside other extensions.
_CONFLICTS = {"Zfinx": ("F",), "Zcmt": ("C", "D")}


def describe(config: Config) -> Description:
    """Describe a configuration as Spike's command line has it, in one line."""
    have = extensions(config)
    refused = [name for name, others in _CONFLICTS.items() if name in have and set(others) <= set(have)]
    names = [name for name in have if name in NAMES and name not in refused]
    modes = "msu" if config.s else "mu"
    return Description(
        files={"": f"--isa={isa_string(config.xlen, names)} --priv={modes}\n"}, notes=_notes(config, refused)
    )


def _notes(config: Config, refused: list[str]) -> tuple[str, ...]:
    notes = []
    if missing := unnamed(config, NAMES | _ALWAYS):
        notes.append(f"Spike has no name for {', '.join(missing)}: its hart is one without")
    for name in refused:
        notes.append(f"Spike refuses {name} beside {' and '.join(_CONFLICTS[name])}: it is left out")
    widest, own = mmu_type(config), "riscv,sv32" if config.xlen == 32 else "riscv,sv57"
    if config.s and widest != own:
        wanted = "riscv,sbare" if widest == "riscv,none" else widest
        notes.append(f"Spike translates up to {own[6:]} unless its device tree (--dtb) says mmu-type {wanted!r}")
    return tuple(notes)
