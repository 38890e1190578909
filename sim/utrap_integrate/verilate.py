"""Builds a core in a process of its own.

The folder holds the plan and the files that were made for this build; the product is `bench` in it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from utrap_sim.simulators.builds import MAKE_VARIABLES

from .building import ARGUMENTS, PLAN
from .core import BENCH

__all__ = ["build_here"]


def build_here(simulator: str, folder: str) -> int:
    """Build; gives the exit status of the tool that failed, or 0."""
    plan = json.loads(Path(folder, PLAN).read_text())
    waves = ["--trace-vcd"] if plan["waves"] else []
    top = ["--top-module", BENCH, "--prefix", "Vtop", "-o", BENCH, "-Mdir", "."]
    old = [f"--old-file={path.name}" for path in Path(folder).glob("verilated*.o")]
    # What runs a few thousand cycles is built for the compiler's time, not for its own.
    make = ["make", "-f", "Vtop.mk", *MAKE_VARIABLES, "OPT_FAST=-O1", *old]
    for command in ([simulator, "--cc", "--main", "--exe", *ARGUMENTS, *waves, *top, *plan["arguments"]], make):
        status = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode
        if status:
            return status
    return 0
