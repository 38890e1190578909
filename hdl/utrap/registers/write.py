"""Writing CSRs: read-modify-write, and each stored field's data and enable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from amaranth.hdl import Cat, Const, Module, Mux, ResetSignal, Value

from utrap.csr.configured import csrs, reset_fields, stored_fields
from utrap.csr.definitions import Csr, CsrTableError, Field
from utrap.csr.warl import Written
from utrap.isa import CsrOp
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["FieldWrite", "connect_reset", "field_writes", "modify"]


SECTION = Section(
    phase=Phase.WRITE,
    title="What does the CSR access write?",
    rules="norm:mip_seip_wrcsr, HU-27",
    text="What is read, with bits set or cleared, or the operand itself: csr_written goes to the CSR that is selected.",
)


def modify(
    m: Module, state: State, op: Value, rdata: Value, wdata: Value, is_row: Mapping[str, Value], is_owned: Value
) -> Value:
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
        is_shown = reduce(or_, (is_row[name] for name in names)) & is_owned
        shown = Cat(*old[lsb : lsb + width])
        name = f"{storage.replace('.', '_')}_before"
        old[lsb : lsb + width] = list(SECTION.signal(m, name, Mux(is_shown, state[storage], shown)))
    before = SECTION.signal(m, "csr_before", Cat(*old))
    is_write, is_clear = op == CsrOp.WRITE, op == CsrOp.CLEAR
    if state.config.is_one_hot:
        kept = Mux(is_write, 0, before & ~Mux(is_clear, wdata, 0))
        return SECTION.signal(m, "csr_written", kept | Mux(is_clear, 0, wdata))
    return SECTION.signal(m, "csr_written", Mux(is_write, wdata, Mux(is_clear, before & ~wdata, before | wdata)))


@dataclass(frozen=True, kw_only=True)
class FieldWrite:
    """How CSR writes reach one stored field.

    Attributes:
        enable: A write takes place.
        value: What is stored then.
    """

    enable: Value
    value: Value


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A stored field where one CSR lets it be written.

    Attributes:
        lsb: Its place in the CSR.
        is_selected: The effective address selects the CSR.
        enable: A write to the CSR takes place.
        gates: The conditions of the table.
        guest_gates: Those for an access with V=1.
        write: What is written, as the field's rule sees it.
    """

    lsb: int
    is_selected: Value
    enable: Value
    gates: tuple[str, ...]
    guest_gates: tuple[str, ...]
    write: Written


def field_writes(
    m: Module, state: State, is_row: Mapping[str, Value], v: Value, written: Value, writes: Value
) -> dict[str, FieldWrite]:
    """Return the write of every stored field that takes one, by "csr.field".

    Args:
        is_row: Which CSR the effective address selects, by name.
        v: The virtualization mode of the access.
        written: The value after set and clear, XLEN bits.
        writes: The access executes, writes, and the unit owns its address.
    """
    homes = stored_fields(state.config)
    places: dict[str, list[_Place]] = {key: [] for key in homes}
    for row in csrs(state.config):
        shown = [field for field in row.fields if field.storage and field.is_writable]
        seen = {field.storage: _seen(row, field, homes, v, written) for field in shown}
        demands = [homes[key].rule.lets_csr_take(write) for key, write in seen.items()]
        takes = reduce(and_, (d for d in demands if d is not None), is_row[row.name] & writes)
        enable = SECTION.signal(m, f"write_{row.name}", takes)
        for field in shown:
            place = _Place(
                lsb=field.lsb,
                is_selected=is_row[row.name],
                enable=enable,
                gates=field.write_where,
                guest_gates=field.guest_where,
                write=seen[field.storage],
            )
            places[field.storage].append(place)
    return {key: _field_write(state, homes[key], here) for key, here in places.items() if here}


def _seen(row: Csr, field: Field, homes: Mapping[str, Field], v: Value, written: Value) -> Written:
    """Return a write to a CSR as the rule of a field sees it that the CSR shows."""
    home = homes[field.storage]

    def sibling(name: str) -> Value:
        key = f"{home.storage.removesuffix(home.name)}{name}"
        for other in row.fields:
            if other.storage == key:
                return written[other.lsb : other.lsb + other.width]
        raise CsrTableError(f"{row.name}.{field.name}: its rule needs {key} in the same CSR")

    return Written(value=written[field.lsb : field.lsb + field.width], mask=home.mask, sibling=sibling, v=v)


def connect_reset(m: Module, state: State, levels: Mapping[str, Value]) -> None:
    """Let the levels that reset looks at into their fields, and let what it does not reset stay as it is.

    It wins over every event, so this comes last.
    """
    homes = stored_fields(state.config)
    with m.If(ResetSignal()):
        m.d.sync += [state.stored[key].eq(state.stored[key]) for key in homes.keys() - reset_fields(state.config)]
    for row in csrs(state.config):
        for field in row.fields:
            if field.reset_level and row.owns(field):
                write = _seen(row, field, homes, Const(0, 1), levels[field.reset_level])
                with m.If(ResetSignal()):
                    m.d.sync += state.stored[field.storage].eq(field.rule.stored(write))


def _field_write(state: State, home: Field, places: list[_Place]) -> FieldWrite:
    rule = home.rule
    enables = []
    for place in places:
        takes = rule.takes(place.write)
        gates = [state.holds([text]) for text in place.gates]
        gates += [~place.write.v | state.holds([text]) for text in place.guest_gates]
        demands = [place.enable, *gates, *([] if takes is None else [takes])]
        enables.append(reduce(and_, demands))
    # Where several CSRs show it in one place they write the same.
    of_lsb = {place.lsb: place for place in reversed(places)}
    first, *moved = sorted(of_lsb, key=lambda lsb: lsb != home.lsb)
    value = rule.stored(of_lsb[first].write)
    for lsb in moved:
        is_here = reduce(or_, (place.is_selected for place in places if place.lsb == lsb))
        value = Mux(is_here, rule.stored(of_lsb[lsb].write), value)
    return FieldWrite(enable=reduce(or_, enables), value=value)
