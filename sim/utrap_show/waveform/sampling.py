"""Wires sampled at the rising edges of a clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from utrap.command_line.errors import UserError

from .recording import Recording
from .scopes import Scope, Wire

__all__ = ["Sample", "Values", "samples"]


class _Unset(bytes):
    """The value of a wire before the file gives it one: x."""


class Sample(NamedTuple):
    """The wires at a rising edge, as they were before it.

    Attributes:
        cycle: Rising edges before this one.
        time: In steps of the file's time scale.
        values: Every sampled wire: binary digits, or a name; one dictionary for all samples.
        old: What the wires that are looked out for and changed since the sample before had been.
        is_last: The end of the file instead of an edge: the values are those after the last edge.
    """

    cycle: int
    time: int
    values: Values
    old: Values
    is_last: bool = False


class Values(Mapping[str, bytes]):
    """Values by the names of wires; a wire in pieces has the digits of them all.

    Only a wire of which a piece is in `values` is there; `rest` has the other pieces.
    """

    def __init__(
        self, wires: Mapping[str, Wire], values: Mapping[bytes, bytes], rest: Mapping[bytes, bytes] | None = None
    ) -> None:
        self._codes = {name: tuple(piece.code for piece in wire.pieces) for name, wire in wires.items()}
        self._whole = {name: codes[0] for name, codes in self._codes.items() if len(codes) == 1}
        self._values, self._rest = values, rest or {}

    def __getitem__(self, name: str) -> bytes:
        if (whole := self._whole.get(name)) is not None:
            return self._values[whole]
        codes = self._codes[name]
        if not any(code in self._values for code in codes):
            raise KeyError(name)
        return b"".join(self._values[code] if code in self._values else self._rest[code] for code in codes)

    def copy(self) -> Values:
        """The values as they are now."""
        return self._with(dict(self._values))

    def _with(self, values: Mapping[bytes, bytes], rest: Mapping[bytes, bytes] | None = None) -> Values:
        other = object.__new__(Values)
        other._codes, other._whole, other._values, other._rest = self._codes, self._whole, values, rest or {}
        return other

    def changed(self, names: Iterable[str], before: Values) -> list[str]:
        """Those of the names that have another value than before."""
        now, then, whole = self._values, before._values, self._whole
        return [
            name
            for name in names
            if (now[whole[name]] != then[whole[name]] if name in whole else self[name] != before[name])
        ]

    def never(self, names: Iterable[str]) -> list[str]:
        """Those of the names that the file has given no value, or not to all their bits."""
        return [name for name in names if any(type(self._values[code]) is _Unset for code in self._codes[name])]

    def __iter__(self) -> Iterator[str]:
        return (name for name, codes in self._codes.items() if any(code in self._values for code in codes))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def samples(
    recording: Recording,
    scope: Scope,
    clock: str,
    names: Sequence[str],
    looked_out_for: Collection[str] | None = None,
    event: tuple[str, Callable[[bytes], bool]] | None = None,
) -> Generator[Sample]:
    """Yield the rising edges: all of them, or those with something new.

    Args:
        recording: The waveform, which can be read once.
        scope: The scope of the wires.
        clock: The clock's name.
        names: The wires.
        looked_out_for: Those of them whose change since the edge before makes an edge one with something new.
        event: A wire, and which of its values makes every edge one with something new.

    Raises:
        UserError: When the file cannot be read to its end, a wire cannot be read, or the clock never rises.
    """
    wires = {name: scope.wires[name] for name in names}
    for name, wire in {clock: scope.wires[clock], **wires}.items():
        if wire.problem:
            raise UserError(f"{recording.path}: {scope.name}.{name} {wire.problem}")
    [ticking] = scope.wires[clock].pieces
    widths = {piece.code: piece.width for wire in wires.values() for piece in wire.pieces}
    values: dict[bytes, bytes] = {code: _Unset(b"x" * (width or 1)) for code, width in widths.items()}
    loud = {piece.code for name in looked_out_for or () for piece in wires[name].pieces}
    name_of_event, is_event = event or ("", bool)
    telling = {piece.code for piece in wires[name_of_event].pieces} if event else frozenset()
    loud |= telling
    now = Values(wires, values)
    old: dict[bytes, bytes] = {}
    every, is_active, cycle, time = looked_out_for is None, False, -1, 0

    for time, is_edge, changes in recording.moments(ticking.code, widths):
        if is_edge:
            cycle += 1
            if old or is_active or every:
                yield Sample(cycle, time, now, now._with(old, values))
                old = {}
        is_told = False
        for code, value in changes:
            if code in loud and value != values[code]:
                old.setdefault(code, values[code])
                is_told |= code in telling
            values[code] = value
        if is_told:
            is_active = is_event(now[name_of_event])
    if cycle < 0:
        raise UserError(f"{recording.path} has no rising edge of {scope.name}.{clock}: nothing was recorded")
    yield Sample(cycle + 1, time, now, now._with(old, values), is_last=True)
