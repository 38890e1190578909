"""Registers of 64 bits on every hart: RV64 has one CSR, RV32 one for each half.

norm:menvcfgh_sz_acc_op, norm:henvcfgh_sz_acc_op, norm:htimedeltah_sz_acc_op,
norm:stimecmp_stimecmph_sz_acc, norm:vstimecmp_acc, norm:vstimecmp_sz, norm:stateen_rv32_upper_bits_csrs,
norm:mseccfgh_sz_acc_op, norm:mseccfgh_presence.
"""

from __future__ import annotations

from collections.abc import Callable

from .rules import Rules
from .state import State

Value = Callable[[Rules, State], int]
Write = Callable[[Rules, State, int], None]

_HIGH = (1 << 32) - 1 << 32


def stored(field: str) -> Value:
    """The register as it is stored."""

    def value(r: Rules, s: State) -> int:
        whole: int = getattr(s, field)
        return whole

    return value


def low(value: Value) -> Value:
    """What the CSR without an h reads of a 64-bit value."""
    return lambda r, s: value(r, s) & r.xlen_mask


def high(value: Value) -> Value:
    """What the CSR with an h reads, on RV32."""
    return lambda r, s: value(r, s) >> 32


Legal = Callable[[int, int], int]


def plain(w: int, mask: int) -> int:
    """A legaliser that keeps the bits of the mask."""
    return w & mask


#: What else a write brings about.
Then = Callable[[Rules, State], None]


def nothing(r: Rules, s: State) -> None:
    """A write that concerns its own register alone."""


def write_low(field: str, mask: int, legal: Legal = plain, then: Then = nothing) -> Write:
    """A write of the CSR without an h: what `legal` makes of it; on RV32 the upper half stays."""

    def write(r: Rules, s: State, w: int) -> None:
        kept = 0 if r.xlen == 64 else getattr(s, field) & _HIGH
        setattr(s, field, kept | legal(w, mask) & r.xlen_mask)
        then(r, s)

    return write


def write_high(field: str, mask: int, then: Then = nothing) -> Write:
    """A write of the CSR with an h, on RV32: the lower half stays."""

    def write(r: Rules, s: State, w: int) -> None:
        setattr(s, field, getattr(s, field) & r.xlen_mask | (w << 32) & mask & _HIGH)
        then(r, s)

    return write
