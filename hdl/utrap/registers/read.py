"""The read multiplexer: registers of one kind as columns, indexed by mode.

A LUT of six inputs selects one of four values, so the wide registers stand in
a tree of four-way selections: a row (the mode) within a column first. The
narrow ones, which share few bits, are ANDed and ORed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value

from utrap.csr.configured import VS_OFFSET, csrs, csrs_by_level
from utrap.csr.definitions import Column, Csr
from utrap.registers.decode import choose, decide, mux4
from utrap.registers.state import State

__all__ = ["Selects", "connect_read", "reach"]

_WIDE_BITS = 24
#: A four-way selection is one LUT a bit.
_PLACES = 4


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
class Selects:
    """What the effective address selects.

    Attributes:
        address: The effective address, 12 bits.
        is_row: Whether each CSR, by name, is the one; exact among the unit's
            own CSRs only.
    """

    address: Value
    is_row: dict[str, Value]


def select(m: Module, state: State, address: Value, v: Value) -> Selects:
    """Decode an address; `v` is the virtualization mode of the access."""
    effective = Signal(12, name="csr_effective_address")
    m.d.comb += effective.eq(address)
    with m.If(v & (address[8:10] == 1)):
        m.d.comb += effective[8:10].eq(2)
    rows = csrs(state.config)
    everywhere = frozenset().union(*(reach(state, row) for row in rows))
    is_row = {}
    for row in rows:
        here = reach(state, row)
        is_row[row.name] = Signal(name=f"select_{row.name}")
        m.d.comb += is_row[row.name].eq(decide(effective, here, everywhere - here))
    return Selects(address=effective, is_row=is_row)


def _is_wide(row: Csr) -> bool:
    bits = sum(field.width for field in row.fields if not field.is_constant)
    return bits >= _WIDE_BITS and bool(row.fields)


def _columns(wide: Iterable[Csr]) -> tuple[list[Csr], list[list[Csr]]]:
    """Put the wide registers into columns of at most four; return the column of xepc and the others."""
    of_kind: dict[Column, list[Csr]] = {column: [] for column in Column}
    for row in wide:
        of_kind[row.column].append(row)
    unplaced, epc = of_kind.pop(Column.NONE), of_kind.pop(Column.EPC)
    others = [rows[i : i + _PLACES] for rows in of_kind.values() for i in range(0, len(rows), _PLACES)]
    for row in sorted(unplaced, key=lambda row: row.address):
        roomy = [column for column in others if len(column) < _PLACES]
        if roomy:
            roomy[0].append(row)
        else:
            others.append([row])
    return epc, others


Leaf = tuple[frozenset[int], Value]


def connect_read(m: Module, state: State, selects: Selects, returning: dict[str, Value]) -> tuple[Value, Value]:
    """Build the multiplexer.

    Args:
        selects: The decoded address.
        returning: Whether a return to the pc in each xepc, by name, executes.

    Returns:
        What the unit's own CSRs read, and the pc that a return goes to.
    """
    rows = csrs_by_level(state.config)
    epc, columns = _columns(filter(_is_wide, rows))

    def leaf(row: Csr) -> Leaf:
        return reach(state, row), state.views[row.name]

    def node(name: str, leaves: list[Leaf]) -> Leaf:
        value = Signal(state.config.xlen, name=name)
        m.d.comb += value.eq(mux4(choose(selects.address, leaves), [v for _, v in leaves]))
        return frozenset().union(*(a for a, _ in leaves)), value

    return_pc = _epc_column(m, state, selects, [leaf(row) for row in epc], [row.name for row in epc], returning)
    epc_node: Leaf = (frozenset().union(*(reach(state, row) for row in epc)), return_pc)

    nodes = [node(f"column_{column[0].name}", [leaf(row) for row in column]) for column in columns]
    narrow_rows = [row for row in csrs(state.config) if not _is_wide(row)]
    narrow = Signal(state.config.xlen, name="column_narrow")
    m.d.comb += narrow.eq(
        reduce(
            or_,
            (Mux(selects.is_row[row.name], state.views[row.name], 0) for row in narrow_rows if row.fields),
        )
    )
    narrow_addresses = frozenset().union(*(reach(state, row) for row in narrow_rows))
    level = 0
    while len(nodes) > 2:
        level += 1
        groups = [nodes[i : i + 4] for i in range(0, len(nodes), 4)]
        nodes = [group[0] if len(group) == 1 else node(f"read_{level}_{i}", group) for i, group in enumerate(groups)]
    _, rdata = node("read_own", [(narrow_addresses, narrow), epc_node, *nodes])
    return rdata, return_pc


def _epc_column(
    m: Module,
    state: State,
    selects: Selects,
    leaves: list[Leaf],
    names: list[str],
    returning: dict[str, Value],
) -> Value:
    """Select an xepc by the return that executes, else by the address."""
    by_address = choose(selects.address, leaves)
    is_return = reduce(or_, returning.values())
    by_return = [
        reduce(or_, [returning[n] for i, n in enumerate(names) if i >> bit & 1], is_return & 0) for bit in range(2)
    ]
    row = [Signal(name=f"epc_row_{bit}") for bit in range(2)]
    for bit in range(2):
        m.d.comb += row[bit].eq(Mux(is_return, by_return[bit], by_address[bit]))
    value = Signal(state.config.xlen, name="column_epc")
    m.d.comb += value.eq(mux4((row[0], row[1]), [view for _, view in leaves]))
    return value
