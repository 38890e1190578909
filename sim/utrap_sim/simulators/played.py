"""The files of a bench that plays by itself: what it drives, cycle after cycle, and what it saw.

Both are binary, for text costs the simulator far more than the unit does. A
cycle of stimuli is its vector in whole bytes, the highest first. What was seen
are 32-bit words as `%z` writes them, in the machine's order, the lowest first:
of each the bits, and then which of them are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

__all__ = ["OBSERVED", "STIMULI", "Seen", "octets", "read_observed", "words", "write_stimuli"]

#: The files' names, in the folder where the simulator runs.
STIMULI = "stimuli.bin"
OBSERVED = "observed.bin"


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
    size = 4 * words(width)
    data = (folder / OBSERVED).read_bytes()
    both = memoryview(data[: len(data) // (2 * size) * 2 * size]).cast("I")
    bits, unknown = both[::2].tobytes(), both[1::2].tobytes()
    starts = range(0, len(bits), size)
    if unknown == bytes(len(unknown)):
        return [Seen(int.from_bytes(bits[start : start + size], "little"), 0) for start in starts]
    return [
        Seen(*(int.from_bytes(some[start : start + size], "little") for some in (bits, unknown))) for start in starts
    ]
