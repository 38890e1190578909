"""Looking for processes, and waiting for what other processes do."""

import os
import time
from pathlib import Path


def processes(text: str) -> list[int]:
    """The processes whose command line has the text."""
    return [number for number, entry in _processes() if text.encode() in _read(entry / "cmdline")]


def processes_in(folder: Path) -> list[int]:
    """The processes that work in a folder below this one."""
    return [number for number, entry in _processes() if _place(entry).startswith(f"{folder}{os.sep}")]


def wait_for(condition, seconds=120.0):
    """Until the condition holds, or the test fails."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def _processes():
    return [(int(entry.name), entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _read(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


def _place(entry):
    try:
        return os.readlink(entry / "cwd")
    except OSError:
        return ""
