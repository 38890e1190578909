"""Where everything of the picture goes: time is stretched where events are close, and cut where nothing happens.

An event stands at the edge that ends its cycle. It gets room for its words, so that no label touches
another or an arrow; a stretch of many idle cycles is cut short and marked. Words stand in the gaps
between the lanes, right of their arrow: gap k is above lane k.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from textwrap import wrap

from utrap.isa import Mode

from .document import hexadecimal
from .event import Event
from .timeline import Timeline

__all__ = ["FONT", "LANE", "Break", "Label", "Line", "Placed", "Segment", "lay_out", "text_width"]

#: The distance of two lanes, the size of the words, the height of a line of them.
LANE, FONT, LINE_HEIGHT = 74.0, 11.5, 13.5
#: A cycle that is shown as such, and one with an event; how many in a row are; the sides of a cut, and the cut.
_CELL, _EVENT, _LONGEST, _BESIDE, _CUT = 9.0, 36.0, 16, 2, 44.0
#: The distance of a label from its arrow, and from the next thing.
_OFFSET, _CLEAR = 7.0, 9.0
_LINE_LENGTH = 17
#: How far the loop of an event that stays in its lane reaches to both sides.
_LOOP = 6.0
_TAIL = 46.0


@dataclass(frozen=True)
class Label:
    """An event's words: where their box is, relative to the event."""

    lines: tuple[str, ...]
    detail: str
    gap: int
    width: float

    @property
    def height(self) -> float:
        return LINE_HEIGHT * (len(self.lines) + bool(self.detail))


@dataclass(frozen=True)
class Placed:
    """An event with its place.

    Attributes:
        number: Of the event among those that are drawn.
        x: Its place.
        start, end: The lanes that it leaves and enters.
    """

    number: int
    event: Event
    x: float
    start: int
    end: int
    label: Label | None


@dataclass(frozen=True)
class Break:
    """Idle cycles that are left out between two places."""

    x: float
    x2: float
    cycles: int

    @property
    def middle(self) -> float:
        return (self.x + self.x2) / 2


@dataclass(frozen=True)
class Segment:
    """The hart stays in a lane."""

    lane: int
    mode: Mode
    x: float
    x2: float


@dataclass
class Line:
    """One line of the picture.

    Attributes:
        width: Its length.
        first, last: The cycle boundaries at its ends.
        events, breaks, path: What is on it.
    """

    first: int
    last: int = 0
    width: float = 0.0
    events: list[Placed] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    path: list[Segment] = field(default_factory=list)
    # Cycle boundaries and their places, ascending.
    _anchors: list[tuple[int, float]] = field(default_factory=list)

    def anchor(self, boundary: int, x: float) -> None:
        """Say where a cycle boundary is."""
        if not self._anchors or boundary > self._anchors[-1][0]:
            self._anchors.append((boundary, x))

    def x_of(self, boundary: float) -> float:
        """The place of a cycle boundary: cycle c lies between the boundaries c and c + 1."""
        at = bisect_right(self._anchors, boundary, key=lambda anchor: anchor[0])
        if at == 0:
            return self._anchors[0][1]
        if at == len(self._anchors):
            return self._anchors[-1][1]
        (left, x), (right, x2) = self._anchors[at - 1], self._anchors[at]
        return x + (x2 - x) * (boundary - left) / (right - left)


def text_width(text: str, size: float = FONT, is_fixed: bool = False) -> float:
    """An upper estimate of a text's width in the fonts that the picture asks for, bold ones too."""
    if is_fixed:
        return len(text) * size * 0.605
    thin = sum(character in "iljI.,:' " for character in text)
    slim = sum(character in "ftr-()/" for character in text)
    wide = sum(character in "mwMW" for character in text)
    return (len(text) * 0.7 - thin * 0.32 - slim * 0.22 + wide * 0.33) * size


def label_of(event: Event) -> tuple[tuple[str, ...], str]:
    """An event's words in short lines, and a detail."""
    if event.kind.is_access:
        return (), ""
    lines = tuple(wrap(event.words, _LINE_LENGTH))
    detail = f"GPA {hexadecimal(event.gpa)}" if event.gpa is not None else ""
    return lines, detail


