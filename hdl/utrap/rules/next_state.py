"""The next state: what each event writes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.csr.configured import stored_fields, trap_fields
from utrap.isa import Mode
from utrap.registers.state import State
from utrap.registers.write import FieldWrite
from utrap.rules.entry import Entry, Trap, column_values, status_writes
from utrap.rules.event import Event
from utrap.rules.rnmi import rnmi_writes
from utrap.rules.xret import Return
from utrap.section import Phase, Section

__all__ = ["connect_updates", "dirtied"]

SECTION = Section(
    phase=Phase.WRITE,
    place=2,
    title="What the trap registers of every mode load",
    rules="norm:mtval2_trapval_other, norm:H_trap_xtinst_interrupt, HU-13",
    text="A column has one row for each mode: a trap writes the target's row of each, a CSR access the row it names.",
)
DIRTY = Section(
    phase=Phase.WRITE,
    place=3,
    title="Floating-point and vector state becomes dirty",
    rules="norm:vsstatus_fs_op, norm:vsstatus_vs_op",
    text="An instruction that retires and wrote such state makes FS or VS Dirty, in the guest vsstatus's too.",
)


#: Rows of the trap columns that no mode's trap writes: column -> "csr.field" -> the event that does.
_OTHER_ROWS: Mapping[str, Mapping[str, str]] = {
    "epc": {"dpc.pc": "halt", "mnepc.pc": "rnmi"},
    "epc_sign": {"dpc.sign": "halt", "mnepc.sign": "rnmi"},
    "code": {"mncause.code": "rnmi"},
    "cause": {"mncause.interrupt": "rnmi"},
}


def dirtied(m: Module, state: State, commit: Any, event: Event, accepts_outside: Value) -> dict[str, Value]:
    """Return whether the instruction that retires wrote the state "fs" or "vs"."""
    states = [name for name in ("fs", "vs") if getattr(state.config, name)]
    if not states:
        return {}
    retires = DIRTY.signal(m, "retires", event.is_idle | accepts_outside)
    return {name: DIRTY.signal(m, f"dirties_{name}", getattr(commit, f"{name}_dirty") & retires) for name in states}


def connect_updates(
    m: Module,
    state: State,
    *,
    writes: Mapping[str, FieldWrite],
    entry: Entry,
    trap: Trap,
    is_halt: Value,
    halts: Mapping[str, Value],
    stores_pc: Value,
    returns: Iterable[tuple[Value, Return]],
    dirties: Mapping[str, Value],
) -> None:
    """Connect every stored field and the mode to the events that write them.

    Args:
        writes: The CSR write of each stored field.
        entry: The mode that a trap enters.
        trap: The trap.
        is_halt: The hart enters Debug Mode.
        halts: What that writes beside dpc and the mode, by "csr.field".
        stores_pc: Among events that store into the trap registers it is no CSR access; selects data only.
        returns: Each return with whether it executes; at most one does.
        dirties: Whether the core wrote the state "fs" or "vs".
    """
    in_columns = _connect_columns(m, state, writes, stores_pc, entry, is_halt, trap)
    for key, write in writes.items():
        if key not in in_columns:
            with m.If(write.enable):
                m.d.sync += state.stored[key].eq(write.value)
    _connect_clears(m, state, writes)
    for target, enters in entry.into.items():
        with m.If(enters):
            for key, value in status_writes(state, target, trap).items():
                _store(m, state, key, value)
            m.d.sync += state.set_mode(Const(target.mode & 3, 2), Const(target.mode >> 2, 1))
    if state.config.smdbltrp:
        with m.If(entry.is_fatal):
            m.d.sync += state.critical.eq(1)
    if state.config.smrnmi:
        with m.If(entry.into_rnmi):
            for key, value in rnmi_writes(state, entry).items():
                _store(m, state, key, value)
            m.d.sync += state.set_mode(Const(Mode.M, 2), Const(0, 1))
    if state.config.sdext:
        with m.If(is_halt):
            for key, value in halts.items():
                _store(m, state, key, value)
            m.d.sync += [*state.set_mode(Const(Mode.M, 2), Const(0, 1)), state.debug.eq(1)]
    for executes, ret in returns:
        for key, (when, value) in ret.writes.items():
            with m.If(executes & when):
                _store(m, state, key, value)
        with m.If(executes):
            m.d.sync += state.set_mode(ret.prv, ret.v)
            if ret.leaves_debug_mode:
                m.d.sync += state.debug.eq(0)
    for name, is_dirty in dirties.items():
        with m.If(is_dirty):
            _store(m, state, f"mstatus.{name}", Const(3, 2))
        # norm:vsstatus_fs_op, norm:vsstatus_vs_op
        with m.If(is_dirty & state.v):
            _store(m, state, f"vsstatus.{name}", Const(3, 2))


def _connect_clears(m: Module, state: State, writes: Mapping[str, FieldWrite]) -> None:
    """Let a write of one field clear others, whatever it writes into them."""
    fields = stored_fields(state.config)
    for key, write in writes.items():
        if others := fields[key].clears:
            with m.If(write.enable & (write.value == fields[key].clears_at)):
                for other in others:
                    _store(m, state, other, Const(0, 1))


def _store(m: Module, state: State, key: str, value: Value) -> None:
    """Assign a field that the configuration has."""
    if key in state.stored:
        m.d.sync += state.stored[key].eq(value)


def _connect_columns(
    m: Module,
    state: State,
    writes: Mapping[str, FieldWrite],
    stores_pc: Value,
    entry: Entry,
    is_halt: Value,
    trap: Trap,
) -> set[str]:
    """Connect the trap columns: one multiplexer a column, one enable a row.

    dpc and mnepc are rows of the pcs, mncause of the causes.

    All rows of a column have the same shape, so their CSR writes carry the
    same value, and a trap and a CSR write are never in the same cycle.
    """
    fields = stored_fields(state.config)
    connected = set()
    for column, (holds, trap_value) in column_values(state.config, trap).items():
        rows = {target: row[column] for target, row in trap_fields(state.config).items() if column in row}
        if not rows:
            continue
        field = fields[next(iter(rows.values()))]
        written = writes[field.storage].value
        low = field.lsb if column == "epc" else 0
        of_trap = trap_value[low : low + field.width]
        data = (
            Mux(stores_pc & holds, of_trap, 0) | Mux(stores_pc, 0, written)
            if state.config.is_one_hot
            else Mux(stores_pc, Mux(holds, of_trap, 0), written)
        )
        data = SECTION.signal(m, f"column_{column}_data", data)
        enters = {key: entry.into[target] for target, key in rows.items()}
        others = _OTHER_ROWS.get(column, {})
        events = {"halt": is_halt, "rnmi": entry.into_rnmi}
        enters |= {key: events[event] for key, event in others.items() if key in state.stored}
        for key, is_entered in enters.items():
            with m.If(is_entered | writes[key].enable):
                m.d.sync += state.stored[key].eq(data)
            connected.add(key)
    return connected
