"""The child's side of `processes.child`.

    python -m utrap_sim.simulators FOLDER run PROGRAM ARGUMENT...
    python -m utrap_sim.simulators FOLDER call MODULE:FUNCTION WORD...

Runs a program, which has no standard input, or calls a function that takes
words and gives an exit status; the status is the program's or the function's.
FOLDER, unless it is empty, is removed should the parent be gone before the end.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable

from .processes import CALL, RUN, follow


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, close_fds=False).returncode
    except OSError as error:
        print(f"error: cannot start {command[0]}: {error.strerror}", flush=True)
        return 127


def _call(place: str, *words: str) -> int:
    module, _, function = place.partition(":")
    status: int = getattr(importlib.import_module(module), function)(*words)
    return status


_VERBS: dict[str, Callable[..., int]] = {RUN: _run, CALL: _call}

if __name__ == "__main__":
    _, folder, verb, *words = sys.argv
    sys.exit(follow(folder, lambda: _VERBS[verb](*words)))
