"""One record and one file header, as values; and the error that names file, line and reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from utrap_testbench.golden import Config, Event

#: How the source of records from Spike begins.
SPIKE = "riscv-isa-sim"
#: The formats that are read; 2 has the registers of the newer extensions, and names these.
FORMATS = (1, 2)
KINDS = ("exception", "interrupt", "xret", "legality", "csr", "retire")
#: On a hart with Debug Mode.
DEBUG_KINDS = ("halt", "resume")

#: Registers that a recorded `post` may name although they are outside the trap unit's state.
OUTSIDE_REGISTERS = ("misa", "mcountinhibit")

#: How a target mode is written in `result.to`; S stands for HS where there is no H.
#: Where the hart stops there is no mode.
CRITICAL = 8
MODE_NAMES = {0: "U", 1: "HS", 3: "M", 4: "VU", 5: "VS", CRITICAL: "critical"}
MODE_NUMBERS = {"U": 0, "HS": 1, "S": 1, "M": 3, "VU": 4, "VS": 5, "critical": CRITICAL}


def kinds_of(config: Config) -> tuple[str, ...]:
    """The kinds of events that the hart has."""
    return (*KINDS, *DEBUG_KINDS) if config.sdext else KINDS


class ReplayError(Exception):
    """A file that cannot be replayed. `str()` is one line: file, line number, reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{file}:{line}: {reason}")


@dataclass(frozen=True, kw_only=True)
class Header:
    """The first line: what was recorded, from what, and which CSRs exist outside the trap unit.

    `beyond` names the extensions of the recorded hart that have no part in the unit.
    """

    config: Config
    source: str = "golden"
    external: frozenset[int] = frozenset()
    beyond: frozenset[str] = frozenset()

    @property
    def is_spike(self) -> bool:
        """Recorded from Spike, whose deviations are known by name."""
        return self.source.startswith(SPIKE)


@dataclass(kw_only=True, slots=True)
class Record:
    """One line. Registers are numbers by name, without `pc`; an absent one is 0.

    `event` is what the model is given; `details` is the event as it was
    written, `result` the answers as recorded, with numbers parsed and `to` as
    a `Mode` value; `narrowed` names the deviations by which `pre` holds what
    ours cannot, and from which it was taken; `beyond` is what registers of
    extensions that have no part in the unit held.
    """

    kind: str
    pc: int
    pre: dict[str, int]
    event: Event
    details: dict[str, Any]
    post_pc: int
    post: dict[str, int]
    result: dict[str, int | None]
    opt: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()
    beyond: dict[str, int] = field(default_factory=dict)

    def expected_registers(self) -> dict[str, int]:
        """All registers after the event that are not 0, or were recorded."""
        return {**self.pre, **self.post}
