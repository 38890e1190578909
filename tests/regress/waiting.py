"""Looking for processes, and waiting for what other processes do."""

import time
from pathlib import Path


def processes(text: str) -> list[int]:
    """The processes whose command line has the text."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and text.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it has ended
            pass
    return found


def wait_for(condition, seconds=120.0):
    """Until the condition holds, or the test fails."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)
