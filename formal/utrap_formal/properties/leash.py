"""Runs a program that starts others, and ends them all when the one who asked is gone: `leash.py FOLDER PROGRAM...`

Whoever asks keeps this process's standard input open. When that closes before
the program has ended, everything that the program started is ended, and the
folder that it worked in is removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

__all__ = ["main"]

_PATIENCE_SECONDS = 5


def main(arguments: Sequence[str]) -> int:
    """Run the program to its end, or to the asker's; return its exit status."""
    folder, *program = arguments
    child = subprocess.Popen(program, stdin=subprocess.DEVNULL, cwd=folder)
    Thread(target=_end_with_asker, args=(child, folder), daemon=True).start()
    status = child.wait()
    _end_rest()
    return status


def _end_with_asker(child: subprocess.Popen[bytes], folder: str) -> None:
    sys.stdin.buffer.read()
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(_PATIENCE_SECONDS)
    _end_rest()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _end_rest() -> None:
    """Kill what is left of the session, of which this process is the leader."""
    for process in _session():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _session() -> Iterator[int]:
    here = os.getpid()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything; after it: state, parent, group, session.
            if int(entry.read_text().rpartition(")")[2].split()[3]) == here != int(entry.parent.name):
                yield int(entry.parent.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