def lay_out(timeline: Timeline, longest: float | None = None) -> list[Line]:
    """Place the drawn events, on one line or on several that are no longer than `longest`."""
    events = timeline.drawn
    placer = _Placer(timeline, max(timeline.first, events[0].cycle - 5 if events else 0), timeline.start)
    placers = [placer]
    for number, event in enumerate(events):
        x, label = placer.fit(event)
        reach = x + (_OFFSET + label.width if label else 0.0)
        if longest is not None and placer.line.events and max(reach, x + _TAIL) > longest:
            following = _Placer(timeline, placer.boundary, placer.mode)
            placer.close(None)
            placer = following
            placers.append(placer)
            x, label = placer.fit(event)
        placer.put(number, event, x, label)
    placer.close(timeline.end if len(events) == len(timeline.events) else None)
    return [placer.line for placer in placers]


class _Placer:
    """Fills one line from left to right."""

    def __init__(self, timeline: Timeline, first: int, mode: Mode | None) -> None:
        self.line = Line(first)
        self.line.anchor(first, 0.0)
        #: Where the line has come to: a cycle boundary, the mode from there on.
        self.boundary, self.mode = first, mode
        self._lanes = {mode: number for number, mode in enumerate(timeline.modes)}
        self._x = self._path_x = 0.0
        # The right end of the last label in each gap.
        self._taken = [0.0] * (len(self._lanes) + 1)

    def fit(self, event: Event) -> tuple[float, Label | None]:
        """The first place where the event and its words touch nothing."""
        x = self._x + self._least(event.cycle + 1 - self.boundary)
        lines, detail = label_of(event)
        if not lines:
            return x, None
        start, end = self._lanes[event.from_mode], self._lanes[event.to_mode]
        gaps = range(min(start, end) + 1, max(start, end) + 1) if start != end else range(start, start + 1)
        clear = _CLEAR + (_LOOP if start == end else 0.0)
        x = max([x, *(self._taken[gap] + clear for gap in gaps)])
        # Beside the end of the arrow; an event that stays in its lane has a loop, and its words beside that.
        gap = gaps[-1] if end > start else gaps[0]
        width = max([text_width(text) for text in lines] + [text_width(detail, FONT - 1.5, True)])
        return x, Label(lines, detail, gap, width + (_LOOP if start == end else 0.0))

    def put(self, number: int, event: Event, x: float, label: Label | None) -> None:
        """Put the event there."""
        start, end = self._lanes[event.from_mode], self._lanes[event.to_mode]
        self._advance(x, event.cycle + 1)
        self._walk(event.from_mode, x)
        if label is not None:
            self._taken[label.gap] = x + _OFFSET + label.width
        self.line.events.append(Placed(number, event, x, start, end, label))
        self.mode = event.to_mode

    def close(self, end: int | None) -> None:
        """End the line: before a cycle, or open."""
        left = 5 if end is None else max(1, end - self.boundary)
        x = max(self._x + (self._least(left) if left > _LONGEST else _TAIL), 12 + max(self._taken))
        if not self.line.events:
            x = max(x, 480.0)
        self._advance(x, self.boundary + left)
        if self.mode is not None:
            self._walk(self.mode, x)
        self.line.width, self.line.last = x, self.boundary

    def _least(self, cycles: int) -> float:
        """The room that so many cycles take at least, the last one with an event."""
        return _EVENT + _CELL * (cycles - 1) if cycles <= _LONGEST else _EVENT + _CELL * (2 * _BESIDE - 1) + _CUT

    def _advance(self, x: float, boundary: int) -> None:
        """Move on to a cycle boundary, with a cut in between where time is long."""
        cycles = boundary - self.boundary
        if cycles > _LONGEST:
            left, right = self._x + _BESIDE * _CELL, x - _EVENT - (_BESIDE - 1) * _CELL
            self.line.anchor(self.boundary + _BESIDE, left)
            self.line.anchor(boundary - _BESIDE, right)
            self.line.breaks.append(Break(left, right, cycles - 2 * _BESIDE))
        if cycles > 1:
            self.line.anchor(boundary - 1, x - _EVENT)
        self.line.anchor(boundary, x)
        self._x, self.boundary = x, boundary

    def _walk(self, mode: Mode, x: float) -> None:
        """The hart's path up to a place."""
        if x > self._path_x:
            self.line.path.append(Segment(self._lanes[mode], mode, self._path_x, x))
            self._path_x = x
