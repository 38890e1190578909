"""Numbers and conditions that are not known yet, for Python code that was written for integers.

A `Number` stands for a natural number below 2**width, as a z3 bit-vector of
that width. Its operators give exactly what Python's give on integers: a sum
or a left shift is wider than its operands, so nothing is ever cut off. What
would not be exact (a difference, a negative operand) is refused.

A comparison gives a `Condition`. Where Python asks for its truth, the
`Decider` in force says which way to go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import z3

__all__ = ["Condition", "Decider", "Number", "as_bits", "deciding", "number"]

#: Says whether a condition, a z3 Boolean, is to be taken as true.
Decider = Callable[[Any], bool]

_deciders: list[Decider] = []


@contextmanager
def deciding(decider: Decider) -> Iterator[None]:
    """Inside, `decider` is asked for the truth of conditions."""
    _deciders.append(decider)
    try:
        yield
    finally:
        _deciders.pop()


class Condition:
    """The result of a comparison."""

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("term",)

    def __init__(self, term: Any) -> None:
        self.term = term

    def __bool__(self) -> bool:
        return _deciders[-1](self.term)


def number(name: str, width: int) -> Any:
    """A number that may be anything below 2**width; `Any` because code under proof expects int."""
    return Number(z3.BitVec(name, width))


class Number:
    """A natural number; `term` is its bit-vector."""

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("term",)

    def __init__(self, term: Any) -> None:
        self.term = term

    @property
    def width(self) -> int:
        """Bits that hold it for certain."""
        return int(self.term.size())

    def __bool__(self) -> NoReturn:
        raise TypeError("the truth of a number was asked, not that of a comparison")

    # Bits.

    def __and__(self, other: object) -> Any:
        if isinstance(other, int):
            width = min(self.width, _natural(other).bit_length())
            if width == 0:
                return 0
            low = self.term if width == self.width else z3.Extract(width - 1, 0, self.term)
            mask = other & ((1 << width) - 1)
            return Number(low if mask + 1 == 1 << width else low & mask)
        if isinstance(other, Number):
            width = min(self.width, other.width)
            return Number(as_bits(self, width, cuts=True) & as_bits(other, width, cuts=True))
        return NotImplemented

    def __or__(self, other: object) -> Any:
        return self._with(other, lambda a, b: a | b)

    def __xor__(self, other: object) -> Any:
        return self._with(other, lambda a, b: a ^ b)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __lshift__(self, places: object) -> Any:
        if not isinstance(places, int):
            return NotImplemented
        return Number(z3.Concat(self.term, z3.BitVecVal(0, places))) if _natural(places) else self

    def __rshift__(self, places: object) -> Any:
        if isinstance(places, int):
            if _natural(places) >= self.width:
                return 0
            return Number(z3.Extract(self.width - 1, places, self.term)) if places else self
        if isinstance(places, Number):
            width = max(self.width, places.width)
            shifted = z3.LShR(as_bits(self, width), as_bits(places, width))
            return Number(shifted if width == self.width else z3.Extract(self.width - 1, 0, shifted))
        return NotImplemented

    def __rrshift__(self, value: object) -> Any:
        if not isinstance(value, int):
            return NotImplemented
        return Number(z3.BitVecVal(_natural(value), value.bit_length())) >> self if value else 0

    def __add__(self, other: object) -> Any:
        return self._with(other, lambda a, b: a + b, more=1)

    __radd__ = __add__

    def _with(self, other: object, operation: Callable[[Any, Any], Any], more: int = 0) -> Any:
        if isinstance(other, int):
            width = max(self.width, _natural(other).bit_length()) + more
        elif isinstance(other, Number):
            width = max(self.width, other.width) + more
        else:
            return NotImplemented
        return Number(operation(as_bits(self, width), as_bits(other, width)))

    # Comparisons.

    def __eq__(self, other: object) -> Any:
        return self._compared(other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return self._compared(other, lambda a, b: a != b)

    def __lt__(self, other: object) -> Any:
        return self._compared(other, z3.ULT)

    def __le__(self, other: object) -> Any:
        return self._compared(other, z3.ULE)

    def __gt__(self, other: object) -> Any:
        return self._compared(other, z3.UGT)

    def __ge__(self, other: object) -> Any:
        return self._compared(other, z3.UGE)

    def _compared(self, other: object, relation: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, int):
            width = max(self.width, _natural(other).bit_length())
        elif isinstance(other, Number):
            width = max(self.width, other.width)
        else:
            return NotImplemented
        return Condition(relation(as_bits(self, width), as_bits(other, width)))


def _natural(value: int) -> int:
    if value < 0:
        raise TypeError(f"{value} is negative: only natural numbers are exact here")
    return value


def as_bits(value: object, width: int, cuts: bool = False) -> Any:
    """The value, a number or an integer, as a bit-vector of the width; higher bits must be 0, or are cut off.

    Raises:
        OverflowError: When it may be too large, and nothing is to be cut off.
    """
    if isinstance(value, Condition):
        value = Number(z3.If(value.term, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1)))
    if isinstance(value, Number):
        if value.width == width:
            return value.term
        if value.width < width:
            return z3.ZeroExt(width - value.width, value.term)
        if not cuts:
            raise OverflowError(f"a number of {value.width} bits does not fit in {width}")
        return z3.Extract(width - 1, 0, value.term)
    bare = int(value)  # type: ignore[call-overload]
    if _natural(bare) >> width and not cuts:
        raise OverflowError(f"{bare:#x} does not fit in {width} bits")
    return z3.BitVecVal(bare, width)
