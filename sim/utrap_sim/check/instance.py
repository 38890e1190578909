"""An instance of the unit, whoever makes it run: the wires that the golden model needs, and what they say in a cycle.

Wires have the names that the Verilog gives them; values are binary digits, with x for what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_testbench.boundary import BY_EVENT, LEVELS, OPERANDS, OUTPUTS, Field, Layout
from utrap_testbench.boundary.outputs import ALWAYS

__all__ = ["CLOCK", "EVENT", "Instance", "Misfit"]

Width = Callable[[str], "int | None"]

CLOCK, EVENT = "clk", "commit_op"
#: What the reset is called, and at what it is active (`--set reset_active` of `utrap generate`).
_RESETS = {"rst": "1", "rst_n": "0"}
#: What `Bench` drives beside the unit's ports.
_NO_PORTS = ("rst", "observe")
#: Every port that some configuration has.
_PORTS = frozenset(
    name.replace(".", "_")
    for name in (*(row.name for row in OPERANDS), *(row.name for row in LEVELS), *(row.name for row in OUTPUTS))
)
#: Operands of a cycle without an event.
_ALWAYS_LOOKED_AT = ("commit.op", "commit.fs_dirty", "commit.vs_dirty")


class Misfit(ValueError):
    """What is there is no unit of the configuration; the message says why, as the end of a sentence."""


class _Bits(NamedTuple):
    """A wire, or one bit of it."""

    wire: str
    bit: int | None


class Instance:
    """What is looked at.

    Args:
        config: What the unit was generated for.
        width: Gives the width of a wire; 0 for one whose values are no bits, None where there is none of the name.

    Attributes:
        model: The model's hart.
        inputs: The input ports.
        outputs: The output ports, and the registers that are there.
        unseen: The registers that are not there.
        reset: The wire of the reset, which may be active low.

    Raises:
        Misfit: When it is not the unit.
    """

    def __init__(self, config: Config, width: Width) -> None:
        bench = Bench(config)
        self.reset = next((name for name in _RESETS if width(name) is not None), next(iter(_RESETS)))
        self.model = bench.model
        self.inputs = Layout(field for field in bench.inputs.fields if field.name not in _NO_PORTS)
        sources = {name: tuple(map(_bits, wires)) for name, wires in bench.sources.items()}
        ports = {field.name: field.name.replace(".", "_") for field in self.inputs.fields}
        ports |= {row.name: row.name.replace(".", "_") for row in OUTPUTS if row.name in sources}
        _refuse(
            {"rst": self.reset, **ports},
            {field.name: field.width for field in (*bench.inputs.fields, *bench.outputs.fields)},
            width,
        )
        seen = [field for field in bench.outputs.fields if _is_there(field, sources[field.name], width)]
        self.outputs = Layout(seen)
        self.unseen = tuple(
            dict.fromkeys(field.name.partition(".")[0] for field in bench.outputs.fields if field not in seen)
        )
        self._parts = sources | {name: (_Bits(wire, None),) for name, wire in ports.items()}

    @property
    def wires(self) -> tuple[str, ...]:
        """Every wire to read, the clock aside."""
        return tuple(dict.fromkeys((self.reset, *self._of(self.inputs, self.outputs))))

    @property
    def telling(self) -> frozenset[str]:
        """Those of them without whose change a cycle without an event is as the one before."""
        levels = [row.name for row in LEVELS if row.name in self.inputs.offset]
        operands = [name for name in _ALWAYS_LOOKED_AT if name in self.inputs.offset]
        silent = {row.name for row in BY_EVENT if row.when is not ALWAYS}
        names = [*levels, *operands, *(field.name for field in self.outputs.fields if field.name not in silent)]
        return frozenset((self.reset, *(part.wire for name in names for part in self._parts[name])))

    def is_reset(self, digits: Callable[[str], str]) -> bool:
        """Whether the reset is active; `digits` gives a wire's value."""
        return digits(self.reset) == _RESETS[self.reset]

    def _of(self, *layouts: Layout) -> list[str]:
        return [part.wire for layout in layouts for field in layout.fields for part in self._parts[field.name]]

    def vector(self, layout: Layout, digits: Callable[[str], str]) -> str:
        """One of the layouts' vectors, as `Layout` reads it; `digits` gives a wire's value."""
        return "".join(self._hexadecimal(field.name, digits) for field in reversed(layout.fields))

    def _hexadecimal(self, name: str, digits: Callable[[str], str]) -> str:
        values = [
            digits(wire) if bit is None else digits(wire)[-1 - bit : len(digits(wire)) - bit]
            for wire, bit in self._parts[name]
        ]
        return _as_hexadecimal(values[0] if len(values) == 1 else "".join(map(_all, zip(*values, strict=True))))


def _bits(source: str) -> _Bits:
    wire, bracket, bit = source.partition("[")
    return _Bits(wire, int(bit.removesuffix("]")) if bracket else None)


def _is_there(field: Field, parts: tuple[_Bits, ...], width: Width) -> bool:
    there = [(width(part.wire) or 0, part.bit) for part in parts]
    return all(bits == field.width if bit is None else bits > bit for bits, bit in there)


def _all(digits: Collection[str]) -> str:
    if "0" in digits:
        return "0"
    return "1" if set(digits) == {"1"} else "x"


def _as_hexadecimal(digits: str) -> str:
    """Binary digits as hexadecimal ones; x where one of the four is not known."""
    length = -(-len(digits) // 4)
    try:
        return f"{int(digits, 2):0{length}x}"
    except ValueError:
        padded = digits.rjust(4 * length, "0")
        fours = (padded[at : at + 4] for at in range(0, len(padded), 4))
        return "".join(f"{int(four, 2):x}" if set(four) <= {"0", "1"} else "x" for four in fours)


def _refuse(ports: Mapping[str, str], fields: Mapping[str, int], width: Width) -> None:
    """Refuse what has not the ports of the configuration.

    Raises:
        Misfit: It says which.
    """
    needed = (CLOCK, *ports.values())
    other = "is it another configuration? --profile, --xlen and --set choose it"
    foreign = sorted(wire for wire in _PORTS - {*needed} if width(wire) is not None)
    missing = [wire for wire in needed if width(wire) is None]
    if missing:
        raise Misfit(f"lacks {_list(missing)}: all ports of the unit are needed; {other}")
    if foreign:
        raise Misfit(f"has {_list(foreign)}, and the configuration has not: {other}")
    for name, wire in ports.items():
        if not (bits := width(wire)):
            raise Misfit(f"has {wire} as names or real numbers, not as bits")
        if bits != fields[name]:
            raise Misfit(f"has {bits} bits of {wire}, and the configuration {fields[name]}: {other}")


def _list(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
