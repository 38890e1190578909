"""Logic that tells addresses apart, with no more of the address than it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from amaranth.hdl import Const, Mux, Value

__all__ = ["any_of", "decide", "mux4"]


def any_of(conditions: Iterable[Value]) -> Value:
    """Return whether one of some conditions holds; 0 if there are none."""
    first, *others = [*conditions] or [Const(0, 1)]
    return reduce(or_, others, first)


def decide(address: Value, on: frozenset[int], off: frozenset[int]) -> Value:
    """Return 1 for every address in `on`, 0 for every one in `off`.

    For other addresses the result is either: a decision tree on the bits that
    separate the two sets best, and on no others.
    """
    if not on:
        return Const(0, 1)
    if not off:
        return Const(1, 1)

    def mixed(bit: int) -> int:
        """How many addresses stay on a side that still holds both kinds."""
        count = 0
        for value in (0, 1):
            yes = sum(1 for a in on if a >> bit & 1 == value)
            no = sum(1 for a in off if a >> bit & 1 == value)
            count += yes + no if yes and no else 0
        return count

    def splits(bit: int) -> bool:
        return len({a >> bit & 1 for a in on | off}) == 2

    bit = min(filter(splits, range(len(address))), key=mixed)
    low, high = (
        decide(
            address,
            frozenset(a for a in on if a >> bit & 1 == value),
            frozenset(a for a in off if a >> bit & 1 == value),
        )
        for value in (0, 1)
    )
    match low, high:
        case Const(value=0), Const(value=1):
            return address[bit]
        case Const(value=1), Const(value=0):
            return ~address[bit]
    return Mux(address[bit], high, low)


def mux4(selects: tuple[Value, Value], leaves: Sequence[Value], one_hot: bool) -> Value:
    """Select one of up to four values.

    Args:
        selects: The value's number.
        leaves: The values.
        one_hot: AND each with a select of its own, which is two gates for each; otherwise by multiplexers, one
            six-input LUT a bit.
    """
    if one_hot and len(leaves) > 2:
        return _gated(selects, leaves)
    padded = [*leaves, *[leaves[-1]] * (4 - len(leaves))]
    low, high = selects
    if len(leaves) == 1:
        return leaves[0]
    if len(leaves) == 2:
        return Mux(low, padded[1], padded[0])
    return Mux(high, Mux(low, padded[3], padded[2]), Mux(low, padded[1], padded[0]))


def _gated(selects: tuple[Value, Value], leaves: Sequence[Value]) -> Value:
    low, high = selects
    # Three leave a place free, which is the last one's too.
    ones = [~high & ~low, ~high & low, *([high] if len(leaves) == 3 else [high & ~low, high & low])]
    return any_of(
        Mux(one, leaf, Const(0, len(leaf)))
        for one, leaf in zip(ones, leaves, strict=True)
        if not (isinstance(leaf, Const) and leaf.value == 0)
    )
