"""From events and levels to the input ports, and back: what every driver, and whatever listens at the ports, uses."""

from __future__ import annotations

from collections.abc import Callable
from operator import and_, attrgetter, lshift
from typing import Any, NamedTuple

from utrap_testbench.golden import Config, Event, Retire

from .inputs import LEVELS, OPERANDS, OPERATION
from .operations import EVENTS, Op, operation
from .vector import Layout

__all__ = ["Decoder", "Encoder", "Levels"]

#: What is committed where the event is none of a core's: a question, or new levels of the lines.
_IDLE = Retire()


class _Operands(NamedTuple):
    """The operands of an event: their values, their bits, and where they are in the vector."""

    values_of: Callable[[Event], tuple[int, ...]]
    ones: list[int]
    lows: list[int]


class Encoder:
    """Events and levels as bits of the vector that a bench drives.

    Args:
        layout: The vector; what it has no port for is left out.

    Attributes:
        levels_mask: The bits that `levels` defines.
    """

    def __init__(self, layout: Layout) -> None:
        low = layout.offset
        ones = {field.name: (1 << field.width) - 1 for field in layout.fields}
        self._op = low[OPERATION]
        self._operands: dict[type[Event], _Operands] = {}
        self._masks: dict[type[Event], int] = {}
        for kind, _ in EVENTS.values():
            rows = [row for row in OPERANDS if kind in row.events and row.name in low]
            self._operands[kind] = _Operands(
                _values_of([f"{row.attribute}._value_" if row.values else row.attribute for row in rows]),
                [ones[row.name] for row in rows],
                [low[row.name] for row in rows],
            )
            names = [OPERATION, *(row.name for row in rows)]
            self._masks[kind] = sum(ones[name] << low[name] for name in names)
        self._levels = [(row, low[row.name], ones[row.name]) for row in LEVELS if row.name in low]
        self.levels_mask = sum(ones << low for _, low, ones in self._levels)

    def event(self, event: Event) -> int:
        """The event's bits."""
        operands = self._operands.get(type(event))
        if operands is None:
            return self.event(_IDLE)
        values_of, ones, lows = operands
        return sum(map(lshift, map(and_, values_of(event), ones), lows), operation(event) << self._op)

    def event_mask(self, event: Event) -> int:
        """The bits that the event defines; the unit must not look at the other operands."""
        return self._masks.get(type(event)) or self._masks[Retire]

    def levels(self, lines: int, **fields: int) -> int:
        """The bits of the levels: `lines` at their bit numbers in mip, the others by the state's fields."""
        vector = 0
        for row, low, ones in self._levels:
            level = fields[row.field] >> row.lsb if row.line is None else lines >> row.line
            vector |= (level & ones) << low
        return vector


def _values_of(attributes: list[str]) -> Callable[[Event], tuple[int, ...]]:
    """Gives the attributes of an event."""
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return (lambda event: (getattr(event, attributes[0]),)) if attributes else (lambda event: ())


class Levels(NamedTuple):
    """What a hart senses.

    Attributes:
        lines: Interrupt lines, at their bit numbers in mip.
        hgeip: Those of the guests, as hgeip has them.
        time: The time.
        lcofi: A counter asks for its interrupt.
        overflows: The counters' OF bits.
        rnmi: The RNMI line.
        rnmi_cause: Its cause.
        rnmi_interrupt_vector: Where its handler is.
        rnmi_exception_vector: Where exceptions in that handler go.
    """

    lines: int
    hgeip: int
    time: int
    lcofi: int
    overflows: int
    rnmi: int
    rnmi_cause: int
    rnmi_interrupt_vector: int
    rnmi_exception_vector: int


class Decoder:
    """Events and levels from the input ports of a hart.

    What reads a port by its name may give symbolic values, but for the operation and what is no number.
    """

    def __init__(self, config: Config) -> None:
        operands = [row for row in OPERANDS if row.width(config)]
        self._operands = {
            kind: [(row.attribute, row.name, row.values) for row in operands if kind in row.events]
            for kind, _ in EVENTS.values()
        }
        self._lines = [(row.name, row.line) for row in LEVELS if row.line is not None and row.width(config)]
        self._guests = [(row.name, row.lsb) for row in LEVELS if row.field == "hgeip" and row.width(config)]
        self._one_port = {
            field: [row.name for row in LEVELS if row.field == field and row.width(config)]
            for field in (
                *("time", "lcofi_request", "counter_overflow", "line_rnmi", "rnmi_cause"),
                *("rnmi_interrupt_vector", "rnmi_exception_vector"),
            )
        }

    def event(self, read: Callable[[str], Any]) -> Event:
        """The event of a cycle."""
        kind, said = EVENTS[Op(read(OPERATION))]
        given = {
            attribute: values(read(name)) if values else read(name) for attribute, name, values in self._operands[kind]
        }
        return kind(**said, **given)

    def levels(self, read: Callable[[str], int]) -> Levels:
        """What the hart senses, whatever is committed; 0 where it has no such port."""
        return Levels(
            lines=sum([read(name) << line for name, line in self._lines]),
            hgeip=sum([read(name) << lsb for name, lsb in self._guests]),
            time=sum(map(read, self._one_port["time"])),
            lcofi=sum(map(read, self._one_port["lcofi_request"])),
            overflows=sum(map(read, self._one_port["counter_overflow"])),
            rnmi=sum(map(read, self._one_port["line_rnmi"])),
            rnmi_cause=sum(map(read, self._one_port["rnmi_cause"])),
            rnmi_interrupt_vector=sum(map(read, self._one_port["rnmi_interrupt_vector"])),
            rnmi_exception_vector=sum(map(read, self._one_port["rnmi_exception_vector"])),
        )
