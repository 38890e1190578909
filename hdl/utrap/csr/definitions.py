"""What a row of the CSR table says: one CSR with its fields.

A field is storage of its own, a view of another register's field, a constant,
or a level that the hart senses; its position is explicit and checked. All that
the hardware does with it stands in its row: the register file, the judgement
of accesses, the documents and the headers are folds over the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from utrap.csr.guards import Guard
from utrap.csr.warl import PLAIN, Warl
from utrap.design_error import DesignError
from utrap.isa import Target

__all__ = ["Column", "Csr", "CsrTableError", "Field", "condition"]


def condition(text: str) -> tuple[str, bool]:
    """Return the stored bit of a condition, and what it must be."""
    return text.removeprefix("~"), not text.startswith("~")


class CsrTableError(DesignError):
    """A table that contradicts itself: a mistake in the generator."""


@unique
class Column(IntEnum):
    """Wide registers of one kind, of which a read selects one before it selects the kind.

    A register that is in none joins one with a free place; the members are in
    the order in which they are filled.
    """

    NONE = 0
    EPC = 1  # a return selects in it too, so nothing else joins it
    SCRATCH = 2
    TVAL = 3
    TVEC = 4
    TVAL2 = 5
    TINST = 6
    WINDOW = 7


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a CSR as seen at one address.

    Its conditions are stored bits: "csr.field" must be 1, "~csr.field" must be 0.

    Attributes:
        name: The manual's name in lower case.
        lsb: Position of its lowest bit.
        width: Bits.
        storage: "csr.field" whose state it shows; "" for none.
        level: Name of a hardware level that reads ORed with the storage.
        level_where: Conditions under which the level counts.
        level_replaces: Where the level counts, it reads in the storage's place.
            What a write does then, `write_where` says.
        follows: The stored fields that alone decide the level; () for one that
            comes from outside.
        constant: Value of a field with neither storage nor level.
        is_writable: Whether a write through this address reaches the storage.
        mask: Bits of the field that can ever change.
        copies: A stored bit stands in this many bits of the field.
        reset: Value after reset (of a field that owns its storage).
        must_reset: The manual, or a specification, says what it is after reset.
        reset_level: Name of a hardware level whose bits in the field's place are
            taken while reset is 1, made legal as a write's; "" for none.
        on_trap: What a trap into the CSR's `target` stores here, by its name
            in `rules.entry.column_values`; "" for nothing.
        read_where: Conditions without which the field reads as 0.
        write_where: Conditions without which a write is ignored.
        clears: Stored fields that a write that stores `clears_at` here makes 0, whatever it
            writes into them.
        clears_at: That value, of a field of one bit.
        guest_where: Conditions without which an access with V=1 finds it read-only 0.
        column: The kind of wide register that its CSR is, for a read.
        rule: What a write stores, in words and as logic; the logic counts in
            the row that owns the storage.
    """

    name: str
    lsb: int
    width: int = 1
    storage: str = ""
    level: str = ""
    level_where: tuple[str, ...] = ()
    level_replaces: bool = False
    follows: tuple[str, ...] = ()
    constant: int = 0
    is_writable: bool = True
    mask: int = 0
    copies: int = 1
    reset: int = 0
    must_reset: bool = False
    reset_level: str = ""
    on_trap: str = ""
    read_where: tuple[str, ...] = ()
    write_where: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    clears_at: int = 1
    guest_where: tuple[str, ...] = ()
    column: Column = Column.NONE
    rule: Warl = PLAIN

    @property
    def bits(self) -> int:
        """The field's bits in its CSR, as a mask."""
        return ((1 << self.width) - 1) << self.lsb

    @property
    def needs_reset(self) -> bool:
        """Whether reset must give it a value: it is said, or without one it could be illegal (norm:warl_rst)."""
        bits = self.width // self.copies
        is_whole = self.copies > 1 or self.mask == (1 << bits) - 1
        said = self.must_reset or self.reset_level
        return bool(said) or not is_whole or not self.rule.stores_all(bits)

    @property
    def is_constant(self) -> bool:
        """Whether it always reads the same."""
        return not self.storage and not self.level

    @property
    def has_hidden_storage(self) -> bool:
        """Whether a read shows more than the bit that a write changes: a level ORed with it."""
        return bool(self.storage and self.level and self.is_writable and not self.level_replaces)

    @property
    def conditions(self) -> tuple[str, ...]:
        """All conditions that it depends on."""
        return (*self.level_where, *self.read_where, *self.write_where, *self.guest_where)


@dataclass(frozen=True, kw_only=True)
class Csr:
    """One CSR address of a configuration.

    Attributes:
        name: The manual's name.
        address: Its 12-bit number.
        source: Where it is specified: `norm:` tag or `HU-n`.
        fields: Its fields by position; bits in none of them are read-only 0.
        guards: What an access must pass beside the address's own rules.
        summary: What it is, in a few words.
        target: The mode whose traps write it.
        must_reset: The manual, or a specification, says what all that it shows is after reset.
        is_absent: The configuration lacks it, and no core has it instead.
        vs_name: The VS CSR that takes its place with V=1 (norm:H_vscsrs_sub):
            the one 0x100 above it, which the table fills in.
    """

    name: str
    address: int
    source: str
    summary: str
    fields: tuple[Field, ...]
    guards: tuple[Guard, ...] = ()
    target: Target | None = None
    must_reset: bool = False
    is_absent: bool = False
    vs_name: str = ""

    def __post_init__(self) -> None:
        seen = 0
        for field in self.fields:
            where = f"{self.name}.{field.name}"
            if field.bits & seen:
                raise CsrTableError(f"{where} overlaps another field")
            if field.mask >> field.width:
                raise CsrTableError(f"{where}: mask wider than the field")
            if field.on_trap and self.target is None:
                raise CsrTableError(f"{where}: on_trap={field.on_trap} without a target")
            seen |= field.bits

    @property
    def is_read_only(self) -> bool:
        """Whether the address says read-only (bits 11:10 both set)."""
        return self.address >> 10 == 0b11

    @property
    def lowest_mode_bits(self) -> int:
        """Address bits 9:8: 0 U, 1 S, 2 HS, 3 M."""
        return self.address >> 8 & 0b11

    @property
    def is_supervisor(self) -> bool:
        """Whether it is a supervisor CSR, which with V=1 may give way to a VS CSR."""
        return self.lowest_mode_bits == 1

    @property
    def column(self) -> Column:
        """The registers among which a read selects it."""
        return max((field.column for field in self.fields), default=Column.NONE)

    def owns(self, field: Field) -> bool:
        """Whether the field's storage lives in this CSR."""
        return field.storage == f"{self.name}.{field.name}"

    def field(self, name: str) -> Field:
        """Return a field by name."""
        return next(field for field in self.fields if field.name == name)
