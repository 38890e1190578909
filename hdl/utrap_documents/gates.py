"""What Yosys makes of the Verilog in an and-inverter graph and flip-flops, as a measure of an ASIC's area."""

from __future__ import annotations

import re
from dataclasses import dataclass

from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys

__all__ = ["Gates", "count_gates"]


@dataclass(frozen=True, kw_only=True)
class Gates:
    """One netlist. A synchronous reset is gates in front of a flip-flop, an asynchronous one a pin of it.

    Attributes:
        nodes: Two-input ANDs; inverters are not counted.
        with_pin: Flip-flops with an asynchronous reset.
        without_pin: The others.
    """

    nodes: int
    with_pin: int
    without_pin: int


def count_gates(verilog: str) -> Gates:
    """Map a unit's Verilog to ANDs, inverters and flip-flops with no pin but clock, data and asynchronous reset."""
    report = run_yosys(
        [
            "read_verilog unit.v",
            f"synth -flatten -top {TOP}",
            "dfflegalize -cell $_DFF_P_ x -cell $_DFF_PP0_ x -cell $_DFF_PP1_ x",
            "abc -g AND",
            "opt_clean",
            "tee -o report stat",
        ],
        {"unit.v": verilog},
        "report",
        allows_warnings=True,
    )
    cells = {cell: int(count) for count, cell in re.findall(r"^\s+(\d+)\s+(\$\w+)\s*$", report, re.MULTILINE)}
    with_pin = sum(count for cell, count in cells.items() if cell.startswith("$_DFF_PP"))
    return Gates(nodes=cells["$_AND_"], with_pin=with_pin, without_pin=cells.get("$_DFF_P_", 0))
