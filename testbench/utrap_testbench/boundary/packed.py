"""What a cycle must show, as bits of the vector that a bench sees: the rows of the output ports, made for speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from operator import is_not
from typing import Any

from utrap_testbench.golden import Config, State

from .dependence import EVERY_FIELD, fields_read
from .moment import Answer, Now
from .outputs import ALWAYS, BY_EVENT, BY_STATE, Output
from .vector import Layout

__all__ = ["PackedOutputs"]


class PackedOutputs:
    """The output ports of a hart, in one vector.

    Args:
        config: The hart.
        layout: What the bench sees; a port that it does not see is left out.
        registers: What else it sees that follows from the state: for each the value, its lowest bit in the vector
            and its width.
    """

    def __init__(
        self, config: Config, layout: Layout, registers: Iterable[tuple[Callable[[State], int], int, int]] = ()
    ) -> None:
        self._by_event = _Rows(BY_EVENT, config, layout)
        self._by_state = _Remembered(config, layout, registers)

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


class _Remembered:
    """What follows from the state: each value is worked out anew where a field that it may read has changed."""

    def __init__(
        self, config: Config, layout: Layout, registers: Iterable[tuple[Callable[[State], int], int, int]]
    ) -> None:
        self._rows: list[Callable[[Now], tuple[int, int]]] = []
        for row in BY_STATE:
            width = row.width(config)
            if width and row.name in layout.offset:
                self._rows.append(_port(row, layout.offset[row.name], width))
        self._rows += [_register(*register) for register in registers]
        # By field, the rows that may read it, as bits of a number.
        self._readers = dict.fromkeys(EVERY_FIELD, 0)
        for number, made in enumerate(self._rows):
            for name in fields_read(lambda state, made=made: made(Now(config, state))):  # type: ignore[misc]
                self._readers[name] |= 1 << number
        self._parts = [(0, 0)] * len(self._rows)
        self._seen: State | None = None
        self._bits = self._mask = 0

    def packed(self, now: Now) -> tuple[int, int]:
        """The values that mean something, and their bits."""
        state, seen = now.state, self._seen
        if state is seen:
            return self._bits, self._mask
        if seen is None:
            stale = (1 << len(self._rows)) - 1
        else:
            stale, readers, fields = 0, self._readers, state.__dict__
            # A field that is as it was is mostly the same object; one that is not costs only time.
            for name in compress(fields, map(is_not, fields.values(), seen.__dict__.values())):
                stale |= readers[name]
        rows, parts = self._rows, self._parts
        while stale:
            number = stale.bit_length() - 1
            stale ^= 1 << number
            bits, mask = rows[number](now)
            old_bits, old_mask = parts[number]
            if bits != old_bits or mask != old_mask:
                parts[number] = bits, mask
                self._bits ^= old_bits ^ bits
                self._mask ^= old_mask ^ mask
        self._seen = state
        return self._bits, self._mask


def _port(row: Output[Now], low: int, width: int) -> Callable[[Now], tuple[int, int]]:
    value, ones = row.value, (1 << width) - 1 << low
    if row.when is ALWAYS:
        return lambda now: (value(now) << low, ones)
    holds = row.when.holds
    return lambda now: (value(now) << low, ones) if holds(now) else (0, 0)


def _register(read: Callable[[State], int], low: int, width: int) -> Callable[[Now], tuple[int, int]]:
    ones = (1 << width) - 1 << low
    return lambda now: (read(now.state) << low, ones)
