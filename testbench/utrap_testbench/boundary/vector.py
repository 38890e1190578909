"""Many named fields in one wide vector: what a bench drives in a cycle, and what it sees.

A handle of a simulator costs far more to touch than a bit of it, so a bench
has one vector in and one out. A field starts at a multiple of four bits: the
vector as hexadecimal text is cut into fields without arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

__all__ = ["Field", "Layout", "UnknownBits"]


class UnknownBits(ValueError):
    """A field is neither 0 nor 1 in some bit; the message names it and shows its digits."""


class Field(NamedTuple):
    """One field: a port as `<group>.<member>`, a register, or `<register>.<field>@<bit>` as stored."""

    name: str
    width: int


class Layout:
    """Fields from bit 0 upwards.

    Attributes:
        fields: The fields in order.
        offset: Each field's lowest bit, by name.
        digits: Hexadecimal digits of the whole vector.
    """

    def __init__(self, fields: Iterable[tuple[str, int]]) -> None:
        self.fields = tuple(Field(name, width) for name, width in fields)
        self.offset: dict[str, int] = {}
        position = 0
        for field in self.fields:
            self.offset[field.name] = position
            position += -(-field.width // 4) * 4
        self.digits = position // 4
        self._cuts = [
            (field.name, self.digits - self.offset[field.name] // 4 - -(-field.width // 4), -(-field.width // 4))
            for field in self.fields
        ]
        self._lengths = {name: length for name, _, length in self._cuts}

    def width_of(self, name: str) -> int:
        """Bits of a field."""
        return next(field.width for field in self.fields if field.name == name)

    @property
    def width(self) -> int:
        """Bits of the whole vector."""
        return self.digits * 4

    def pack(self, values: Mapping[str, int]) -> int:
        """The vector with these values; an absent field is 0."""
        return sum(value << self.offset[name] for name, value in values.items())

    def unpack(self, text: str) -> dict[str, int]:
        """The fields of a vector as a simulator prints it, all digits written.

        Raises:
            UnknownBits: When a digit is x or z.
        """
        try:
            return {name: int(text[start : start + length], 16) for name, start, length in self._cuts}
        except ValueError:
            for name, start, length in self._cuts:
                digits = text[start : start + length]
                if set(digits.lower()) & set("xz") or not digits:
                    raise UnknownBits(f"{name} is {digits or 'missing'}") from None
            raise

    def value(self, text: str, name: str) -> int:
        """One field of such a vector.

        Raises:
            KeyError: When there is no field of the name.
            UnknownBits: When a digit of it is x or z.
        """
        end = self.digits - self.offset[name] // 4
        digits = text[end - self._lengths[name] : end]
        try:
            return int(digits, 16)
        except ValueError:
            raise UnknownBits(f"{name} is {digits or 'missing'}") from None
