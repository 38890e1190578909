"""Counters, at the trap unit's extension port: cycle, time, instret and their machine-level CSRs.

The unit has judged each access by the counter enables, its privilege and its
address before it lets one execute: here is only what exists, reads and counts.
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In

from utrap.config import Config
from utrap.ports import ExtensionSignature

__all__ = ["Counters"]

MCOUNTINHIBIT = 0x320
PMPCFG0, PMPADDR63 = 0x3A0, 0x3EF
MHPMEVENT3, MHPMEVENT31 = 0x323, 0x33F
MCYCLE, MINSTRET = 0xB00, 0xB02
MHPMCOUNTER3, MHPMCOUNTER31 = 0xB03, 0xB1F
CYCLE, TIME, INSTRET = 0xC00, 0xC01, 0xC02


class Counters(Component):
    """Zicntr, mcycle, minstret, mcountinhibit; other counters and their events read 0 in M-mode.

    A write to a counter happens in place of the count of the cycle, and of the
    instruction, that writes it. mcountinhibit has CY and IR.

    Args:
        config: The trap unit's configuration.
        zero_pmp: The CSRs of physical memory protection exist: they read 0, as for a hart without an entry, and writes
            do nothing.

    Attributes:
        extension: The unit's extension port.
        address: The CSR that it is about.
        retires: An instruction retires in this cycle.
        time: The platform's clock, mtime.
        time_delta: What is added to it in a guest (htimedelta).
        is_guest: V=1.
    """

    def __init__(self, config: Config, zero_pmp: bool = False) -> None:
        self._zero_pmp = zero_pmp
        super().__init__(
            {
                "extension": In(ExtensionSignature(config)),
                "address": In(12),
                "retires": In(1),
                "time": In(64),
                "time_delta": In(64),
                "is_guest": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Two counters, two inhibits, and a choice of what is read."""
        m = Module()
        cycles = Signal(64, name="mcycle")
        instructions = Signal(64, name="minstret")
        inhibits_cycles = Signal(name="mcountinhibit_cy")
        inhibits_instructions = Signal(name="mcountinhibit_ir")
        # norm:time_htimedelta_req
        time = self.time + Mux(self.is_guest, self.time_delta, 0)

        with m.If(~inhibits_cycles):
            m.d.sync += cycles.eq(cycles + 1)
        with m.If(self.retires & ~inhibits_instructions):
            m.d.sync += instructions.eq(instructions + 1)

        extension = self.extension
        m.d.comb += extension.exists.eq(1)
        with m.Switch(self.address):
            with m.Case(MCYCLE, CYCLE):
                m.d.comb += extension.rdata.eq(cycles)
            with m.Case(MINSTRET, INSTRET):
                m.d.comb += extension.rdata.eq(instructions)
            with m.Case(TIME):
                m.d.comb += extension.rdata.eq(time)
            with m.Case(MCOUNTINHIBIT):
                m.d.comb += [extension.rdata[0].eq(inhibits_cycles), extension.rdata[2].eq(inhibits_instructions)]
            with m.Default():
                m.d.comb += extension.exists.eq(
                    _is_within(self.address, MHPMEVENT3, MHPMEVENT31)
                    | _is_within(self.address, MHPMCOUNTER3, MHPMCOUNTER31)
                    | (_is_within(self.address, PMPCFG0, PMPADDR63) & self._zero_pmp)
                )
        with m.If(extension.write), m.Switch(self.address):
            with m.Case(MCYCLE):
                m.d.sync += cycles.eq(extension.wdata)
            with m.Case(MINSTRET):
                m.d.sync += instructions.eq(extension.wdata)
            with m.Case(MCOUNTINHIBIT):
                m.d.sync += [
                    inhibits_cycles.eq(extension.wdata[0]),
                    inhibits_instructions.eq(extension.wdata[2]),
                ]
        return m


def _is_within(address: Value, first: int, last: int) -> Value:
    return (address >= first) & (address <= last)
