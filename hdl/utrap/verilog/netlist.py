"""The unit as a netlist: Amaranth's RTLIL, made small by Yosys, read back as cells and wires."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from amaranth.back import rtlil
from amaranth.hdl import Value

from utrap.unit import TrapUnit
from utrap.verilog.yosys import run_yosys

__all__ = ["TOP", "Bit", "Bits", "Cell", "Netlist", "make_document", "make_netlist", "read_netlist", "to_rtlil"]

#: The module's name in Verilog.
TOP = "trap_unit"

#: A net of one bit, by number, or a constant "0", "1" or "x".
Bit = int | str
Bits = tuple[Bit, ...]

#: What makes a netlist of Amaranth's RTLIL small enough to read: it is still one cell for each
#: operator of the source, but those without effect are gone. Equal ones are not shared: what the
#: source names is what the reader sees, and a net has one meaning. Synthesis shares them.
_PASSES = (
    "read_rtlil unit.il",
    "proc",
    "opt_expr",
    "opt_muxtree",
    "opt_expr",
    "pmuxtree",
    "opt_clean",
    "write_json unit.json",
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One operator or flip-flop, lowest bit first on every port."""

    kind: str
    ports: dict[str, Bits]
    is_signed: bool

    @property
    def output(self) -> Bits:
        """What it drives."""
        return self.ports["Q" if "Q" in self.ports else "Y"]


@dataclass(frozen=True, kw_only=True)
class Netlist:
    """A module as Yosys made it small.

    Attributes:
        cells: Its operators and flip-flops.
        ports: Direction and nets of each port, by name.
        wires: The nets of each wire that has a name in the source, in the source's order.
        attributes: What the source said about each wire.
    """

    cells: tuple[Cell, ...]
    ports: dict[str, tuple[str, Bits]]
    wires: dict[str, Bits]
    attributes: dict[str, dict[str, str]]


def to_rtlil(unit: TrapUnit, with_places: bool = False) -> str:
    """Write the unit as RTLIL, with its ports' names as Verilog has them; and, if asked, places in the source."""
    ports: dict[str, Any] = {}
    for path, _, value in unit.signature.flatten(unit):
        # The direction follows from which side drives it.
        ports["_".join(path)] = (Value.cast(value), None)
    with _without_collection():
        text: str = rtlil.convert(unit, name=TOP, ports=ports, emit_src=with_places)
    return text


@contextmanager
def _without_collection() -> Iterator[None]:
    """Make many objects that all stay: looking for garbage among them takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_netlist(document: dict[str, Any], order: Sequence[str]) -> Netlist:
    """Read what `write_json` wrote; `order` names wires in the order of the source."""
    module = document["modules"][TOP]
    cells = tuple(
        Cell(
            kind=cell["type"],
            ports={port: tuple(bits) for port, bits in cell["connections"].items()},
            is_signed=any(int(cell["parameters"].get(key, "0"), 2) for key in ("A_SIGNED", "B_SIGNED")),
        )
        for cell in module["cells"].values()
    )
    ports = {name: (port["direction"], tuple(port["bits"])) for name, port in module["ports"].items()}
    place = {name: number for number, name in reversed([*enumerate(order)])}
    names = sorted(module["netnames"], key=lambda name: (place.get(name, len(place)), name))
    found = {name: module["netnames"][name] for name in names if "$" not in name and "__" not in name}
    return Netlist(
        cells=cells,
        ports=ports,
        wires={name: tuple(wire["bits"]) for name, wire in found.items()},
        # Yosys ends a text that could be a number with a space.
        attributes={name: {k: v.rstrip(" ") for k, v in wire["attributes"].items()} for name, wire in found.items()},
    )


def make_document(rtlil: str) -> dict[str, Any]:
    """Make the unit's RTLIL small, and give the netlist as `write_json` writes it."""
    document: dict[str, Any] = json.loads(run_yosys(_PASSES, {"unit.il": rtlil}, "unit.json"))
    return document


def make_netlist(unit: TrapUnit) -> Netlist:
    """Make the unit's netlist."""
    text = to_rtlil(unit)
    # A port's signal has two underscores where the port has one, and stands where the source drives it.
    order = [name.replace("__", "_") for name in re.findall(r"^  wire .*\\(\w+)$", text, re.MULTILINE)]
    return read_netlist(make_document(text), order)
