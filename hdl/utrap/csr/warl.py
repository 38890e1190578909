"""WARL rules: what a write to a field stores, in words and as logic in one.

A rule stands in the row of the field that owns the storage. Its words are for
`utrap csrs` and need no hardware language; its logic loads one when it is
asked for. A rule with logic of its own cites where it was decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, unique
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amaranth.hdl import Value

__all__ = [
    "PLAIN",
    "AddressSign",
    "AlignedIfVectored",
    "AnyBut",
    "AtMost",
    "Clamped",
    "ExistingMode",
    "Ignored",
    "SetOnly",
    "SupportedMode",
    "Warl",
    "Written",
]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A CSR write as the rule of one of its fields sees it.

    Attributes:
        value: What is written into the field.
        mask: The field's bits that can change.
        sibling: What is written into another field of the same CSR, by name.
        v: The virtualization mode of the access.
    """

    value: Value
    mask: int
    sibling: Callable[[str], Value]
    v: Value


@dataclass(frozen=True, kw_only=True)
class Warl:
    """The plain rule: bits that can change take what is written.

    Attributes:
        words: The rule as people read it; "" where every value is stored.
        source: Where it was decided: `warl:` and a word of docs/spec/warl.md.
    """

    words: str = ""
    source: str = ""

    def stores_all(self, bits: int) -> bool:
        """Whether a field of so many bits may hold every value: if not, power-up may leave it an illegal one."""
        return True

    def stored(self, write: Written) -> Value:
        """What the field stores, where it takes the write."""
        return self._masked(write.value, write.mask)

    @staticmethod
    def _masked(value: Value, mask: int) -> Value:
        from amaranth.hdl import Const

        return value if mask == (1 << len(value)) - 1 else value & Const(mask, len(value))

    def takes(self, write: Written) -> Value | None:
        """Whether the field takes the write; None for always."""
        return None

    def lets_csr_take(self, write: Written) -> Value | None:
        """Whether any field of the CSR takes the write; None for always."""
        return None


PLAIN = Warl()


@dataclass(frozen=True, kw_only=True)
class ExistingMode(Warl):
    """A mode that exists; anything else is stored as U.

    Attributes:
        has_s: Whether S-mode exists; without it one bit holds U or M.
    """

    words: str = "a mode that exists; any other value is stored as U"
    source: str = "warl:MPP"
    has_s: bool

    def stores_all(self, bits: int) -> bool:
        return not self.has_s

    def stored(self, write: Written) -> Value:
        from amaranth.hdl import Mux

        if not self.has_s:
            return write.value.all()
        return Mux(write.value[1] & ~write.value[0], 0, write.value)


@dataclass(frozen=True, kw_only=True)
class AtMost(Warl):
    """A number up to a limit; a larger one selects none and is stored as 0."""

    source: str = "warl:VGEIN"
    limit: int

    def stores_all(self, bits: int) -> bool:
        return self.limit == (1 << bits) - 1

    def stored(self, write: Written) -> Value:
        from amaranth.hdl import Mux

        value = write.value
        if self.limit < (1 << len(value)) - 1:
            value = Mux(value > self.limit, 0, value)
        return self._masked(value, write.mask)


@dataclass(frozen=True, kw_only=True)
class Clamped(Warl):
    """A number up to a limit; a larger one is stored as the limit."""

    source: str = "warl:ORDER"
    limit: int

    def stores_all(self, bits: int) -> bool:
        return self.limit == (1 << bits) - 1

    def stored(self, write: Written) -> Value:
        from amaranth.hdl import Mux

        return Mux(write.value > self.limit, self.limit, self._masked(write.value, write.mask))


@dataclass(frozen=True, kw_only=True)
class AddressSign(Warl):
    """The upper bits of an address, all alike: of one where they are not, another that is invalid is stored.

    norm:mepc_inv_addr_conv, norm:sepc_acc_invalid_addr, norm:mtval_inv_addr_conv, norm:mnepc_invalid_convert

    Attributes:
        below: The name of the field that holds the bits below.
    """

    source: str = "warl:va_bits"
    below: str

    def stored(self, write: Written) -> Value:
        return self.sign(write.value, write.sibling(self.below))

    @staticmethod
    def sign(upper: Value, lower: Value) -> Value:
        """Return the bit that stands for the upper bits of an address."""
        from amaranth.hdl import Mux

        return Mux(upper.all() | ~upper.any(), upper[0], ~lower[-1])


@dataclass(frozen=True, kw_only=True)
class AnyBut(Warl):
    """A reserved value is stored as 0.

    Attributes:
        reserved: The value.
    """

    source: str = "warl:CBIE"
    reserved: int

    def stores_all(self, bits: int) -> bool:
        return False

    def stored(self, write: Written) -> Value:
        from amaranth.hdl import Mux

        return Mux(write.value == self.reserved, 0, write.value)


@dataclass(frozen=True, kw_only=True)
class SetOnly(Warl):
    """A bit that a write can set, and none clears."""

    words: str = "a write sets it and never clears it"
    source: str = "warl:mncause"

    def takes(self, write: Written) -> Value | None:
        return write.value


@dataclass(frozen=True, kw_only=True)
class AlignedIfVectored(Warl):
    """A trap table's BASE: where MODE says vectored its low bits are 0, so that no adder is needed.

    Attributes:
        align: The table's alignment in bytes: 4 or 256.
        mode: The name of the field that says vectored in its lowest bit.
    """

    source: str = "warl:xtvec"
    align: int
    mode: str = "mode"

    def stored(self, write: Written) -> Value:
        from amaranth.hdl import Cat, Mux

        low_bits = self.align.bit_length() - 3
        if low_bits == 0:
            return write.value
        is_vectored = write.sibling(self.mode)[0]
        return Cat(Mux(is_vectored, 0, write.value[:low_bits]), write.value[low_bits:])


@unique
class Ignored(Enum):
    """What is ignored of a write with an unsupported MODE."""

    FIELD = "MODE"
    FIELD_OR_GUESTS_WRITE = "MODE; with V=1 the whole write"
    WRITE = "the whole write"


@dataclass(frozen=True, kw_only=True)
class SupportedMode(Warl):
    """A translation MODE out of those that are offered.

    Attributes:
        codes: The offered encodings.
        ignored: What an unsupported one makes ignored.
    """

    codes: tuple[int, ...]
    ignored: Ignored

    def stores_all(self, bits: int) -> bool:
        return False

    def _is_supported(self, write: Written) -> Value:
        return reduce(or_, (write.value == code for code in self.codes))

    def takes(self, write: Written) -> Value | None:
        return None if self.ignored is Ignored.WRITE else self._is_supported(write)

    def lets_csr_take(self, write: Written) -> Value | None:
        match self.ignored:
            case Ignored.FIELD:
                return None
            case Ignored.FIELD_OR_GUESTS_WRITE:
                # With V=1 the write came by satp's address.
                return self._is_supported(write) | ~write.v
            case Ignored.WRITE:
                return self._is_supported(write)
