"""Sections of the unit's Verilog: one rule each, declared beside the rule, with the signals that it names.

A signal carries its section as attributes, which come through RTLIL and Yosys to the printer. So the
Verilog's headings have no home but the rule's own module, and a new rule adds one by declaring it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from amaranth.hdl import Module, ShapeLike, Signal, Value, ValueLike

__all__ = ["Phase", "Section", "name_codes"]


@unique
class Phase(IntEnum):
    """Where in the course of an event a section stands: each looks at what those before it found."""

    SENSE = 0  # what CSRs read: these stand in front of the CSRs
    EVENT = 1
    ACCESS = 2
    READ = 3
    INTERRUPT = 4
    ROUTE = 5
    ENTRY = 6
    RETURN = 7
    NEXT_PC = 8
    WRITE = 9
    OUTPUT = 10


@dataclass(frozen=True, kw_only=True, order=True)
class Section:
    """One part of the Verilog, under a heading.

    Attributes:
        phase: Where it stands; sections of one phase are ordered by `place`.
        place: Its place within the phase.
        title: What its signals are about.
        rules: What they follow: `norm:` tags and HU-n, with commas between them.
        text: What happens here, in one sentence.
    """

    phase: Phase
    place: int = 0
    title: str
    rules: str = ""
    text: str

    def signal(
        self,
        m: Module,
        name: str,
        value: ValueLike,
        shape: ShapeLike | None = None,
        codes: type[Enum] | None = None,
    ) -> Signal:
        """Name a value; the Verilog has it under this name, in this section.

        Args:
            m: The module that drives it.
            name: The name.
            value: The value.
            shape: The signal's shape; the value's width if there is none.
            codes: The enumeration whose members its values are, where `shape` does not say it.
        """
        value = Value.cast(value)
        signal = Signal(len(value) if shape is None else shape, name=name)
        self.drive(m, signal, value, codes)
        return signal

    def drive(self, m: Module, signal: Value, value: ValueLike, codes: type[Enum] | None = None) -> None:
        """Drive a signal or an output, and put it into this section."""
        assert isinstance(signal, Signal), "a section holds signals and outputs as wholes"
        for key, text in self._attributes().items():
            signal.attrs[f"{key}_of_{_in_verilog(signal)}"] = text
        if codes is not None:
            name_codes(signal, codes)
        m.d.comb += signal.eq(value)

    def _attributes(self) -> dict[str, str]:
        return {
            "phase": self.phase.name,
            "place": str(self.place),
            "title": self.title,
            "rules": self.rules,
            "text": self.text,
        }

    @classmethod
    def of(cls, wire: str, attributes: Mapping[str, str]) -> Section | None:
        """The section of a wire by its attributes; wires that are the same net share them."""
        if f"phase_of_{wire}" not in attributes:
            return None
        phase, place, *rest = (attributes[f"{key}_of_{wire}"] for key in ("phase", "place", "title", "rules", "text"))
        title, rules, text = rest
        return cls(phase=Phase[phase], place=int(place), title=title, rules=rules, text=text)


def name_codes(signal: Value, codes: type[Enum]) -> None:
    """Say which enumeration's members a signal's or a port's values are, where its shape does not."""
    assert isinstance(signal, Signal)
    signal.attrs[f"codes_of_{_in_verilog(signal)}"] = codes.__name__


def _in_verilog(signal: Signal) -> str:
    """A signal's name in the Verilog: a port's has one underscore there, where the component has two."""
    return signal.name.replace("__", "_")
