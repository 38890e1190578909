"""A timeline for programs: docs/schemas/timeline.schema.json says what it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import utrap

from .event import Event, Write
from .timeline import Timeline

__all__ = ["document", "document_text", "event_document", "hexadecimal"]


def document(timeline: Timeline) -> Mapping[str, Any]:
    """The whole timeline; numbers that may be wide are text in hexadecimal."""
    return {
        "format": "utrap-timeline/1",
        "utrap": utrap.__version__,
        "title": timeline.title,
        "source": timeline.source,
        "scope": timeline.scope,
        "xlen": timeline.xlen,
        "modes": [timeline.mode_name(mode) for mode in timeline.modes],
        "software": {timeline.mode_name(mode): name for mode, name in timeline.software.items()},
        "cycles": timeline.cycles,
        "first": timeline.first,
        "last": timeline.end - 1,
        "timescale": {"magnitude": timeline.magnitude, "unit": timeline.unit},
        "period": timeline.period,
        "start": None if timeline.start is None else timeline.mode_name(timeline.start),
        "events": [event_document(timeline, event) for event in timeline.events],
        "notes": list(timeline.notes),
    }


def document_text(timeline: Timeline) -> str:
    """The same as text, one event on a line."""
    whole = dict(document(timeline))
    events = ",\n".join(json.dumps(event) for event in whole.pop("events"))
    head = json.dumps(whole, indent=1).removesuffix("\n}")
    return f'{head},\n "events": [\n{events}\n ]\n}}\n'


def event_document(timeline: Timeline, event: Event) -> Mapping[str, Any]:
    """One event."""
    return {
        "cycle": event.cycle,
        "time": event.time,
        "kind": event.kind.name.lower(),
        "from": timeline.mode_name(event.from_mode),
        "to": timeline.mode_name(event.to_mode),
        "cause": event.cause,
        "words": event.words,
        "epc": hexadecimal(event.epc),
        "tval": hexadecimal(event.tval),
        "gpa": hexadecimal(event.gpa),
        "gpa_note": event.gpa_note,
        "vector": hexadecimal(event.vector),
        "writes": _writes(event.writes),
        "others": _writes(event.others),
    }


def _writes(writes: Iterable[Write]) -> list[dict[str, str | None]]:
    return [
        {"csr": write.csr, "field": write.field, "old": hexadecimal(write.old), "new": hexadecimal(write.new)}
        for write in writes
    ]


def hexadecimal(value: int | None) -> str | None:
    """A number as text, or nothing for an unknown one."""
    return None if value is None else hex(value)
