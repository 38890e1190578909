"""Writing CSRs: read-modify-write, and each stored field's data and enable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.config import Config
from utrap.csr.legal import legalise, mode_is_supported
from utrap.csr.rows import csrs, stored_fields
from utrap.csr.table import Csr, Field
from utrap.isa import CsrOp, Interrupt
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["FieldWrite", "field_writes", "modify"]


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
    old = list(rdata)
    shown = {
        Interrupt.SEI: ("mip.seip", ("mip",)),
        Interrupt.UEI: ("mip.ueip", ("mip", "sip")),
    }
    for code, (storage, registers) in shown.items():
        if storage in state.stored:
            is_shown = reduce(or_, (is_row[name] for name in registers if name in is_row))
            name = storage.replace(".", "_")
            old[code] = SECTION.signal(m, f"{name}_before", Mux(is_shown & is_owned, state[storage], old[code]))
    before = SECTION.signal(m, "csr_before", Cat(*old))
    is_write, is_clear = op == CsrOp.WRITE, op == CsrOp.CLEAR
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
    config = state.config
    homes = stored_fields(config)
    writers: dict[str, list[tuple[Csr, Field]]] = {key: [] for key in homes}
    enables = {}
    for row in csrs(config):
        enables[row.name] = SECTION.signal(m, f"write_{row.name}", is_row[row.name] & writes)
        for field in row.fields:
            if field.storage and field.is_writable:
                writers[field.storage].append((row, field))
    return {key: _field_write(state, homes[key], rows, enables, is_row, v, written) for key, rows in writers.items()}


def _field_write(
    state: State,
    home: Field,
    writers: list[tuple[Csr, Field]],
    enables: Mapping[str, Value],
    is_row: Mapping[str, Value],
    v: Value,
    written: Value,
) -> FieldWrite:
    config = state.config
    home_csr = home.storage.partition(".")[0]
    enable = reduce(
        or_,
        (reduce(and_, (state[key] for key in field.write_where), enables[row.name]) for row, field in writers),
    )
    if home_csr.endswith("atp"):
        enable = enable & _atp_accepts(config, home_csr, home, v, written)
    positions = sorted({field.lsb for _, field in writers}, key=lambda lsb: lsb != home.lsb)
    value = legalise(config, home_csr, home, positions[0], written)
    for lsb in positions[1:]:
        is_here = reduce(or_, (is_row[row.name] for row, field in writers if field.lsb == lsb))
        value = Mux(is_here, legalise(config, home_csr, home, lsb, written), value)
    return FieldWrite(enable=enable, value=value)


def _atp_accepts(config: Config, csr: str, field: Field, v: Value, written: Value) -> Value:
    """Whether a field of satp, vsatp or hgatp takes a write.

    satp ignores the whole write of an unsupported MODE, with V=1 too, where
    it reaches vsatp (norm:satp_mode_op_unsupported,
    norm:vsatp_mode_unsupported_v1). vsatp and hgatp by their own addresses,
    which only V=0 can use, keep the old MODE and take the other fields.
    """
    if csr == "hgatp" and field.name != "mode":
        return Const(1, 1)
    mode = stored_fields(config)[f"{csr}.mode"]
    codes = config.hgatp_codes if csr == "hgatp" else config.satp_codes
    is_supported = mode_is_supported(mode, codes, written)
    if csr == "vsatp" and field.name != "mode":
        return is_supported | ~v
    return is_supported
