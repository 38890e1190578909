"""What each CSR reads: its fields' storage and levels, put in place."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.csr.configured import csrs
from utrap.csr.definitions import Csr, Field
from utrap.registers.state import State

__all__ = ["connect_views"]


def connect_views(m: Module, state: State, levels: Mapping[str, Value], v: Value) -> None:
    """Drive every CSR's view.

    Args:
        levels: The hardware levels by name.
        v: The virtualization mode of an access.
    """
    for row in csrs(state.config):
        m.d.comb += state.views[row.name].eq(_view(state, row, levels, v))


def _view(state: State, row: Csr, levels: Mapping[str, Value], v: Value) -> Value:
    parts: list[Value] = []
    position = 0
    for field in row.fields:
        if field.lsb > position:
            parts.append(Const(0, field.lsb - position))
        parts.append(_field(state, field, levels, v))
        position = field.lsb + field.width
    return Cat(*parts)


def _field(state: State, field: Field, levels: Mapping[str, Value], v: Value) -> Value:
    if field.is_constant:
        return Const(field.constant, field.width)
    value: Value = Const(0, field.width)
    if field.storage:
        value = Cat(state.stored[field.storage].replicate(field.copies))
    if field.level:
        level = levels[field.level]
        if field.level_replaces:
            value = Mux(state.holds(field.level_where), level, value)
        else:
            value = (value | (level & state.holds(field.level_where) if field.level_where else level))[: field.width]
    if field.read_where:
        value = value & state.holds(field.read_where)
    if field.guest_where:
        value = value & (~v | state.holds(field.guest_where))
    return value
