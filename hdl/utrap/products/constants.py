"""The numbers that software and a core need: one list, from which each language's header is written.

All names begin with UTRAP_, so that they stand beside any other RISC-V header. What the
configuration lacks is not in the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from utrap.config import Config
from utrap.csr.configured import csrs
from utrap.csr.definitions import Field
from utrap.isa import (
    CsrOp,
    ExceptionCause,
    Fault,
    Interrupt,
    Mode,
    Privilege,
    Target,
    exceptions,
    interrupts,
    operations,
)

__all__ = [
    "Constant",
    "Enumeration",
    "Section",
    "enumerations",
    "port_enumerations",
    "port_sections",
    "software_sections",
]

#: The encodings of the returns; no assembler knows URET.
_RETURNS = {"MRET": 0x30200073, "SRET": 0x10200073, "URET": 0x00200073, "DRET": 0x7B200073}


@dataclass(frozen=True, kw_only=True)
class Constant:
    """One number.

    Attributes:
        name: Without the prefix.
        value: What it is.
        is_mask: It is written in hexadecimal, as wide as a register.
        bits: Its width in Verilog; 0 for a number without one.
        note: What it means, where the name does not say it.
    """

    name: str
    value: int
    is_mask: bool = False
    bits: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Enumeration:
    """An enumeration as the unit's Verilog names its members.

    Attributes:
        name: The enumeration that wires name as the one that they carry.
        title: What carries it.
        prefix: What its members' names begin with.
        constants: Its members.
        bits: How wide what carries it is.
    """

    name: str
    title: str
    prefix: str
    constants: tuple[Constant, ...]
    bits: int


def _enumeration(title: str, prefix: str, values: type[IntEnum], bits: int) -> Enumeration:
    constants = tuple(Constant(name=f"{prefix}_{member.name}", value=int(member), bits=bits) for member in values)
    return Enumeration(name=values.__name__, title=title, prefix=prefix, constants=constants, bits=bits)


def _interrupt_codes(config: Config) -> Enumeration:
    """As wide as the highest code of the configuration needs."""
    bits = max(rule.code for rule in interrupts(config)).bit_length()
    constants = tuple(Constant(name=f"IRQ_{name}", value=code, bits=bits) for name, code in _interrupts(config))
    return Enumeration(name=Interrupt.__name__, title="interrupt codes", prefix="IRQ", constants=constants, bits=bits)


def _interrupts(config: Config) -> Iterator[tuple[str, int]]:
    """Every standard code, which a guest sees instead of its own, and the platform's."""
    yield from ((code.name, int(code)) for code in Interrupt)
    yield from ((rule.name, rule.code) for rule in interrupts(config) if rule.is_local)


def port_enumerations(config: Config) -> tuple[Enumeration, ...]:
    """Return what ports carry, which has these names in the Verilog header too."""
    ops = operations(config)
    return (
        _enumeration("commit_op, trace_kind", "OP", ops, max(ops).bit_length()),
        _enumeration("commit_csr_op", "CSR_OP", CsrOp, 2),
        _enumeration("answer_fault, legality_*", "FAULT", Fault, 2),
        _enumeration("hart_mode and every other mode", "MODE", Mode, 3),
    )


def enumerations(config: Config) -> tuple[Enumeration, ...]:
    """Return all that the unit's own text names."""
    return (
        *port_enumerations(config),
        _enumeration("mode_prv and every other nominal privilege", "PRV", Privilege, 2),
        _enumeration("the mode that a trap goes to: the row of its registers", "TO", Target, 2),
        _enumeration("exception codes", "CAUSE", ExceptionCause, 6),
        _interrupt_codes(config),
    )


@dataclass(frozen=True, kw_only=True)
class Section:
    """Constants under one heading."""

    title: str
    constants: tuple[Constant, ...]


def software_sections(config: Config) -> Iterator[Section]:
    """Yield what software needs: CSR numbers, their fields, causes, instructions."""
    yield Section(title="The registers' width", constants=(Constant(name="XLEN", value=config.xlen),))
    rows = csrs(config)
    yield Section(
        title="CSR numbers",
        constants=tuple(
            Constant(name=f"CSR_{row.name.upper()}", value=row.address, is_mask=True, note=row.summary) for row in rows
        ),
    )
    for row in rows:
        if row.fields:
            yield Section(title=f"{row.name}: {row.summary}", constants=tuple(_field_constants(row.name, row.fields)))
    yield Section(title="Exception codes, as xcause holds them", constants=tuple(_exceptions(config)))
    yield Section(
        title="Interrupt codes, as xcause holds them and xie and xip number their bits",
        constants=tuple(Constant(name=f"IRQ_{rule.name}", value=rule.code) for rule in interrupts(config)),
    )
    yield Section(
        title="xcause",
        constants=(
            Constant(name="CAUSE_INTERRUPT", value=1 << config.xlen - 1, is_mask=True),
            Constant(name="CAUSE_CODE", value=0x3F, is_mask=True),
        ),
    )
    present = {"MRET": True, "SRET": config.s, "URET": config.n, "DRET": config.sdext}
    yield Section(
        title="Instructions, for .insn or .word",
        constants=tuple(
            Constant(name=f"INSN_{name}", value=code, is_mask=True) for name, code in _RETURNS.items() if present[name]
        ),
    )


def _field_constants(csr: str, fields: Iterable[Field]) -> Iterator[Constant]:
    for field in fields:
        name = f"{csr}_{field.name}".upper()
        yield Constant(name=f"{name}_SHIFT", value=field.lsb)
        yield Constant(name=f"{name}_MASK", value=field.bits, is_mask=True)


def _exceptions(config: Config) -> Iterator[Constant]:
    """Codes that this hart can see: those that can be delegated, and those that cannot be at all."""
    never = {ExceptionCause.INSTRUCTION_ADDRESS_MISALIGNED, ExceptionCause.ECALL_FROM_M, ExceptionCause.DOUBLE_TRAP}
    seen = {rule.cause for rule in exceptions(config)} | never
    for cause in ExceptionCause:
        if cause in seen:
            yield Constant(name=f"CAUSE_{cause.name}", value=int(cause))


def port_sections(config: Config) -> Iterator[Section]:
    """Yield what a core needs beside the unit: the encodings of its ports, and exception codes."""
    for enumeration in port_enumerations(config):
        yield Section(title=enumeration.title, constants=enumeration.constants)
    yield Section(
        title="commit_cause, interrupt_cause",
        constants=(
            *(Constant(name=c.name, value=c.value, bits=6) for c in _exceptions(config)),
            *(Constant(name=f"IRQ_{r.name}", value=r.code, bits=6) for r in interrupts(config)),
        ),
    )
    yield Section(
        title="commit_csr_address",
        constants=tuple(
            Constant(name=f"CSR_{row.name.upper()}", value=row.address, is_mask=True, bits=12) for row in csrs(config)
        ),
    )
