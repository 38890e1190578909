"""Runs the bench of the waves in a process of its own: `python -m utrap_sim.waves.worker PROGRAM FIRST FORMAT...`.

As in `utrap_sim.runner`, whose process group ends with its parent. Only what
that takes is imported here, since it is waited for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from utrap_sim.follow import follow_parent

__all__ = ["DUMP", "play"]

#: The dump in the folder of the simulation, as the simulator writes it; `play` adds the format to the name.
DUMP = "waves.dump"


def play(program: str, first: str, *formats: str) -> int:
    """Run what was built in the current folder, once for each format, with a dump from a cycle on.

    Args:
        program: Icarus' `*.vvp`, or Verilator's program.
        first: The number of the cycle that the dump begins with.
        formats: Of the dump.

    Returns:
        The exit status of the simulator that failed, or 0.
    """
    for suffix in formats:
        command = ["vvp", "-n", program, f"-{suffix}"] if program.endswith(".vvp") else [program]
        if status := subprocess.run([*command, f"+first={first}"], stdin=subprocess.DEVNULL).returncode:
            return status
        Path(DUMP).rename(f"{DUMP}.{suffix}")
    return 0


if __name__ == "__main__":
    follow_parent()
    sys.exit(play(*sys.argv[1:]))
