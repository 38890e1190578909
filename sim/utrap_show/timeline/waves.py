"""The waveforms under the picture: the signals that matter, on the picture's own stretched time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from utrap.isa import CommitOp, Mode

from .document import hexadecimal
from .layout import Line, text_width
from .timeline import Timeline, Wave

__all__ = ["HEIGHT", "wave_rows"]

#: The distance of two waveforms, and the height of one.
HEIGHT, _TALL = 30.0, 20.0
_SIZE = 10.5
_SHORT = {CommitOp.EXCEPTION: "EXC", CommitOp.INTERRUPT: "INT", CommitOp.DEBUG_CSR: "DBG"}
#: A value that takes less room than this is not told apart from its neighbours.
_THIN = 1.5


def wave_rows(timeline: Timeline, line: Line, top: float) -> list[Mapping[str, Any]]:
    """The rows for a template, the first one's middle at `top`."""
    waves = {wave.name: wave for wave in timeline.waves}
    rows = [("mode", "the hart's mode", _modes(timeline, line))]
    if "trace_kind" in waves:
        rows.append(("trace_kind", "the event", _values(waves["trace_kind"], line, _kind)))
    rows.append(("trace_cause", "code of a trap", _causes(timeline, line)))
    if "interrupt_request" in waves:
        rows.append(("interrupt_request", "an interrupt is due", _bits(waves["interrupt_request"], line)))
    entered = {event.to_mode for event in timeline.drawn if event.kind.is_trap}
    for mode, name in ((Mode.M, "mepc"), (Mode.S, "sepc"), (Mode.VS, "vsepc"), (Mode.U, "uepc")):
        if mode in entered and name in waves:
            rows.append((name, f"where {timeline.mode_name(mode)} goes back to", _values(waves[name], line, _hex)))
    return [
        {"name": name, "what": what, "y": top + HEIGHT * number, "tall": _TALL, "parts": list(parts)}
        for number, (name, what, parts) in enumerate(rows)
    ]


def _part(line: Line, first: float, last: float, text: str, style: str) -> Mapping[str, Any]:
    return {
        "x": line.x_of(first),
        "x2": line.x_of(last),
        "text": text,
        "width": text_width(text, _SIZE, True) + 6,
        "style": style,
    }


def _modes(timeline: Timeline, line: Line) -> Iterator[Mapping[str, Any]]:
    for mode, stays in groupby(line.path, key=lambda segment: segment.mode):
        segments = list(stays)
        yield {
            "x": segments[0].x,
            "x2": segments[-1].x2,
            "text": timeline.mode_name(mode),
            "width": text_width(timeline.mode_name(mode), _SIZE, True) + 6,
            "style": f"value {mode.name}",
        }


def _values(wave: Wave, line: Line, words: Any) -> Iterator[Mapping[str, Any]]:
    for first, last, value in _stretches(wave.changes, line):
        text = "x" if value is None else words(value)
        style = "unknown" if value is None else "value" if text else "idle"
        part = _part(line, first, last, text, style)
        if part["x2"] - part["x"] >= _THIN or text:
            yield part


def _bits(wave: Wave, line: Line) -> Iterator[Mapping[str, Any]]:
    for first, last, value in _stretches(wave.changes, line):
        yield _part(line, first, last, "", "unknown" if value is None else "high" if value else "low")


def _causes(timeline: Timeline, line: Line) -> Iterator[Mapping[str, Any]]:
    at = line.first
    for placed in line.events:
        event = placed.event
        if event.kind.is_trap and event.cause is not None:
            yield _part(line, at, event.cycle, "", "idle")
            yield _part(line, event.cycle, event.cycle + 1, str(event.cause), "value")
            at = event.cycle + 1
    yield _part(line, at, line.last, "", "idle")


def _stretches(changes: Sequence[tuple[int, int | None]], line: Line) -> Iterator[tuple[int, int, int | None]]:
    """From which cycle boundary to which the signal has which value, on the line alone."""
    for number, (cycle, value) in enumerate(changes):
        last = changes[number + 1][0] if number + 1 < len(changes) else line.last
        first, last = max(cycle, line.first), min(last, line.last)
        if first < last:
            yield first, last, value


def _kind(value: int) -> str:
    return _SHORT.get(CommitOp(value), CommitOp(value).name) if value else ""


def _hex(value: int) -> str:
    return hexadecimal(value) or ""
