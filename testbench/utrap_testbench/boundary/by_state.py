"""What follows from the state, as bits of a vector: a part is worked out anew where a field that it reads changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import compress
from operator import attrgetter, is_not
from typing import Any

from utrap_testbench.golden import Config, State

from .dependence import EVERY_FIELD, fields_read
from .moment import Now
from .outputs import ALWAYS, BY_STATE, Output
from .vector import Layout

__all__ = ["ByState", "Register"]

#: What is seen of a register: its value, its lowest bit in the vector, and its width.
Register = tuple[Callable[[State], int], int, int]
#: Values in their places, and the bits that mean something.
_Packed = tuple[int, int]
_Row = Callable[[Now], _Packed]
#: Ports that read no more fields than this together are worked out once for all states that have these fields alike.
_FEW = 11
#: So many answers are kept by each that keeps some, for fields with many values.
_MOST = 10_000


class ByState:
    """The ports and registers of a hart that follow from state and lines, in one vector."""

    def __init__(self, config: Config, layout: Layout, registers: Iterable[Register]) -> None:
        self._config = config
        ports = [row for row in BY_STATE if row.width(config) and row.name in layout.offset]
        rows = [(_port(row, layout.offset[row.name], row.width(config)), _read_by(config, row.name)) for row in ports]
        parts = _parts(rows, _FEW)
        parts += _parts([(_register(*register), fields_read(register[0])) for register in registers], 0)
        self._rows = [row for row, _ in parts]
        # By field, the parts that may read it, as bits of a number.
        self._readers = dict.fromkeys(EVERY_FIELD, 0)
        for number, (_, read) in enumerate(parts):
            for name in read:
                self._readers[name] |= 1 << number
        self._numbers_of: dict[int, tuple[int, ...]] = {}
        self._values = [(0, 0)] * len(parts)
        self._seen: State | None = None
        self._bits = self._mask = 0

    def packed(self, state: State) -> _Packed:
        """The values that mean something, and their bits."""
        seen = self._seen
        if state is seen:
            return self._bits, self._mask
        if seen is None:
            stale = (1 << len(self._rows)) - 1
        else:
            stale, readers, fields = 0, self._readers, state.__dict__
            # A field that is as it was is mostly the same object; one that is not costs only time.
            for name in compress(fields, map(is_not, fields.values(), seen.__dict__.values())):
                stale |= readers[name]
        self._seen = state
        if stale:
            now, rows, values = Now(self._config, state), self._rows, self._values
            for number in self._numbers_of.get(stale) or self._numbers(stale):
                value, old = rows[number](now), values[number]
                if value != old:
                    values[number] = value
                    self._bits ^= old[0] ^ value[0]
                    self._mask ^= old[1] ^ value[1]
        return self._bits, self._mask

    def _numbers(self, stale: int) -> tuple[int, ...]:
        """The places of the ones in a number, and for the next time: the same few numbers come again and again."""
        if len(self._numbers_of) >= _MOST:
            self._numbers_of.clear()
        numbers = tuple(number for number in range(len(self._rows)) if stale >> number & 1)
        self._numbers_of[stale] = numbers
        return numbers


@lru_cache(1_000)
def _read_by(config: Config, name: str) -> frozenset[str]:
    """The fields that a port may read: found once for each hart, which takes a part of a second for all ports."""
    port = next(row for row in BY_STATE if row.name == name)
    row = _port(port, 0, port.width(config))
    return fields_read(lambda state: row(Now(config, state)))


def _parts(rows: Sequence[tuple[_Row, frozenset[str]]], few: int) -> list[tuple[_Row, frozenset[str]]]:
    """All rows with the fields that they read, several as one where that is worth it."""
    parts: list[tuple[_Row, frozenset[str]]] = []
    for read, numbers in _groups([read for _, read in rows], few):
        row = rows[numbers[0]][0] if len(numbers) == 1 else _together([rows[number][0] for number in numbers])
        parts.append((_remembering(row, read) if 1 < len(read) <= few else row, read))
    return parts


def _groups(fields: Sequence[frozenset[str]], few: int) -> list[tuple[frozenset[str], list[int]]]:
    """The numbers of all rows, those together that read the same fields, or few and some of them the same."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for number, read in enumerate(fields):
        for place, (together, numbers) in enumerate(groups):
            if read == together or (read & together and len(read | together) <= few):
                groups[place] = read | together, [*numbers, number]
                break
        else:
            groups.append((read, [number]))
    return groups


def _together(rows: Sequence[_Row]) -> _Row:
    def packed(now: Now) -> _Packed:
        bits = mask = 0
        for row in rows:
            more_bits, more_mask = row(now)
            bits |= more_bits
            mask |= more_mask
        return bits, mask

    return packed


def _remembering(row: _Row, fields: frozenset[str]) -> _Row:
    """The row, which keeps what it has given for each of the values that the fields had."""
    key_of: Callable[[State], Any] = attrgetter(*sorted(fields))
    known: dict[Any, _Packed] = {}

    def packed(now: Now) -> _Packed:
        key = key_of(now.state)
        found = known.get(key)
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[key] = row(now)
        return found

    return packed


def _port(row: Output[Now], low: int, width: int) -> _Row:
    value, ones = row.value, (1 << width) - 1 << low
    if row.when is ALWAYS:
        return lambda now: (value(now) << low, ones)
    holds = row.when.holds
    return lambda now: (value(now) << low, ones) if holds(now) else (0, 0)


def _register(read: Callable[[State], int], low: int, width: int) -> _Row:
    ones = (1 << width) - 1 << low
    return lambda now: (read(now.state) << low, ones)
