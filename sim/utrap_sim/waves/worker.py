"""Builds and runs the bench of the waves in a process of its own: `python -m utrap_sim.waves.worker build|play ...`.

As in `utrap_sim.runner`, the process group ends with the parent: it holds our
standard input. Only what that takes is imported here, since it is waited for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

__all__ = ["DUMP", "build", "play"]

#: The dump in the folder of the simulation, as the simulator writes it; `play` adds the format to the name.
DUMP = "waves.dump"


def build(simulator: str, folder: str, waves: str) -> int:
    """Build bench.v and trap_unit.v of the folder, in it, always with waves; gives the exit status."""
    for command in _icarus() if simulator == "icarus" else _verilator(Path(folder)):
        print("$", *command, flush=True)
        if status := subprocess.run(command, cwd=folder).returncode:
            return status
    return 0


def _icarus() -> list[list[str]]:
    return [["iverilog", "-g2005", "-s", "bench", "-o", "sim.vvp", "bench.v", "trap_unit.v"]]


def _verilator(folder: Path) -> list[list[str]]:
    from utrap_sim.simulators import MAKE_VARIABLES, VERILATOR_ARGUMENTS

    # Objects of Verilator's library that are there already are good, although the makefile is newer.
    old = [f"--old-file={path.name}" for path in folder.glob("verilated*.o")]
    names = ["--timescale", "1ns/1ns", "--top-module", "bench", "-Mdir", ".", "-o", "bench"]
    return [
        ["verilator", "--cc", "--exe", "--main", "--trace", *VERILATOR_ARGUMENTS, *names, "bench.v", "trap_unit.v"],
        ["make", "-f", "Vbench.mk", *MAKE_VARIABLES, *old, "bench"],
    ]


def play(simulator: str, built: str, first: str, *formats: str) -> int:
    """Run a build in the current folder, once for each format, with a dump from a cycle on; gives the exit status."""
    for suffix in formats:
        program = ["vvp", "-n", f"{built}/sim.vvp", f"-{suffix}"] if simulator == "icarus" else [f"{built}/bench"]
        if status := subprocess.run([*program, f"+first={first}"], stdin=subprocess.DEVNULL).returncode:
            return status
        Path(DUMP).rename(f"{DUMP}.{suffix}")
    return 0


def _follow_parent() -> None:
    """End the group when the parent no longer holds the standard input."""

    def follow() -> None:
        while os.read(0, 1):
            pass
        os.killpg(0, signal.SIGKILL)

    Thread(target=follow, daemon=True).start()


if __name__ == "__main__":
    _follow_parent()
    verb, *arguments = sys.argv[1:]
    sys.exit(build(*arguments) if verb == "build" else play(*arguments))
