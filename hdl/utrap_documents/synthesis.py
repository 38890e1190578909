"""What Yosys makes of the Verilog in six-input LUTs: how many, how many flip-flops, how deep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys

__all__ = ["Size", "map_to_luts", "synthesise", "written_whole"]

#: abc9 maps for depth at any cost, unless it is told that this many picoseconds are enough.
_RELAXED_DELAY = 20000


@dataclass(frozen=True, kw_only=True)
class Size:
    """The result of one mapping.

    Attributes:
        luts: Six-input LUTs.
        flip_flops: Flip-flops of all kinds.
        levels: LUTs on the longest topological path.
        path: The named signals on it, from its start to its end.
    """

    luts: int
    flip_flops: int
    levels: int
    path: tuple[str, ...]


def synthesise(verilog: str, for_area: bool) -> Size:
    """Map a unit's Verilog with `synth -flatten -lut 6` (abc9), for area or for depth."""
    return map_to_luts(["read_verilog unit.v"], TOP, {"unit.v": verilog}, for_area)


def map_to_luts(read: Iterable[str], top: str, inputs: Mapping[str, str], for_area: bool) -> Size:
    """The same for any module.

    Args:
        read: Yosys's commands that read the design.
        top: The module.
        inputs: Files that they name, beside those with their paths.
        for_area: Map for area and not for depth.
    """
    relax = [f"scratchpad -set abc9.D {_RELAXED_DELAY}"] if for_area else []
    report = run_yosys(
        [
            *read,
            *relax,
            f"synth -flatten -top {top} -lut 6",
            "tee -o report stat",
            "tee -a report ltp -noff",
        ],
        inputs,
        "report",
        allows_warnings=True,
    )
    counts = {cell: int(count) for count, cell in re.findall(r"^\s+(\d+)\s+(\$\w+)$", report, re.MULTILINE)}
    levels = re.search(r"length=(\d+)", report)
    assert levels is not None, "ltp always reports a length"
    # Nets that mapping made are named $abc$...; the design's own are escaped.
    path = re.findall(r"^\s+(?:\d+|ff): \\(\S+(?: \[\d+\])?)", report, re.MULTILINE)
    return Size(
        luts=counts.get("$lut", 0),
        flip_flops=sum(count for cell, count in counts.items() if "DFF" in cell),
        levels=int(levels[1]),
        path=tuple(name.replace(" ", "") for name in path),
    )


def written_whole(verilog: str) -> str:
    """A unit's Verilog for a core that sets and clears bits itself, with what it has read in an earlier cycle.

    READ and WRITE are all that it asks for, and commit_csr_op has one bit.
    """
    text, count = re.subn(r"\[1:0\] commit_csr_op\b", "commit_csr_op", verilog)
    assert count == 1, "the port is declared once"
    return text
