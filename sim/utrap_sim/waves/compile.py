"""Builds the bench of the waves in a process of its own: `python -m utrap_sim.waves.compile build 1 SIMULATOR FOLDER`.

As in `utrap_sim.runner`, whose process group ends with its parent.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from utrap_sim.bench import TOP
from utrap_sim.follow import follow_parent
from utrap_sim.simulators import MAKE_VARIABLES, VERILATOR_ARGUMENTS

__all__ = ["main"]


def main(simulator: str, folder: str) -> int:
    """Build bench.v and trap_unit.v of the folder, in it; gives the exit status."""
    for command in _COMMANDS[simulator](Path(folder)):
        print("$", *command, flush=True)
        if status := subprocess.run(command, cwd=folder).returncode:
            return status
    return 0


def _icarus(folder: Path) -> list[list[str]]:
    return [["iverilog", "-g2005", "-s", TOP, "-o", "sim.vvp", "bench.v", "trap_unit.v"]]


def _verilator(folder: Path) -> list[list[str]]:
    # Objects of Verilator's library that are there already are good, although the makefile is newer.
    old = [f"--old-file={path.name}" for path in folder.glob("verilated*.o")]
    files = ["bench.v", "trap_unit.v"]
    return [
        ["verilator", "--cc", "--exe", "--main", "--trace", *VERILATOR_ARGUMENTS, *_VERILATOR_NAMES, *files],
        ["make", "-f", f"V{TOP}.mk", *MAKE_VARIABLES, *old, TOP],
    ]


_VERILATOR_NAMES = ("--timescale", "1ns/1ns", "--top-module", TOP, "-Mdir", ".", "-o", TOP)
_COMMANDS = {"icarus": _icarus, "verilator": _verilator}

if __name__ == "__main__":
    follow_parent()
    sys.exit(main(*sys.argv[3:5]))
