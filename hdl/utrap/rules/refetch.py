"""Which CSR writes make a core fetch, or translate, again what is younger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Module, Value

from utrap.registers.decode import any_of
from utrap.section import Phase, Section

__all__ = ["connect_refetch"]

SECTION = Section(
    phase=Phase.OUTPUT,
    place=9,
    title="Must what is younger be fetched again?",
    rules="warl:refetch",
    text="A CSR is written on which translation, masked addresses or the mode of loads and stores depend.",
)
#: The CSRs, of which a configuration has some; where V=1 turns one into another both are here.
_LOOKED_AT = (
    *("mstatus", "sstatus", "vsstatus", "hstatus", "satp", "vsatp", "hgatp"),
    *("menvcfg", "menvcfgh", "henvcfg", "henvcfgh", "senvcfg", "mseccfg"),
)


def connect_refetch(m: Module, answer: Any, is_row: Mapping[str, Value], writes_own: Value) -> None:
    """Connect the answer's `refetch`."""
    is_looked_at = any_of(is_row[name] for name in _LOOKED_AT if name in is_row)
    SECTION.drive(m, answer.refetch, writes_own & is_looked_at)
