"""A process that is started in a group of its own ends that group with its parent, however that ends.

`python -m utrap_sim.simulators.process_group PROGRAM ARGUMENT...` is such a process for any
program: it holds its parent's standard input, the program has none, and its
exit status is the program's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Thread

__all__ = ["follow_parent"]


def follow_parent() -> None:
    """End the process group when the parent no longer holds the standard input."""

    def follow() -> None:
        while os.read(0, 1):  # sys.stdin's lock would be in the way when the interpreter ends
            pass
        os.killpg(0, signal.SIGKILL)

    Thread(target=follow, daemon=True).start()


if __name__ == "__main__":
    follow_parent()
    sys.exit(subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode)
