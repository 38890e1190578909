"""Runs a program that starts others, and ends them all when the one who asked is gone: `leash.py FOLDER PROGRAM...`

Whoever asks keeps this process's standard input open, and says with a line when
the program may start. When the input closes before the program has ended,
everything that the program started is ended, and its folder is removed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

__all__ = ["main"]

_PATIENCE_SECONDS = 5
_TRIES, _PAUSE_SECONDS = 100, 0.05


def main(arguments: Sequence[str]) -> int:
    """Run the program to its end, or to the asker's; return its exit status."""
    folder, *program = arguments
    if not sys.stdin.buffer.readline():
        shutil.rmtree(folder, ignore_errors=True)
        return 1
    child = subprocess.Popen(program, stdin=subprocess.DEVNULL, cwd=folder)
    is_left = Event()
    watcher = Thread(target=_end_with_asker, args=(child, is_left), daemon=True)
    watcher.start()
    status = child.wait()
    if is_left.is_set():
        watcher.join()
    _end_rest()
    if is_left.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return status


def _end_with_asker(child: subprocess.Popen[bytes], is_left: Event) -> None:
    sys.stdin.buffer.read()
    is_left.set()
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(_PATIENCE_SECONDS)
    child.kill()


def _end_rest() -> None:
    """Kill what is left of the session, of which this process is the leader, and wait until it is gone."""
    for _ in range(_TRIES):
        left = list(_session())
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if not left:
            return
        time.sleep(_PAUSE_SECONDS)


def _session() -> Iterator[int]:
    here = os.getpid()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything; after it: state, parent, group, session.
            state, _, _, session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(session) == here != int(entry.parent.name) and state != "Z":
                yield int(entry.parent.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
