"""The unit's Verilog: the same text that `utrap generate` writes."""

from __future__ import annotations

from utrap.products.verilog_module import write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist

__all__ = ["unit_verilog"]


def unit_verilog(unit: TrapUnit) -> str:
    """The module `trap_unit`."""
    return write_module(unit, make_netlist(unit))
