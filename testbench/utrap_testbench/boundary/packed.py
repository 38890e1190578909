"""What a cycle must show, as bits of the vector that a bench sees: the rows of the output ports, made for speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from utrap_testbench.golden import Config

from .moment import Answer, Now
from .outputs import ALWAYS, BY_EVENT, BY_STATE, Output
from .vector import Layout

__all__ = ["PackedOutputs"]


class PackedOutputs:
    """The output ports of a hart, in one vector.

    Args:
        config: The hart.
        layout: What the bench sees; a port that it does not see is left out.
    """

    def __init__(self, config: Config, layout: Layout) -> None:
        self._by_event = _Rows(BY_EVENT, config, layout)
        self._by_state = _Rows(BY_STATE, config, layout)

    def by_event(self, answer: Answer) -> tuple[int, int]:
        """What answers the event, and the bits of it that mean something."""
        return self._by_event.packed(answer)

    def by_state(self, now: Now) -> tuple[int, int]:
        """What follows from state and lines, likewise."""
        return self._by_state.packed(now)


class _Rows:
    """Rows with their places in the vector; of what always means something the bits are the same in every cycle."""

    def __init__(self, rows: Sequence[Output[Any]], config: Config, layout: Layout) -> None:
        self._always: list[tuple[Callable[[Any], Any], int]] = []
        self._mask = 0
        self._sometimes: list[tuple[Callable[[Any], Any], Callable[[Any], Any], int, int]] = []
        for row in rows:
            width = row.width(config)
            if width and row.name in layout.offset:
                low = layout.offset[row.name]
                bits = (1 << width) - 1 << low
                if row.when is ALWAYS:
                    self._always.append((row.value, low))
                    self._mask |= bits
                else:
                    self._sometimes.append((row.when.holds, row.value, low, bits))

    def packed(self, moment: Now) -> tuple[int, int]:
        """The values that mean something, and their bits."""
        bits, mask = 0, self._mask
        for value, low in self._always:
            bits |= value(moment) << low
        for holds, value, low, ones in self._sometimes:
            if holds(moment):
                bits |= value(moment) << low
                mask |= ones
        return bits, mask
