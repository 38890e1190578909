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
    CommitOp,
    CsrOp,
    ExceptionCause,
    Fault,
    Interrupt,
    Mode,
    Privilege,
    Target,
    exceptions,
    interrupts,
)

__all__ = ["ENUMERATIONS", "Constant", "Enumeration", "Section", "port_sections", "software_sections"]

#: The encodings of the returns; no assembler knows the last one.
_RETURNS = {"MRET": 0x30200073, "SRET": 0x10200073, "URET": 0x00200073}


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
        title: What carries it.
        prefix: How the names begin.
        values: The enumeration.
        bits: How wide what carries it is.
    """

    title: str
    prefix: str
    values: type[IntEnum]
    bits: int

    @property
    def constants(self) -> tuple[Constant, ...]:
        """Its members."""
        return tuple(
            Constant(name=f"{self.prefix}_{member.name}", value=int(member), bits=self.bits) for member in self.values
        )


#: What ports carry has these names in the Verilog header too.
_PORT_ENUMERATIONS = (
    Enumeration(title="commit_op, trace_kind", prefix="OP", values=CommitOp, bits=3),
    Enumeration(title="commit_csr_op", prefix="CSR_OP", values=CsrOp, bits=2),
    Enumeration(title="answer_fault, legality_*", prefix="FAULT", values=Fault, bits=2),
    Enumeration(title="hart_mode and every other mode", prefix="MODE", values=Mode, bits=3),
)
#: All that the unit's own text names.
ENUMERATIONS = (
    *_PORT_ENUMERATIONS,
    Enumeration(title="mode_prv and every other nominal privilege", prefix="PRV", values=Privilege, bits=2),
    Enumeration(title="the mode that a trap goes to: the row of its registers", prefix="TO", values=Target, bits=2),
    Enumeration(title="exception codes", prefix="CAUSE", values=ExceptionCause, bits=6),
    Enumeration(title="interrupt codes", prefix="IRQ", values=Interrupt, bits=4),
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
        constants=tuple(Constant(name=f"IRQ_{rule.code.name}", value=int(rule.code)) for rule in interrupts(config)),
    )
    yield Section(
        title="xcause",
        constants=(
            Constant(name="CAUSE_INTERRUPT", value=1 << config.xlen - 1, is_mask=True),
            Constant(name="CAUSE_CODE", value=0x3F, is_mask=True),
        ),
    )
    present = {"MRET": True, "SRET": config.s, "URET": config.n}
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
    for enumeration in _PORT_ENUMERATIONS:
        yield Section(title=enumeration.title, constants=enumeration.constants)
    yield Section(
        title="commit_cause, interrupt_cause",
        constants=(
            *(Constant(name=c.name, value=c.value, bits=6) for c in _exceptions(config)),
            *(Constant(name=f"IRQ_{r.code.name}", value=int(r.code), bits=6) for r in interrupts(config)),
        ),
    )
    yield Section(
        title="commit_csr_address",
        constants=tuple(
            Constant(name=f"CSR_{row.name.upper()}", value=row.address, is_mask=True, bits=12) for row in csrs(config)
        ),
    )
