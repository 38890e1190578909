"""The picture: a lane for each mode, the hart's path through them, an arrow for each trap and return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from utrap.isa import Mode

from .document import hexadecimal
from .event import Event, Kind
from .layout import FONT, LANE, LINE_HEIGHT, Line, Placed, lay_out, text_width
from .timeline import Timeline

__all__ = ["LANES", "axis", "environment", "palette", "plot", "spoken", "svg"]

#: The width of a line of the picture that stands alone, and of the column with the lanes' names.
_WIDTH, NAMES = 1180.0, 128.0
#: Above the first lane, with words there and without; what the axis takes below the last one.
_ABOVE, _CLOSE, _AXIS = 62.0, 30.0, 40.0
#: For each mode: light, dark, and its name in full with guests and without.
LANES: Mapping[Mode, tuple[str, str, str, str]] = {
    Mode.M: ("#b03060", "#f080a8", "machine", "machine"),
    Mode.S: ("#9c5c00", "#f0b050", "hypervisor", "supervisor"),
    Mode.U: ("#1f7f55", "#5fcf9a", "user", "user"),
    Mode.VS: ("#2563a8", "#7ab4f5", "guest supervisor", ""),
    Mode.VU: ("#6d4fb0", "#b49cf0", "guest user", ""),
}


def environment() -> Any:
    """Where templates are, and how they are filled."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("utrap_show.timeline", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["x"] = lambda value: f"{value:.1f}".rstrip("0").rstrip(".")
    return made


def palette() -> Mapping[str, tuple[str, str]]:
    """The modes' colours by the name of their class: light and dark."""
    return {mode.name: (light, dark) for mode, (light, dark, *_) in LANES.items()}


def svg(timeline: Timeline) -> str:
    """The picture as an SVG file that stands alone, light or dark as the reader's system is."""
    lines = lay_out(timeline, _WIDTH - NAMES - 24)
    height = plot_height(timeline)
    return str(
        environment()
        .get_template("timeline.svg")
        .render(
            timeline=timeline,
            lines=[plot(timeline, line) for line in lines],
            width=max(NAMES + 24 + max(line.width for line in lines), 560),
            line_height=height + 18,
            names=NAMES,
            palette=palette(),
            lanes=lanes(timeline),
            subtitle=subtitle(timeline),
            left_out=left_out(timeline),
            top=52,
        )
    )


def plot_height(timeline: Timeline) -> float:
    """The height of one line of the picture with its axis."""
    return lane_y(timeline, len(timeline.modes) - 1) + 30 + _AXIS


def lane_y(timeline: Timeline, lane: int) -> float:
    """The middle of a lane."""
    top = timeline.modes[0]
    has_words = any(e.from_mode is top and e.to_mode is top and not e.kind.is_access for e in timeline.drawn)
    return (_ABOVE if has_words else _CLOSE) + LANE * lane


def lanes(timeline: Timeline) -> list[Mapping[str, Any]]:
    """The lanes, for a template."""
    return [
        {
            "mode": mode.name,
            "name": timeline.mode_name(mode),
            "what": timeline.software.get(mode, LANES[mode][2 if timeline.has_h else 3]),
            "y": lane_y(timeline, number),
        }
        for number, mode in enumerate(timeline.modes)
    ]


def subtitle(timeline: Timeline) -> str:
    """What was read, in one line."""
    return f"{timeline.scope} in {timeline.source}: {timeline.counted}"


def left_out(timeline: Timeline) -> str:
    """What is not drawn, in one line, or nothing."""
    if len(timeline.drawn) == len(timeline.events):
        return ""
    return (
        f"Drawn are the first {len(timeline.drawn):,} of {len(timeline.events):,} events;"
        " --cycles FIRST:LAST draws others, --limit N more."
    )


