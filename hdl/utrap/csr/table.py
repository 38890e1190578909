"""The CSR table: every trap CSR of a configuration, field by field.

The register file, the documents and the C header are folds over it. A field
is storage of its own, a view of another register's field, a constant, or a
level that the hart senses; its position is explicit and checked.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Csr", "CsrTableError", "Field", "Guard"]

from enum import Enum, unique


class CsrTableError(AssertionError):
    """A table that contradicts itself: a mistake in the generator."""


@unique
class Guard(Enum):
    """A condition on an access beyond what the address says."""

    NONE = "none"
    SATP = "satp"  # mstatus.TVM, hstatus.VTVM
    HGATP = "hgatp"  # mstatus.TVM
    HOST = "host"  # V=1: virtual instruction (HU-3, HU-4)
    SHUDELEG_USER = "shudeleg user"  # as HOST, and U needs hudcfg.EN (HU-2)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a CSR as seen at one address.

    Attributes:
        name: The manual's name in lower case.
        lsb: Position of its lowest bit.
        width: Bits.
        storage: "csr.field" whose state it shows; "" for none.
        level: Name of a hardware level that reads ORed with the storage.
        constant: Value of a field with neither storage nor level.
        is_writable: Whether a write through this address reaches the storage.
        mask: Bits of the field that can ever change.
        copies: A stored bit stands in this many bits of the field.
        reset: Value after reset (of a field that owns its storage).
        column: Trap column that shares its write data ("" for none).
        read_where: Storage bits that must be 1 or the field reads as 0.
        write_where: Storage bits that must be 1 or a write is ignored.
        rule: The WARL rule in words; "" for a plain field.
    """

    name: str
    lsb: int
    width: int = 1
    storage: str = ""
    level: str = ""
    constant: int = 0
    is_writable: bool = True
    mask: int = 0
    copies: int = 1
    reset: int = 0
    column: str = ""
    read_where: tuple[str, ...] = ()
    write_where: tuple[str, ...] = ()
    rule: str = ""

    @property
    def bits(self) -> int:
        """The field's bits in its CSR, as a mask."""
        return ((1 << self.width) - 1) << self.lsb

    @property
    def is_constant(self) -> bool:
        """Whether it always reads the same."""
        return not self.storage and not self.level


@dataclass(frozen=True, kw_only=True)
class Csr:
    """One CSR address of a configuration.

    Attributes:
        name: The manual's name.
        address: Its 12-bit number.
        source: Where it is specified: `norm:` tag or `HU-n`.
        fields: Its fields by position; bits in none of them are read-only 0.
        guard: What an access must pass beside the address's own rules.
        vs_name: The VS CSR that takes its place with V=1 (norm:H_vscsrs_sub).
        summary: What it is, in a few words.
    """

    name: str
    address: int
    source: str
    summary: str
    fields: tuple[Field, ...]
    guard: Guard = Guard.NONE
    vs_name: str = ""

    def __post_init__(self) -> None:
        seen = 0
        for field in self.fields:
            where = f"{self.name}.{field.name}"
            if field.bits & seen:
                raise CsrTableError(f"{where} overlaps another field")
            if field.mask >> field.width:
                raise CsrTableError(f"{where}: mask wider than the field")
            seen |= field.bits

    @property
    def is_read_only(self) -> bool:
        """Whether the address says read-only (bits 11:10 both set)."""
        return self.address >> 10 == 0b11

    @property
    def lowest_mode_bits(self) -> int:
        """Address bits 9:8: 0 U, 1 S, 2 HS, 3 M."""
        return self.address >> 8 & 0b11

    def owns(self, field: Field) -> bool:
        """Whether the field's storage lives in this CSR."""
        return field.storage == f"{self.name}.{field.name}"

    def field(self, name: str) -> Field:
        """Return a field by name."""
        return next(field for field in self.fields if field.name == name)
