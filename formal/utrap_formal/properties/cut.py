"""The unit's logic without its registers: what a register holds becomes an input, what it would get an output.

Yosys reads the Verilog and writes its own text format, in which a register is
one cell; nothing else is changed. A copy of this logic is one cycle of the
unit, and a window of cycles is a chain of copies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from utrap.design_error import DesignError
from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys
from utrap_formal.equivalence.netlist import refuse_unknown

__all__ = ["Logic", "Register", "cut", "following"]

_PASSES = ("read_verilog unit.v", f"hierarchy -check -top {TOP}", "proc", "check -assert", "write_rtlil unit.il")
_WIRE = re.compile(r"^  wire (?:width (\d+) )?(?:(input|output) \d+ )?\\(\w+)$", re.MULTILINE)
#: A number of 32 bits stands there in decimal.
_FIRST = re.compile(
    r"^  attribute \\init (?:\d+'([01]+)|(\d+))\n(?:  attribute .*\n)*  wire (?:width \d+ )?\\(\w+)\n", re.MULTILINE
)
_CELL = re.compile(
    r"^(?:  attribute .*\n)*"
    r"  cell \$dff \S+\n"
    r"    parameter \\WIDTH (\d+)\n"
    r"    parameter \\CLK_POLARITY 1'1\n"
    r"    connect \\D (.*)\n"
    r"    connect \\Q \\(\w+)\n"
    r"    connect \\CLK \\clk\n"
    r"  end\n",
    re.MULTILINE,
)
#: Cells with a memory, of any kind that Yosys has.
_STATEFUL = re.compile(r"^  cell \$\w*(?:dff|ff|latch|sr|mem)\w* ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register: its width in bits, and what it holds at the start."""

    width: int
    first: int


@dataclass(frozen=True, kw_only=True)
class Logic:
    """A unit's logic, and its names.

    Attributes:
        text: It, in Yosys's format.
        inputs: Width of every input of the unit's but the clock.
        outputs: Width of every output.
        registers: Every register; an input of the logic under its name, and an output under that of `following`.
        wires: Width of every named wire inside.
    """

    text: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    registers: dict[str, Register]
    wires: dict[str, int]

    def width(self, name: str) -> int | None:
        """Width of a port, register or wire; None where there is no such name."""
        if name in self.registers:
            return self.registers[name].width
        return self.inputs.get(name) or self.outputs.get(name) or self.wires.get(name)


def following(register: str) -> str:
    """The output that says what a register gets."""
    return f"{register}.next"


def cut(verilog: str, module: str = TOP) -> Logic:
    """Read the Verilog of a unit.

    Args:
        verilog: It.
        module: What the logic is called.

    Raises:
        DesignError: The Verilog has unknown bits, or is not as this reader expects.
    """
    refuse_unknown(verilog)
    text = run_yosys(_PASSES, {"unit.v": verilog}, "unit.il")
    names: dict[str, dict[str, int]] = {"input": {}, "output": {}, "": {}}
    for width, direction, name in _WIRE.findall(text):
        names[direction][name] = int(width or 1)
    del names["input"]["clk"]
    firsts = {name: int(bits, 2) if bits else int(number) for bits, number, name in _FIRST.findall(text)}
    found = {name: (int(width), data) for width, data, name in _CELL.findall(text)}
    if found.keys() != firsts.keys() or any(names[""].get(name) != width for name, (width, _) in found.items()):
        raise DesignError(f"registers are not what they are declared to be: {sorted(found.keys() ^ firsts.keys())}")
    logic = Logic(
        text=_without_registers(text, found, names, module),
        inputs=names["input"],
        outputs=names["output"],
        registers={name: Register(width=width, first=firsts[name]) for name, (width, _) in found.items()},
        wires={name: width for name, width in names[""].items() if name not in found},
    )
    if left := _STATEFUL.search(logic.text):
        raise DesignError(f"the Verilog has a register of another kind: {left[0].strip()}")
    return logic


def _without_registers(
    text: str, found: dict[str, tuple[int, str]], names: dict[str, dict[str, int]], module: str
) -> str:
    port = 1 + sum(len(names[direction]) for direction in ("input", "output"))

    def with_direction(match: re.Match[str]) -> str:
        """Make a register an input, and a named wire an output."""
        nonlocal port
        width, direction, name = match.groups()
        if direction:
            return match[0]
        port += 1
        way = "input" if name in found else "output"
        return f"  wire width {width or 1} {way} {port} \\{name}"

    text = _WIRE.sub(with_direction, text)
    text = re.sub(r"^  attribute \\init .*\n", "", text, flags=re.MULTILINE)
    text = _CELL.sub("", text)
    lines = []
    for name, (width, data) in found.items():
        port += 1
        lines += [f"  wire width {width} output {port} \\{following(name)}", f"  connect \\{following(name)} {data}"]
    head, _, _ = text.rpartition("end\n")
    text = head + "\n".join([*lines, "end", ""])
    return text.replace(f"module \\{TOP}\n", f"module \\{module}\n")
