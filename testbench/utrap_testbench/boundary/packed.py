"""What a cycle must show, as bits of the vector that a bench sees: the rows of the output ports, made for speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from utrap_testbench.golden import Config

from .moment import Answer, Now
from .outputs import ALWAYS, BY_EVENT, BY_STATE, Output
from .vector import Layout

__all__ = ["PackedOutputs"]

#: When the port means something (None: always), its value, its lowest bit, and its bits in the vector.
_Row = tuple[Callable[[Any], Any] | None, Callable[[Any], Any], int, int]


class PackedOutputs:
    """The output ports of a hart, in one vector.

    Args:
        config: The hart.
        layout: What the bench sees; a port that it does not see is left out.
    """

    def __init__(self, config: Config, layout: Layout) -> None:
        self._by_event = _rows(BY_EVENT, config, layout)
        self._by_state = _rows(BY_STATE, config, layout)

    def by_event(self, answer: Answer) -> tuple[int, int]:
        """What answers the event, and the bits of it that mean something."""
        return _packed(self._by_event, answer)

    def by_state(self, now: Now) -> tuple[int, int]:
        """What follows from state and lines, likewise."""
        return _packed(self._by_state, now)


def _rows(rows: Sequence[Output[Any]], config: Config, layout: Layout) -> list[_Row]:
    return [
        (
            None if row.when is ALWAYS else row.when.holds,
            row.value,
            layout.offset[row.name],
            (1 << row.width(config)) - 1 << layout.offset[row.name],
        )
        for row in rows
        if row.width(config) and row.name in layout.offset
    ]


def _packed(rows: list[_Row], moment: Now) -> tuple[int, int]:
    bits = mask = 0
    for holds, value, low, ones in rows:
        if holds is None or holds(moment):
            bits |= value(moment) << low
            mask |= ones
    return bits, mask
