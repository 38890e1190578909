"""A configuration of the RISC-V Unified Database (UDB): YAML with extensions and parameters.

It is "partially configured": what the core decides is not in it. The form is that of config_schema.json in
riscv-software-src/riscv-unified-db at commit d1ca439e (January 2026).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields

from utrap.claims import claims
from utrap.config import Config, as_setting
from utrap.descriptions.description import Description
from utrap.descriptions.extensions import extensions, unnamed, words
from utrap.descriptions.udb_fields import udb_fields
from utrap.descriptions.udb_params import PARAMETERS, Value

__all__ = ["NAMES", "describe", "describe_beside", "modes", "parameters", "settings_beside", "yaml_value"]

#: Those that it knows, of all that a unit can have.
NAMES = words(
    """
    I M A F D Q C B V H S U Sm Zicsr Zicntr Zihpm Zicbom Zicboz Zawrs Zfinx Zcmt Smmpm Smnpm Smstateen Smdbltrp Smrnmi
    Sdext Sdtrig Smctr Smcsrind Ssnpm Ssdbltrp Sstc Sscofpmf Sscsrind Ssqosid Ssaia Ssstateen Shlcofideleg Svinval
    Svpbmt Svadu Svbare Sv32 Sv39 Sv48 Sv57 Sstvecd Ssu64xl Shtvala Shvstvecd Shvsatpa Shgatpa
    """
)
#: The version from which on a hart is compatible, where it is not 1.0.
_VERSIONS = {
    **dict.fromkeys(("Sm", "S"), "1.13"),
    **dict.fromkeys(("I", "A"), "2.1"),
    **dict.fromkeys(("F", "D"), "2.2"),
    **dict.fromkeys(("M", "C", "Zicsr", "Zicntr", "Zihpm"), "2.0"),
}

_HEAD = """\
# The trap unit's part of a hart, for the RISC-V Unified Database. The core's extensions and parameters are to be added.
---
$schema: config_schema.json#
kind: architecture configuration
type: partially configured
name: utrap_rv{xlen}
description: What a trap unit decides of a hart with XLEN {xlen}
mandatory_extensions:
"""


def describe(config: Config) -> Description:
    """Describe a configuration."""
    lines = [_extension(name) for name in [*modes(config), *extensions(config)] if name in NAMES]
    lines += ["params:", *(f"  {name}: {yaml_value(value)}" for name, value in parameters(config).items())]
    lines += describe_beside(config)
    return Description(files={"": _HEAD.format(xlen=config.xlen) + "\n".join(lines) + "\n"}, notes=_notes(config))


def describe_beside(config: Config) -> list[str]:
    """Return what stands in comments: what the hart may claim, and what the database has no name for."""
    lines = []
    if possible := [claim for claim in claims(config) if claim.name not in extensions(config)]:
        lines.append("# The hart may claim these, where the core does its part:")
        lines += [f"#   {claim.name}: {claim.core}" for claim in possible]
    if beside := settings_beside(config):
        lines.append("# What the database has no name for; 'utrap generate --udb' reads these lines:")
        lines += [f"#   --set {name}={value}" for name, value in beside.items()]
    return lines


def modes(config: Config) -> tuple[str, ...]:
    """Return the names of the modes that a configuration has."""
    return ("Sm", "U", "S") if config.s else ("Sm", "U")


def _extension(name: str) -> str:
    version = ">= 1.0" if name == "Q" else f"~> {_VERSIONS.get(name, '1.0')}"
    return f'  - {{ name: {name}, version: "{version}" }}'


def parameters(config: Config) -> dict[str, Value]:
    """Return the parameters of a configuration by name."""
    return {row.name: row.value(config) for row in PARAMETERS if row.is_written and row.exists(config)}


def yaml_value(value: Value) -> str:
    """Return a value as YAML has it."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 256:
        return f"{value:#x}"
    return json.dumps(value) if not isinstance(value, str) or " " in value else value


def settings_beside(config: Config) -> dict[str, str]:
    """Return what is lost on the way into the database and back, as `--set` takes it."""
    names = [*modes(config), *extensions(config)]
    back = udb_fields(_known(names), parameters(config))
    return {
        field.name: as_setting(getattr(config, field.name))
        for field in fields(Config)
        if getattr(config, field.name) != back[field.name]
    }


def _known(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names) & NAMES


def _notes(config: Config) -> tuple[str, ...]:
    missing = unnamed(config, NAMES)
    if not missing:
        return ()
    return (f"the Unified Database has no name for {', '.join(missing)}: a comment of ours stands for them",)
