"""What Yosys makes of the Verilog for an ASIC: an and-inverter graph, small gates, and flip-flops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys

__all__ = ["Gates", "count_gates", "map_to_gates"]

#: What makes the graph small, as papers on synthesis do.
_SMALLER = "strash;ifraig;dc2;balance;dc2;balance;print_stats"
#: Gate equivalents of each gate: areas in two-input NANDs, as common cell libraries have them.
_EQUIVALENTS = {"$_NAND_": 1, "$_NOR_": 1, "$_NOT_": 2 / 3}


@dataclass(frozen=True, kw_only=True)
class Gates:
    """One netlist. A synchronous reset is gates in front of a flip-flop, an asynchronous one a pin of it.

    Attributes:
        nodes: Two-input ANDs of an and-inverter graph, enables and synchronous resets among them.
        levels: ANDs on its longest path.
        equivalents: The same logic in two-input NANDs and NORs and inverters, as area in NANDs.
        with_pin: Flip-flops with an asynchronous reset.
        without_pin: The others.
    """

    nodes: int
    levels: int
    equivalents: int
    with_pin: int
    without_pin: int


def count_gates(verilog: str) -> Gates:
    """Map a unit's Verilog, without initial values, to gates and flip-flops.

    A flip-flop has no pin but clock, data and asynchronous reset.
    """
    return map_to_gates(["read_verilog unit.v"], TOP, {"unit.v": verilog})


def map_to_gates(read: Iterable[str], top: str, inputs: Mapping[str, str]) -> Gates:
    """The same for any module; the arguments are those of `utrap_documents.synthesis.map_to_luts`."""
    report = run_yosys(
        [
            *read,
            f"synth -flatten -top {top}",
            "dfflegalize -cell $_DFF_P_ x -cell $_DFF_PP0_ x -cell $_DFF_PP1_ x",
            "design -save mapped",
            # In a script that follows a plus sign a comma is a space.
            f"tee -o report abc -script +{_SMALLER}",
            "design -load mapped",
            "abc -g cmos2",
            "opt_clean",
            "tee -a report stat",
        ],
        inputs,
        "report",
        allows_warnings=True,
    )
    # Logic that no net connects to the rest is minimised by itself.
    graphs = [(int(nodes), int(levels)) for nodes, levels in re.findall(r"and = +(\d+) +lev = *(\d+)", report)]
    assert graphs, "print_stats always counts them"
    cells = {cell: int(count) for count, cell in re.findall(r"^\s+(\d+)\s+(\$\w+)\s*$", report, re.MULTILINE)}
    return Gates(
        nodes=sum(nodes for nodes, _ in graphs),
        levels=max(levels for _, levels in graphs),
        equivalents=round(sum(cells.get(gate, 0) * area for gate, area in _EQUIVALENTS.items())),
        with_pin=sum(count for cell, count in cells.items() if cell.startswith("$_DFF_PP")),
        without_pin=cells.get("$_DFF_P_", 0),
    )
