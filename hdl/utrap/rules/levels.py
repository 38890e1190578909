"""What CSRs show beside their storage: interrupt lines, and bits that summarise others."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Value

from utrap.config import FIRST_LOCAL
from utrap.isa import interrupts
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["levels"]

SECTION = Section(
    phase=Phase.SENSE,
    title="What CSRs show beside their storage",
    rules="norm:mstatus_sd_op1, norm:hgeip_hgeie_fields, norm:hip_vseip_vseie_op",
    text="SD says that some state is dirty; SGEIP and VSEIP follow the guests' external interrupts.",
)


def levels(m: Module, state: State, lines: Any) -> dict[str, Value]:
    """Return the levels that CSRs show, by the names of the CSR table."""
    config, named = state.config, SECTION.signal
    found: dict[str, Value] = {name: getattr(lines, name) for name in lines.signature.members}
    found |= {rule.pending_field: lines.local[rule.code - FIRST_LOCAL] for rule in interrupts(config) if rule.is_local}
    for csr in ("mstatus", "vsstatus"):
        is_dirty = state[f"{csr}.fs"].all() | state[f"{csr}.vs"].all()
        found[f"{csr}_sd"] = named(m, f"{csr}_sd", is_dirty)
    if config.geilen:
        found["sgeip"] = named(m, "sgeip", (lines.hgeip & state["hgeie.guests"]).any())
        vgein = state["hstatus.vgein"][: config.vgein_bits]
        by_guest = named(m, "hgeip_by_guest", Cat(Const(0, 1), lines.hgeip))
        found["vseip"] = named(m, "vseip", by_guest.bit_select(vgein, 1))
    return found
