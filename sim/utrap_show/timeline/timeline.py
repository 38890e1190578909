"""A timeline: the events of a hart, as values; `table`, `picture`, `page` and `document` show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from utrap.isa import Mode

from .event import Event, mode_name

__all__ = ["Timeline", "Wave"]

_SCALES = ("fs", "ps", "ns", "us", "ms", "s")


@dataclass(frozen=True)
class Wave:
    """A signal over the drawn cycles.

    Attributes:
        name: The wire's, as in the file.
        changes: The cycles in which it takes a value, with the value; None is unknown.
    """

    name: str
    changes: Sequence[tuple[int, int | None]]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The events of one hart.

    Attributes:
        title: What was recorded.
        source: The file's name.
        scope: The scope of its trace port.
        xlen: Bits of a register.
        has_h: Whether the hart has guests: S-mode is HS then.
        modes: The hart's modes in the order of their lanes.
        cycles: Rising edges of the clock in the file.
        first, end: The cycles that are told: from the first one to before the end.
        magnitude, unit: The file's time scale: how long a step of time is, as 10 and "ns"; "" where it does not say.
        period: Steps from one rising edge to the next.
        start: The mode before the first event; None where the file does not say.
        events: In the file's order.
        waves: The signals that matter, over the drawn cycles.
        limit: So many events are drawn at most.
        notes: What the reader should know.
        software: What runs in a mode, where somebody has said it: "VMM".
    """

    title: str
    source: str
    scope: str
    xlen: int
    has_h: bool
    modes: tuple[Mode, ...]
    cycles: int
    first: int
    end: int
    magnitude: int
    unit: str
    period: int
    start: Mode | None
    events: Sequence[Event]
    waves: Sequence[Wave] = ()
    limit: int = 200
    notes: Sequence[str] = field(default_factory=tuple)
    software: Mapping[Mode, str] = field(default_factory=dict)

    @property
    def drawn(self) -> Sequence[Event]:
        """The events that the picture and the page show."""
        return self.events[: self.limit]

    @property
    def counted(self) -> str:
        """How many events in which cycles, in words."""
        count = len(self.events)
        events = f"{count:,} event{'' if count == 1 else 's'}"
        if (self.first, self.end) == (0, self.cycles):
            return f"{events} in {self.cycles:,} cycles"
        return f"{events} in the cycles {self.first:,} to {self.end - 1:,} of {self.cycles:,}"

    def mode_name(self, mode: Mode) -> str:
        """M, HS (S on a hart without guests), U, VS or VU."""
        return mode_name(mode, self.has_h)

    def clock_time(self, time: int) -> str:
        """A time in the unit in which the clock's period is 1 or more: "12.5 ns"; in steps where there is no unit."""
        if not self.unit:
            return str(time)
        step = _SCALES.index(self.unit)
        shift = 0
        while step + shift + 1 < len(_SCALES) and self.magnitude * self.period >= 1000 ** (shift + 1):
            shift += 1
        value, divisor = time * self.magnitude, 1000**shift
        digits = f"{value // divisor}"
        fraction = f"{value % divisor:0{3 * shift}}".rstrip("0") if shift else ""
        return f"{digits}{'.' + fraction if fraction else ''} {_SCALES[step + shift]}"
