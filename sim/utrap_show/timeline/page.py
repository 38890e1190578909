"""The page: the picture, the waveforms under it, the table; one file that asks for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .document import event_document
from .event import Event
from .layout import lay_out
from .picture import NAMES, environment, lanes, left_out, palette, plot, plot_height, spoken, style, subtitle
from .table import COLUMNS, rows
from .timeline import Timeline
from .waves import HEIGHT, wave_rows

__all__ = ["html"]


def html(timeline: Timeline) -> str:
    """The page as text."""
    [line] = lay_out(timeline)
    top = plot_height(timeline) + 34
    waves = wave_rows(timeline, line, top)
    table = rows(timeline, timeline.drawn)
    return str(
        environment()
        .get_template("timeline.html")
        .render(
            timeline=timeline,
            subtitle=subtitle(timeline),
            left_out=left_out(timeline),
            palette=palette(),
            lanes=lanes(timeline),
            line=plot(timeline, line),
            waves=waves,
            waves_top=top - 28,
            height=top + HEIGHT * len(waves) - 4,
            names=NAMES + 22,
            columns=COLUMNS,
            rows=list(zip(table, timeline.drawn, strict=True)),
            events=[_event(timeline, event) for event in timeline.drawn],
            period=timeline.clock_time(timeline.period),
        )
    )


def _event(timeline: Timeline, event: Event) -> Mapping[str, Any]:
    """An event for the page's script."""
    return {
        **event_document(timeline, event),
        "time": timeline.clock_time(event.time),
        "event": event.kind.value,
        "style": style(event),
        "from_class": event.from_mode.name,
        "to_class": event.to_mode.name,
        "spoken": spoken(timeline, event),
    }
