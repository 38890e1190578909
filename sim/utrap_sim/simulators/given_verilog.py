"""A unit's Verilog from a file, tested as it is: edited by hand, or what a synthesis made of it.

Yosys reads it first, so that what the benches connect and look at is known to be there before anything is built.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import YosysError, run_yosys

__all__ = ["GivenVerilog", "read_given", "refuse_what_does_not_fit"]

_PASSES = ("read_verilog unit.v", f"hierarchy -top {TOP}", "proc", f"select {TOP}", "write_json -selected unit.json")


@dataclass(frozen=True, kw_only=True)
class GivenVerilog:
    """A file's name and its text: the module `trap_unit`, and the modules in it if there are any."""

    path: str
    text: str = field(repr=False)


def read_given(path: str | None) -> GivenVerilog | None:
    """Read the file of `--verilog`; None where the option was not given.

    Raises:
        UserError: When it cannot be read.
    """
    if path is None:
        return None
    try:
        return GivenVerilog(path=path, text=Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"--verilog {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UserError(f"--verilog {path}: it is no text (UTF-8)") from None


def refuse_what_does_not_fit(
    given: GivenVerilog, ports: Mapping[str, tuple[str, int]], wires: Mapping[str, int]
) -> None:
    """Refuse a module without what a bench connects and looks at.

    Args:
        given: The Verilog.
        ports: Direction and width in bits of every port of the unit, `clk` and `rst` among them.
        wires: The wires inside that the bench looks at, and how many bits each has at least.

    Raises:
        UserError: One line says what is missing, or which port is another.
    """
    try:
        document = json.loads(run_yosys(_PASSES, {"unit.v": given.text}, "unit.json", allows_warnings=True))
    except YosysError as error:
        line = next((line for line in str(error).splitlines() if line.startswith("ERROR:")), str(error))
        raise UserError(f"--verilog {given.path}: Yosys cannot read it: {line.removeprefix('ERROR: ')}") from None
    module = document["modules"][TOP]
    has = {name: (port["direction"], len(port["bits"])) for name, port in module["ports"].items()}
    wrong = [
        f"port {name}: {_of(has.get(name))}, not {_of(port)}" for name, port in ports.items() if has.get(name) != port
    ]
    wrong += [f"port {name}: the configuration has none" for name in has.keys() - ports.keys()]
    wrong += _lacks(module, wires)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise UserError(
            f"--verilog {given.path}: {wrong[0]}{more}; it must be of this --profile, --xlen and --set,"
            " and a synthesis must keep the wires of CSRs and registers"
            " (in Yosys `setattr -set keep 1 w:*` before it)"
        )


def _lacks(module: Mapping[str, Any], wires: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with the wires that the bench looks at."""
    driven = _driven(module)
    for name, width in wires.items():
        bits = module["netnames"].get(name, {"bits": []})["bits"]
        if len(bits) < width:
            yield f"wire {name}: {len(bits)} bits, not {width}" if bits else f"wire {name}: missing"
        for place, bit in enumerate(bits):
            if bit not in driven:
                yield f"wire {name}: nothing drives bit {place}"


def _driven(module: Mapping[str, Any]) -> set[int | str]:
    """The nets that something drives; of a cell that Yosys does not know every port may."""
    driven: set[int | str] = {"0", "1"}
    for port in module["ports"].values():
        if port["direction"] == "input":
            driven.update(port["bits"])
    for cell in module["cells"].values():
        directions = cell.get("port_directions", {})
        for name, bits in cell["connections"].items():
            if directions.get(name, "output") == "output":
                driven.update(bits)
    return driven


def _of(port: tuple[str, int] | None) -> str:
    return "missing" if port is None else f"{port[0]}, {port[1]} bit{'s' * (port[1] > 1)}"
