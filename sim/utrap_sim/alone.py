"""Builds a bench that runs by itself, without cocotb: `python -m utrap_sim.alone TOP WAVES SIMULATOR FOLDER`.

The folder holds the sources, every `*.v` in it; the product is `TOP` in it for
Verilator, `TOP.vvp` for Icarus. As in `utrap_sim.runner`, the process group
ends with its parent.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .follow import follow_parent
from .simulators import MAKE_VARIABLES

__all__ = ["VERILATOR_ALONE", "main", "product"]

#: Arguments of Verilator for such a bench; lint is the emitter's business.
VERILATOR_ALONE = (
    "--timing",
    "-O3",
    "-Wno-fatal",
    "-Wno-lint",
    "-Wno-style",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
)


def product(simulator: str, top: str) -> str:
    """The name of the file that a build makes."""
    return top if simulator == "verilator" else f"{top}.vvp"


def main(top: str, waves: str, simulator: str, folder: str) -> int:
    """Build; gives the exit status of the tool that failed, or 0."""
    sources = sorted(path.name for path in Path(folder).glob("*.v"))
    for command in _commands(top, bool(int(waves)), simulator, sources, Path(folder)):
        status = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode
        if status:
            return status
    return 0


def _commands(top: str, waves: bool, simulator: str, sources: list[str], folder: Path) -> list[list[str]]:
    if simulator == "icarus":
        return [["iverilog", "-g2005", "-o", product(simulator, top), "-s", top, *sources]]
    arguments = ["--main", "--exe", *VERILATOR_ALONE, *(["--trace"] if waves else [])]
    verilate = ["verilator", "--cc", *arguments, "--top-module", top, "--prefix", "Vtop", "-o", top, "-Mdir", "."]
    # Objects of Verilator's library that are there already are good, although the makefile is newer.
    old = [f"--old-file={path.name}" for path in folder.glob("verilated*.o")]
    return [[*verilate, *sources], ["make", "-f", "Vtop.mk", *MAKE_VARIABLES, *old]]


if __name__ == "__main__":
    follow_parent()
    sys.exit(main(*sys.argv[1:]))
