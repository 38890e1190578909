"""What every input port carries: one row for each, an operand of events or a level that the hart senses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Event, Halt, Retire, TakeException, TakeInterrupt, TakeRnmi

from .moment import Answer
from .operations import operation_bits
from .widths import bits, with_h, with_s, with_sdext, xlen

__all__ = ["LEVELS", "OPERANDS", "OPERATION", "Level", "Operand", "input_ports"]

#: The port that says what the event is; see `Op`.
OPERATION = "commit.op"


def _rnmi_vectors(config: Config) -> int:
    return config.xlen if config.rnmi_vectors == "port" else 0


def _whenever(answer: Answer) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Operand:
    """A port that carries a part of an event, and is not looked at in a cycle without one.

    Attributes:
        name: `<group>.<member>`.
        width: Its bits in a configuration, 0 where that lacks the port.
        events: The events that it is an operand of.
        attribute: What it is called there.
        values: The attribute's type, where that is no number.
        when: When the unit looks at it, beside that there is such an event.
    """

    name: str
    width: Callable[[Config], int]
    events: tuple[type[Event], ...]
    attribute: str
    values: Callable[[int], Any] | None = None
    when: Callable[[Answer], Any] = _whenever


@dataclass(frozen=True, kw_only=True)
class Level:
    """A port that always counts, and that the model keeps in a field of its state.

    Attributes:
        name: `<group>.<member>`.
        width: Its bits in a configuration, 0 where that lacks the port.
        field: The state's field.
        lsb: Where in the field its lowest bit is.
        line: The bit number in mip, of an interrupt line.
    """

    name: str
    width: Callable[[Config], int]
    field: str
    lsb: int = 0
    line: int | None = None

    @property
    def verilog(self) -> str:
        """Its name in Verilog."""
        return self.name.replace(".", "_")


_TRAP, _EXCEPTION, _ACCESS = (TakeException, TakeInterrupt), (TakeException,), (CsrAccess,)

#: In the order of the port list.
OPERANDS = (
    Operand(name="commit.pc", width=xlen, events=(*_TRAP, TakeRnmi, Halt), attribute="pc"),
    Operand(name="commit.cause", width=bits(6), events=_EXCEPTION, attribute="cause"),
    Operand(name="commit.tval", width=xlen, events=_EXCEPTION, attribute="tval"),
    Operand(name="commit.gva", width=with_h(1), events=_EXCEPTION, attribute="gva"),
    Operand(name="commit.tval2", width=lambda c: c.rules.tval2.bit_length(), events=_EXCEPTION, attribute="tval2"),
    Operand(name="commit.tinst", width=with_h(32), events=_EXCEPTION, attribute="tinst"),
    Operand(name="commit.csr_address", width=bits(12), events=_ACCESS, attribute="address"),
    Operand(name="commit.csr_op", width=bits(2), events=_ACCESS, attribute="op", values=CsrOp),
    Operand(name="commit.csr_wdata", width=xlen, events=_ACCESS, attribute="wdata", when=lambda a: a.is_write),
    Operand(name="commit.fs_dirty", width=lambda c: int(c.fs), events=(Retire, CsrAccess), attribute="fs_dirty"),
    Operand(name="commit.vs_dirty", width=lambda c: int(c.vs), events=(Retire, CsrAccess), attribute="vs_dirty"),
    Operand(name="commit.halt_cause", width=with_sdext(3), events=(Halt,), attribute="cause"),
    Operand(name="commit.nmip", width=with_sdext(1), events=(Halt,), attribute="nmip"),
    Operand(
        name="extension.exists", width=bits(1), events=_ACCESS, attribute="ext_exists", when=lambda a: a.is_outside
    ),
    Operand(
        name="extension.rdata",
        width=xlen,
        events=_ACCESS,
        attribute="ext_rdata",
        when=lambda a: a.is_there,
    ),
)

LEVELS = (
    Level(name="hartid", width=lambda c: c.xlen if c.mhartid == "port" else 0, field="mhartid"),
    Level(name="mtvec_reset", width=lambda c: c.xlen if c.mtvec_reset == "port" else 0, field="mtvec_reset"),
    Level(name="rnmi_interrupt_vector", width=_rnmi_vectors, field="rnmi_interrupt_vector"),
    Level(name="rnmi_exception_vector", width=_rnmi_vectors, field="rnmi_exception_vector"),
    Level(name="mtime", width=lambda c: 64 * c.sstc, field="time"),
    Level(name="lines.meip", width=bits(1), field="line_meip", line=11),
    Level(name="lines.mtip", width=bits(1), field="line_mtip", line=7),
    Level(name="lines.msip", width=bits(1), field="line_msip", line=3),
    Level(name="lines.seip", width=with_s(1), field="line_seip", line=9),
    Level(name="lines.ueip", width=lambda c: int(c.n), field="line_ueip", line=8),
    Level(name="lines.local", width=lambda c: c.local_interrupts, field="line_local", lsb=16, line=16),
    # Bit 0 of the port is guest 1.
    Level(name="lines.hgeip", width=lambda c: c.geilen, field="hgeip", lsb=1),
    Level(name="lines.rnmi", width=lambda c: int(c.smrnmi), field="line_rnmi"),
    Level(name="lines.rnmi_cause", width=lambda c: 6 * c.smrnmi, field="rnmi_cause"),
    Level(name="counters.lcofi", width=lambda c: int(c.sscofpmf), field="lcofi_request"),
    Level(name="counters.of", width=lambda c: 32 * c.sscofpmf, field="counter_overflow"),
)


def input_ports(config: Config) -> dict[str, int]:
    """Name and width of every input port of a hart, `clk` and `rst` aside."""
    rows: tuple[Operand | Level, ...] = (*OPERANDS, *LEVELS)
    return {OPERATION: operation_bits(config)} | {row.name: width for row in rows if (width := row.width(config))}
