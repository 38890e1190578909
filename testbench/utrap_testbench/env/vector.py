"""What a bench drives and sees in a cycle: one vector of named fields for each direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

__all__ = ["Layout", "NamedField"]


class NamedField(Protocol):
    """A field of the vector."""

    @property
    def name(self) -> str:
        """Its name: `<port>.<member>`, a register, or `<register>.<field>@<bit>` as stored."""

    @property
    def width(self) -> int:
        """Its bits; it occupies a multiple of four."""


class Layout(Protocol):
    """Fields from bit 0 upwards."""

    @property
    def fields(self) -> tuple[NamedField, ...]:
        """The fields in order."""

    @property
    def offset(self) -> Mapping[str, int]:
        """Each field's lowest bit."""

    @property
    def width(self) -> int:
        """Bits of the vector."""

    def unpack(self, text: str) -> dict[str, int]:
        """The fields of a vector in hexadecimal; a ValueError names a field with unknown bits."""
