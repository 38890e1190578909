"""What the VMM says on the console: which workload runs on which path, and how each went."""

from __future__ import annotations

import re
from dataclasses import dataclass

from utrap_hart.exits.access import Path

__all__ = ["Console", "Round"]

_PREFIX = "vmm: "
_BEGIN = re.compile(r"begin (\w+) ([abc])")
_END = re.compile(r"end (\d+) cycles, (\d+) accesses, (\d+) notifications: (.+)")
_STARTED = re.compile(r"started (\d+)")
#: What a kernel says that will not go on.
_PANIC = "Kernel panic"


@dataclass(frozen=True, kw_only=True)
class Round:
    """A workload on a path, as the VMM saw it.

    Attributes:
        workload: Its name.
        path: a: exits to the VMM; b: notifications in the kernel; c: straight to the VMM's handler.
        cycles: From the guest's first instruction of it to its last, all that the hart did in between.
        accesses: To emulated devices.
        notifications: Of VirtIO.
        verdict: "passed", or what went wrong.
    """

    workload: str
    path: Path
    cycles: int
    accesses: int
    notifications: int
    verdict: str


class Console:
    """Takes the console byte by byte.

    Attributes:
        text: All of it.
        started: The cycle in which the VMM began, as it says; None before.
        now: The workload and path that run.
        rounds: Those that have ended.
        panic: The line in which the kernel gave up.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.started: int | None = None
        self.now: tuple[str, Path] | None = None
        self.rounds: list[Round] = []
        self.panic: str | None = None
        self._line = 0

    def take(self, byte: int) -> None:
        """The next byte."""
        self.text.append(byte)
        if byte == ord("\n"):
            self._take_line(self.text[self._line :].decode(errors="replace").strip())
            self._line = len(self.text)

    @property
    def last_line(self) -> str:
        """The last line with something in it."""
        lines = [line for line in self.text.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "nothing"

    def _take_line(self, line: str) -> None:
        if _PANIC in line:
            self.panic = self.panic or line
        if not line.startswith(_PREFIX):
            return
        said = line.removeprefix(_PREFIX)
        if found := _STARTED.fullmatch(said):
            self.started = int(found[1])
        elif found := _BEGIN.fullmatch(said):
            self.now = found[1], Path(found[2])
        elif (found := _END.fullmatch(said)) and self.now is not None:
            workload, path = self.now
            cycles, accesses, notifications = (int(number) for number in found.groups()[:3])
            self.rounds.append(
                Round(
                    workload=workload,
                    path=path,
                    cycles=cycles,
                    accesses=accesses,
                    notifications=notifications,
                    verdict=found[4],
                )
            )
            self.now = None
