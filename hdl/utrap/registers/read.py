"""The read multiplexer: registers of one kind as columns, indexed by mode.

A LUT of six inputs selects one of four values, so the wide registers stand in
a tree of four-way selections: a row (the mode) within a column first. The
narrow ones, which share few bits, are ANDed and ORed; so are all of them where
gates count and not LUTs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.csr.configured import VS_OFFSET, csrs, csrs_by_level
from utrap.csr.definitions import Column, Csr
from utrap.registers.decode import any_of, decide, mux4
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["Selects", "connect_read", "reach", "select"]

SELECTS = Section(
    phase=Phase.READ,
    title="Which CSR does the address select?",
    rules="norm:H_vscsrs_sub, norm:H_scsrs_nomatch",
    text=(
        "With V=1 a supervisor address is the VS address above it; beyond that no more of the address is looked at"
        " than tells the unit's own CSRs apart, so a select means nothing where csr_is_owned is 0."
    ),
)
SECTION = Section(
    phase=Phase.READ,
    place=1,
    title="What does the CSR read?",
    text="Wide registers in columns of four, a row of each mode; narrow ones, which share few bits, ANDed and ORed.",
)

#: A value, with the effective addresses at which it is read.
Leaf = tuple[frozenset[int], Value]

_WIDE_BITS = 24
#: A four-way selection is one LUT a bit.
_PLACES = 4
#: So many columns that are not full share a LUT with others.
_PARTIAL = 2


def reach(state: State, row: Csr) -> frozenset[int]:
    """Return the effective addresses at which a CSR stands.

    The effective address is the instruction's, but for a supervisor address
    with V=1, which is 0x100 higher; a supervisor CSR without a VS counterpart
    stands at both (norm:H_scsrs_nomatch).
    """
    if state.config.h and row.is_supervisor and not row.vs_name:
        return frozenset({row.address, row.address + VS_OFFSET})
    return frozenset({row.address})


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """Tells the unit's own addresses apart, of which the virtualization mode makes effective ones.

    Attributes:
        address: The address of the access, 12 bits.
        v: The virtualization mode of the access; it is known late, so that what does not need it does not wait.
        owned: The addresses that are the unit's own.
    """

    address: Value
    v: Value
    owned: frozenset[int]

    def decide(self, on: frozenset[int], off: frozenset[int]) -> Value:
        """Return 1 for every effective address in `on`, 0 for every one in `off`; for others either."""
        found = {
            (here, there): decide(self.address, here, there)
            for here, there in ((self._of(on, v), self._of(off, v)) for v in (False, True))
        }
        real, virtual = next(iter(found.values())), [*found.values()][-1]
        return real if len(found) == 1 else Mux(self.v, virtual, real)

    def choose(self, leaves: Sequence[Leaf]) -> tuple[Value, Value]:
        """Return two select bits that tell up to four sets of effective addresses apart."""
        selects = []
        for bit in range(2):
            on, off = (
                frozenset().union(*(addresses for i, (addresses, _) in enumerate(leaves) if i >> bit & 1 == value))
                for value in (1, 0)
            )
            selects.append(self.decide(on, off))
        return selects[0], selects[1]

    def _of(self, effective: frozenset[int], v: bool) -> frozenset[int]:
        """Return the own addresses that are some effective ones."""
        return frozenset(a for a in self.owned if a + (VS_OFFSET if v and a >> 8 & 3 == 1 else 0) in effective)


@dataclass(frozen=True, kw_only=True)
class Selects:
    """What the effective address selects.

    Attributes:
        decoder: The decoder of the effective address.
        is_row: Whether each CSR, by name, is the one; exact among the unit's
            own CSRs only.
    """

    decoder: Decoder
    is_row: dict[str, Value]


def select(m: Module, state: State, address: Value, v: Value) -> Selects:
    """Decode an address; `v` is the virtualization mode of the access."""
    rows = csrs(state.config)
    everywhere = frozenset().union(*(reach(state, row) for row in rows))
    decoder = Decoder(address=address, v=v, owned=frozenset(row.address for row in rows))
    is_row = {}
    for row in rows:
        here = reach(state, row)
        is_row[row.name] = SELECTS.signal(m, f"select_{row.name}", decoder.decide(here, everywhere - here))
    return Selects(decoder=decoder, is_row=is_row)


def _is_wide(row: Csr) -> bool:
    return sum(field.width for field in row.fields if not field.is_constant) >= _WIDE_BITS


def _top(row: Csr) -> int:
    """The highest bit that a register holds."""
    return max(field.lsb + field.width for field in row.fields if not field.is_constant)


def _is_half(row: Csr) -> bool:
    """Whether all that a register holds is in the lower 32 bits."""
    return _top(row) <= 32


def _columns(wide: Iterable[Csr]) -> list[list[Csr]]:
    """Put the wide registers into columns of at most four."""
    of_kind: dict[Column, list[Csr]] = {column: [] for column in Column}
    for row in wide:
        of_kind[row.column].append(row)
    unplaced = of_kind.pop(Column.NONE)
    columns = [rows[i : i + _PLACES] for rows in of_kind.values() for i in range(0, len(rows), _PLACES)]
    # Those of 32 bits stand together: then RV64's upper half has a column less.
    for row in sorted(unplaced, key=lambda row: (_is_half(row), row.address)):
        roomy = [column for column in columns if len(column) < _PLACES]
        alike = [column for column in roomy if _is_half(column[0]) == _is_half(row)]
        if roomy:
            [*alike, *roomy][0].append(row)
        else:
            columns.append([row])
    return columns


def _items(wide: Iterable[Csr]) -> list[list[Csr]]:
    """Put the wide registers into columns, of four where more than two would not be full.

    Then one or two that are left over, the widest, stay alone. Up to two that are not full share a LUT anyway.
    """
    columns = _columns(wide)
    if sum(len(column) < _PLACES for column in columns) <= _PARTIAL:
        return columns
    over = [row for column in columns if len(column) < _PLACES for row in column]
    over.sort(key=_top)
    columns = [column for column in columns if len(column) == _PLACES]
    columns += [over[i : i + _PLACES] for i in range(0, len(over) - _PLACES + 1, _PLACES)]
    rest = over[len(over) // _PLACES * _PLACES :]
    return columns + ([rest] if len(rest) == _PLACES - 1 else [[row] for row in rest])


def connect_read(m: Module, state: State, selects: Selects, answer: Any, is_owned: Value, outside: Value) -> None:
    """Drive what an access reads: one of the unit's own CSRs, or one outside.

    Args:
        m: The module.
        state: The state.
        selects: What the address selects.
        answer: The outputs.
        is_owned: The unit owns the address; otherwise what is selected means nothing.
        outside: What a CSR outside reads.
    """
    config = state.config
    wide_rows = [] if config.is_one_hot else [row for row in csrs_by_level(config) if _is_wide(row)]
    narrow_rows = [row for row in csrs(config) if row not in wide_rows]

    def node(name: str, leaves: list[Leaf]) -> Leaf:
        if len(leaves) == 1:
            return leaves[0]
        selected = [SECTION.signal(m, f"{name}_row_{bit}", s) for bit, s in enumerate(selects.decoder.choose(leaves))]
        value = SECTION.signal(m, name, mux4((selected[0], selected[1]), [v for _, v in leaves], one_hot=False))
        return frozenset().union(*(a for a, _ in leaves)), value

    columns = _items(wide_rows)
    items = [
        node(f"column_{rows[0].name}", [(reach(state, row), state.views[row.name]) for row in rows]) for rows in columns
    ]
    masked = [Mux(selects.is_row[row.name], state.views[row.name], 0) for row in narrow_rows if row.fields]
    narrow = SECTION.signal(m, "read_narrow", any_of(masked))
    # A register that is alone joins as many of those before it as leave full selections for the others.
    if len(columns) > _PARTIAL and len(columns[-1]) == 1 and (count := (len(columns) - _PARTIAL) % (_PLACES - 1)):
        items = [*items[: -count - 1], node("columns_rest", items[-count - 1 :])]
    level = 0
    while len(items) >= _PLACES:
        level += 1
        groups = [items[i : i + _PLACES] for i in range(0, len(items), _PLACES)]
        items = [node(f"columns_{level}_{i}", group) for i, group in enumerate(groups)]
    wide: Value = Const(0, config.xlen)
    if items:
        narrow_addresses = frozenset().union(*(reach(state, row) for row in narrow_rows))
        _, wide = node("read_wide", [(narrow_addresses, wide), *items])
    beside = SECTION.signal(m, "read_beside", Mux(is_owned, narrow, outside))
    # At a wide register's address no narrow one is selected, so that an OR, which is shallower than a choice where
    # it is late, puts them together.
    SECTION.drive(m, answer.rdata, beside | Mux(is_owned, wide, 0) if items else beside)