def plot(timeline: Timeline, line: Line) -> Mapping[str, Any]:
    """A line of the picture as a template draws it."""
    bottom = lane_y(timeline, len(timeline.modes) - 1) + 30
    return {
        "width": line.width,
        "bottom": bottom,
        "height": plot_height(timeline),
        "path": [
            {"mode": segment.mode.name, "x": segment.x, "x2": segment.x2, "y": lane_y(timeline, segment.lane)}
            for segment in line.path
        ],
        "breaks": [
            {
                "x": cut.x,
                "x2": cut.x2,
                "middle": cut.middle,
                "text": f"{cut.cycles:,} cycles",
                "y": _path_y(timeline, line, cut.middle),
            }
            for cut in line.breaks
        ],
        "events": [_event(timeline, placed) for placed in line.events],
        "ticks": axis(timeline, line),
    }


def _path_y(timeline: Timeline, line: Line, x: float) -> float | None:
    return next((lane_y(timeline, segment.lane) for segment in line.path if segment.x <= x <= segment.x2), None)


def axis(timeline: Timeline, line: Line) -> list[Mapping[str, Any]]:
    """The cycles of the events, as many as have room."""
    ticks: list[Mapping[str, Any]] = []
    free = float("-inf")
    for placed in line.events:
        text = f"{placed.event.cycle:,}"
        half = text_width(text, FONT - 1, True) / 2
        has_room = placed.x - half > free and placed.x + half < line.width + 12
        if has_room:
            free = placed.x + half + 5
        low = lane_y(timeline, max(placed.start, placed.end))
        ticks.append({"x": placed.x, "y": low + 9, "text": text if has_room else "", "full": text})
    return ticks


def _event(timeline: Timeline, placed: Placed) -> Mapping[str, Any]:
    event, y, y2 = placed.event, lane_y(timeline, placed.start), lane_y(timeline, placed.end)
    down = 1 if y2 > y else -1
    label = None
    if placed.label is not None:
        middle = lane_y(timeline, placed.label.gap) - LANE / 2
        if y == y2:  # beside the loop
            middle = y - 15 - placed.label.height / 2
        top = middle - placed.label.height / 2 + LINE_HEIGHT * 0.78
        label = {
            "lines": [(top + LINE_HEIGHT * number, text) for number, text in enumerate(placed.label.lines)],
            "detail": placed.label.detail,
            "detail_y": top + LINE_HEIGHT * len(placed.label.lines),
            "width": placed.label.width,
            "gap": placed.label.gap,
        }
    return {
        "number": placed.number,
        "start": placed.start,
        "end": placed.end,
        "x": placed.x,
        "y": y,
        "y2": y2,
        "line_y": y + 7 * down,
        "line_y2": y2 - 9 * down,
        "down": down,
        "is_loop": y == y2,
        "from": event.from_mode.name,
        "to": event.to_mode.name,
        "style": style(event),
        "label": label,
        "spoken": spoken(timeline, event),
    }


def style(event: Event) -> str:
    """The class of an event's arrow."""
    if event.kind.is_return:
        return "return"
    styles = {
        Kind.INTERRUPT: "interrupt",
        Kind.RNMI: "interrupt",
        Kind.EXCEPTION: "exception",
        Kind.RESET: "reset",
        Kind.HALT: "reset",
    }
    return styles.get(event.kind, "access")


def spoken(timeline: Timeline, event: Event) -> str:
    """An event in one sentence, for a hint and for a reader that speaks."""
    modes = f"{timeline.mode_name(event.from_mode)} to {timeline.mode_name(event.to_mode)}"
    if event.kind.is_access:
        modes = f"in {timeline.mode_name(event.from_mode)}"
    details = [
        f"{name} {hexadecimal(value)}"
        for name, value in (("epc", event.epc), ("tval", event.tval), ("GPA", event.gpa), ("vector", event.vector))
        if value is not None
    ]
    return ", ".join([f"cycle {event.cycle:,}: {event.words}, {modes}", *details])
