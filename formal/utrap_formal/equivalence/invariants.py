"""What holds of the registers in every reachable state, proved and not believed.

An invariant holds after reset and in every state that follows from one in
which all of them hold, whatever the inputs: then it always holds. Those that
the equivalence needs are few; the others only keep a counterexample to a
state that software can bring about, so that it can be replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from utrap.config import Config
from utrap.csr.configured import stored_fields
from utrap.csr.shared.environment import dte
from utrap.csr.warl import AlignedIfVectored, AtMost, ExistingMode, SupportedMode

__all__ = ["Invariant", "invariants"]


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """A statement about the registers.

    Attributes:
        name: What it is about.
        statement: What it says, in words.
        term: What it says, over the registers.
        is_needed: Whether the equivalence assumes it.
    """

    name: str
    statement: str
    term: Any
    is_needed: bool


def invariants(config: Config, registers: Mapping[str, Any]) -> list[Invariant]:
    """The invariants of a configuration, over registers or over what follows in them."""
    found = [*_modes(config, registers), *_fields(config, registers)]
    return found


def _modes(config: Config, registers: Mapping[str, Any]) -> list[Invariant]:
    """The modes that exist."""
    found = []
    if config.sdext:
        in_m = registers["mode_prv"] == (3 if config.s else 1)
        term = z3.Or(registers["mode_debug"] == 0, z3.And(in_m, registers["mode_v"] == 0) if config.h else in_m)
        found.append(Invariant(name="mode.debug", statement="Debug Mode is M with V=0", term=term, is_needed=True))
    if config.ssdbltrp:
        # norm:menvcfg_dte_op, norm:henvcfg_dte_op
        for status, count in (("mstatus", 1), ("vsstatus", 2))[: 1 + config.h]:
            acts = [registers[key.replace(".", "_")] == 1 for key in dte(config)[:count]]
            term = z3.Or(registers[f"{status}_sdt"] == 0, z3.And(*acts))
            found.append(Invariant(name=f"{status}.sdt", statement="SDT is 0 where DTE is", term=term, is_needed=True))
    if config.smdbltrp and config.xlen == 32:
        # norm:mstatus_mie_clr_by_mdt: the fields are in two CSRs, and a write of one leaves the other.
        term = z3.Or(registers["mstatush_mdt"] == 0, registers["mstatus_mie"] == 0)
        found.append(Invariant(name="mstatus.mdt", statement="MIE is 0 where MDT is 1", term=term, is_needed=True))
    if config.s:
        prv = registers["mode_prv"]
        found.append(
            Invariant(name="mode", statement="the privilege is 0, 1 or 3", term=prv != 2, is_needed=True),
        )
        if config.h:
            term = z3.Or(registers["mode_v"] == 0, prv != 3)
            found.append(Invariant(name="mode.v", statement="V is 0 in M", term=term, is_needed=True))
    return found


def _fields(config: Config, registers: Mapping[str, Any]) -> list[Invariant]:
    """What the fields' rules promise, and bits that nothing sets."""
    found = []
    for key, field in stored_fields(config).items():
        register, is_needed = registers[key.replace(".", "_")], False
        match field.rule:
            case ExistingMode(has_s=True):
                is_needed = True  # norm:mstatus_xpp_warl
                term, statement = register != 2, f"{field.name.upper()} is 0, 1 or 3"
            case SupportedMode(codes=codes):
                term, statement = z3.Or(*(register == code for code in codes)), f"MODE is one of {codes}"
            case AlignedIfVectored(align=256, mode=name):
                low, mode = z3.Extract(5, 0, register), registers[f"{key.partition('.')[0]}_{name}"]
                term, statement = z3.Or(z3.Extract(0, 0, mode) == 0, low == 0), "with MODE=1 BASE is 256-byte aligned"
            case AtMost(limit=limit):
                # A guest that does not exist: the model sees no interrupt of it, the RTL another guest's.
                is_needed = True
                term, statement = z3.ULE(register, limit), f"{field.name.upper()} is at most GEILEN"
            case _ if (unset := ~field.mask & ((1 << register.size()) - 1)) and field.copies == 1:
                term, statement = register & unset == 0, f"bits outside {field.mask:#x} are 0"
            case _:
                continue
        found.append(Invariant(name=key, statement=statement, term=term, is_needed=is_needed))
    return found
