"""Writing CSRs: read-modify-write, and each stored field's data and enable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from amaranth.hdl import Cat, Module, Mux, Signal, Value

from utrap.csr.configured import csrs
from utrap.csr.definitions import Csr, Field
from utrap.csr.warl import Written
from utrap.isa import CsrOp
from utrap.registers.state import State

__all__ = ["FieldWrite", "field_writes", "modify"]


def modify(state: State, op: Value, rdata: Value, wdata: Value, is_row: Mapping[str, Value], is_owned: Value) -> Value:
    """Return the value that an access writes: rdata with bits set or cleared.

    Where a pending bit reads line OR software bit, the software bit alone
    takes part (norm:mip_seip_wrcsr, HU-27). A row means something at an
    address of the unit's own alone.
    """
    hidden: dict[tuple[int, int, str], list[str]] = {}
    for row in csrs(state.config):
        for field in row.fields:
            if field.has_hidden_storage:
                hidden.setdefault((field.lsb, field.width, field.storage), []).append(row.name)
    old = list(rdata)
    for (lsb, width, storage), names in hidden.items():
        is_shown = reduce(or_, (is_row[name] for name in names))
        for bit in range(width):
            old[lsb + bit] = Mux(is_shown & is_owned, state[storage][bit], old[lsb + bit])
    before = Cat(*old)
    is_write, is_clear = op == CsrOp.WRITE, op == CsrOp.CLEAR
    return Mux(is_write, wdata, Mux(is_clear, before & ~wdata, before | wdata))


@dataclass(frozen=True, kw_only=True)
class FieldWrite:
    """How CSR writes reach one stored field.

    Attributes:
        enable: A write takes place.
        value: What is stored then.
    """

    enable: Value
    value: Value


def field_writes(
    m: Module, state: State, is_row: Mapping[str, Value], v: Value, written: Value, writes: Value
) -> dict[str, FieldWrite]:
    """Return the write of every stored field, by "csr.field".

    Args:
        is_row: Which CSR the effective address selects, by name.
        v: The virtualization mode of the access.
        written: The value after set and clear, XLEN bits.
        writes: The access executes, writes, and the unit owns its address.
    """
    homes = {field.storage: (row, field) for row in csrs(state.config) for field in row.fields if row.owns(field)}
    writers: dict[str, list[tuple[Csr, Field]]] = {key: [] for key in homes}
    enables = {}
    for row in csrs(state.config):
        enables[row.name] = Signal(name=f"write_{row.name}")
        m.d.comb += enables[row.name].eq(reduce(and_, _accepts(row, v, written), is_row[row.name] & writes))
        for field in row.fields:
            if field.storage and field.is_writable:
                writers[field.storage].append((row, field))
    return {key: _field_write(state, homes[key], rows, enables, is_row, v, written) for key, rows in writers.items()}


def _accepts(row: Csr, v: Value, written: Value) -> Iterator[Value]:
    """Yield what the rules of a CSR's own fields demand of a write for any of them to take it."""
    for field in row.fields:
        if row.owns(field):
            accepts = field.rule.lets_csr_take(_seen(row, field, field.lsb, v, written))
            if accepts is not None:
                yield accepts


def _seen(home: Csr, field: Field, lsb: int, v: Value, written: Value) -> Written:
    """Return a write as the rule of a field sees it that is written at a place."""

    def sibling(name: str) -> Value:
        other = home.field(name)
        return written[other.lsb : other.lsb + other.width]

    return Written(value=written[lsb : lsb + field.width], mask=field.mask, sibling=sibling, v=v)


def _field_write(
    state: State,
    home: tuple[Csr, Field],
    writers: list[tuple[Csr, Field]],
    enables: Mapping[str, Value],
    is_row: Mapping[str, Value],
    v: Value,
    written: Value,
) -> FieldWrite:
    csr, own = home
    enable = reduce(
        or_,
        (reduce(and_, (state[key] for key in field.write_where), enables[row.name]) for row, field in writers),
    )
    takes = own.rule.takes(_seen(csr, own, own.lsb, v, written))
    if takes is not None:
        enable = enable & takes
    positions = sorted({field.lsb for _, field in writers}, key=lambda lsb: lsb != own.lsb)
    first, *moved = positions
    value = own.rule.stored(_seen(csr, own, first, v, written))
    for lsb in moved:
        is_here = reduce(or_, (is_row[row.name] for row, field in writers if field.lsb == lsb))
        value = Mux(is_here, own.rule.stored(_seen(csr, own, lsb, v, written)), value)
    return FieldWrite(enable=enable, value=value)
