"""A waveform in words: what was committed in each cycle, in which mode, what came of it, and what differs at the end."""

from __future__ import annotations

__all__ = ["events"]


def events(vcd: str) -> list[str]:
    """One line for each cycle."""
    return []
