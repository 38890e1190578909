"""Timelines: what a hart's trace port says in a recorded waveform, as rows, as a picture and as a page."""

from __future__ import annotations

from .event import Event, Write
from .read import read_timeline
from .timeline import Timeline

__all__ = ["Event", "Timeline", "Write", "read_timeline"]
