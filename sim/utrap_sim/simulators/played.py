"""The files of a bench that plays by itself: what it drives, cycle after cycle, and what it saw.

Both are binary, for text costs the simulator far more than the unit does. A
cycle of stimuli is its vector in whole bytes, the highest first. What was seen
are 32-bit words, the lowest byte first: as `%u` writes them where a simulator
has no unknown bits; else as `%z` does, of each word the bits, and then which of
them are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["FOUR_STATES", "STIMULI", "TWO_STATES", "Seen", "octets", "read_observed", "words", "write_stimuli"]

#: The files' names, in the folder where the simulator runs.
STIMULI = "stimuli.bin"
#: What was seen, by what a bit may be.
TWO_STATES, FOUR_STATES = "observed.two", "observed.four"


class Seen(NamedTuple):
    """What the bench saw in a cycle: the vector, and its bits that are neither 0 nor 1."""

    bits: int
    unknown: int

    def text(self, digits: int) -> str:
        """As hexadecimal text, with x for a digit that has an unknown bit."""
        text = f"{self.bits:0{digits}x}"
        if not self.unknown:
            return text
        holes = f"{self.unknown:0{digits}x}"
        return "".join(digit if hole == "0" else "x" for digit, hole in zip(text, holes, strict=True))


def octets(width: int) -> int:
    """The bytes that hold so many bits."""
    return -(-width // 8)


def words(width: int) -> int:
    """The 32-bit words that hold so many bits."""
    return -(-width // 32)


def write_stimuli(folder: Path, width: int, vectors: Iterable[int]) -> None:
    """Write what is to be driven; `width` has the vector's bits."""
    length = octets(width)
    (folder / STIMULI).write_bytes(b"".join([vector.to_bytes(length) for vector in vectors]))


def read_observed(folder: Path, width: int) -> list[Seen]:
    """What was seen, in each cycle that asked for it; `width` has the vector's bits."""
    if (two := folder / TWO_STATES).exists():
        return [Seen(bits, 0) for bits in _numbers(two.read_bytes(), width)]
    both = memoryview((folder / FOUR_STATES).read_bytes()).cast("I")
    return [Seen(*pair) for pair in zip(*(_numbers(both[first::2].tobytes(), width) for first in (0, 1)), strict=True)]


def _numbers(data: bytes, width: int) -> list[int]:
    size = 4 * words(width)
    return [int.from_bytes(data[start : start + size], "little") for start in range(0, len(data), size)]
