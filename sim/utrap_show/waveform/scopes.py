"""Scopes of a waveform and their wires, whole or dumped in pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Declared", "Piece", "Scope", "Wire", "joined"]


class Declared(NamedTuple):
    """One $var: what its changes are called, its type and width, and which bits of the wire it is."""

    code: bytes
    type: str
    width: int
    bits: tuple[int, int] | None


class Piece(NamedTuple):
    """Bits of a wire that change together.

    Attributes:
        code: What the changes are called.
        width: Digits of a value; None for values that are no bits: names, real numbers.
    """

    code: bytes
    width: int | None


@dataclass(frozen=True)
class Wire:
    """A wire of a scope.

    Attributes:
        pieces: The most significant one first; a wire that is dumped whole has one.
        type: The type of its declaration: "wire", "reg", "string", "real" ...
        problem: Why it cannot be read, as the end of a sentence that begins with its name; mostly "".
    """

    pieces: tuple[Piece, ...]
    type: str = "wire"
    problem: str = ""

    @property
    def width(self) -> int | None:
        """Bits; None for names and real numbers."""
        widths = [piece.width for piece in self.pieces]
        return None if None in widths else sum(width for width in widths if width is not None)


@dataclass(frozen=True)
class Scope:
    """A scope of the file.

    Attributes:
        name: With the names of the scopes around it, separated by dots.
        wires: By name, as the ports are named in the Verilog.
    """

    name: str
    wires: Mapping[str, Wire]

    def has(self, names: Sequence[str]) -> bool:
        return all(name in self.wires for name in names)


def joined(parts: Sequence[Declared]) -> Wire:
    """The wire of all declarations of one name: bit by bit and slices are put together by their indices."""
    parts = list(dict.fromkeys(parts))
    widest = max(parts, key=lambda part: part.width)
    rest = [part for part in parts if part != widest]
    if all(_covers(widest, part) for part in rest):
        return Wire((_piece(widest),), widest.type)
    ordered = sorted(parts, key=lambda part: min(part.bits or (0, 0)), reverse=True)
    pieces = tuple(_piece(part) for part in ordered)
    for part, below in pairwise(ordered):
        if part.bits is None or below.bits is None or min(part.bits) <= max(below.bits):
            return Wire(pieces, widest.type, "is declared several times, and differently")
        if min(part.bits) != max(below.bits) + 1:
            return Wire(pieces, widest.type, f"is dumped in pieces, and bit {max(below.bits) + 1} is missing")
    if ordered[-1].bits is not None and min(ordered[-1].bits):
        return Wire(pieces, widest.type, "is dumped in pieces, and bit 0 is missing")
    return Wire(pieces, widest.type)


def _covers(whole: Declared, part: Declared) -> bool:
    """Whether the one has the bits of the other; for the same bits, whether it is the same variable."""
    if whole.bits is None or part.bits is None or sorted(whole.bits) == sorted(part.bits):
        return whole.code == part.code
    return min(whole.bits) <= min(part.bits) and max(part.bits) <= max(whole.bits)


def _piece(part: Declared) -> Piece:
    return Piece(part.code, None if part.type in ("string", "real", "realtime") else part.width)
