"""The trap unit as the core sees it: the Verilog module of `utrap generate`, by its ports."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import ClockSignal, Instance, ResetSignal, Value
from amaranth.lib.wiring import Component, Flow

from utrap.config import Config
from utrap.unit import trap_unit_signature
from utrap.verilog.netlist import TOP

__all__ = ["TrapUnitInstance"]


class TrapUnitInstance(Component):
    """An instance of the module `trap_unit`, which another file holds.

    It has the ports of `utrap.unit.TrapUnit`, which can stand in its place:
    Amaranth's own simulator knows no Verilog.

    Args:
        config: What the module was generated for.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(trap_unit_signature(config))

    def elaborate(self, platform: object) -> Instance:
        """Connect the ports by name; a name in Verilog joins the member's path with underscores."""
        ports: dict[str, Any] = {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        for path, member, value in self.signature.flatten(self):
            direction = "i" if member.flow is Flow.In else "o"
            ports[f"{direction}_{'_'.join(map(str, path))}"] = Value.cast(value)
        return Instance(TOP, **ports)
