"""Builds and runs the bench of the waves in a process of its own: `python -m utrap_sim.waves.worker VERB ...`.

As in `utrap_sim.runner`, the process group ends with the parent: it holds our
standard input. Only what that takes is imported here, since it is waited for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from utrap_sim.follow import follow_parent

__all__ = ["DUMP", "build", "play"]

#: The dump in the folder of the simulation.
DUMP = "waves.dump"
_FILES = ("bench.v", "trap_unit.v")


def build(suffix: str, simulator: str, folder: str) -> int:
    """Build bench.v and trap_unit.v of the folder, in it, for dumps of a format; gives the exit status."""
    for command in _icarus() if simulator == "icarus" else _verilator(Path(folder), suffix):
        print("$", *command, flush=True)
        if status := subprocess.run(command, cwd=folder).returncode:
            return status
    return 0


def _icarus() -> list[list[str]]:
    return [["iverilog", "-g2005", "-s", "bench", "-o", "sim.vvp", *_FILES]]


def _verilator(folder: Path, suffix: str) -> list[list[str]]:
    from utrap_sim.simulators import MAKE_VARIABLES, VERILATOR_ARGUMENTS

    # Objects of Verilator's library that are there already are good, although the makefile is newer.
    old = [f"--old-file={path.name}" for path in folder.glob("verilated*.o")]
    names = ["--timescale", "1ns/1ns", "--top-module", "bench", "-Mdir", ".", "-o", "bench"]
    return [
        [
            "verilator",
            "--cc",
            "--exe",
            "--main",
            f"--trace-{suffix}",
            *VERILATOR_ARGUMENTS,
            *names,
            "bench.v",
            "trap_unit.v",
        ],
        ["make", "-f", "Vbench.mk", *MAKE_VARIABLES, *old, "bench"],
    ]


def play(suffix: str, simulator: str, built: str, first: str) -> int:
    """Run a build in the current folder, with a dump of a format from a cycle on; gives the exit status."""
    program = ["vvp", "-n", f"{built}/sim.vvp", f"-{suffix}"] if simulator == "icarus" else [f"{built}/bench"]
    return subprocess.run([*program, f"+first={first}"], stdin=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    follow_parent()
    verb, *arguments = sys.argv[1:]
    sys.exit(build(*arguments) if verb == "build" else play(*arguments))
