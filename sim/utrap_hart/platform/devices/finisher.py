"""How a program ends: the test finisher of QEMU's `virt`."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out

from utrap_hart.platform.bus import BusSignature

__all__ = ["Finisher"]

PASS, FAIL = 0x5555, 0x3333


class Finisher(Component):
    """A word written to it ends the program: 0x5555 with code 0, 0x3333 with the code in bits 31:16.

    Attributes:
        bus: Answers in the cycle of the access; reads are 0.
        valid: The program has ended, for one cycle.
        code: Its exit code.
    """

    def __init__(self) -> None:
        super().__init__({"bus": In(BusSignature()), "valid": Out(1), "code": Out(64)})

    def elaborate(self, platform: object) -> Module:
        """No state."""
        m = Module()
        bus = self.bus
        m.d.comb += bus.ready.eq(bus.valid)
        with m.If(bus.valid & bus.write & bus.wmask[:2].all() & (bus.address[3:12] == 0)), m.Switch(bus.wdata[:16]):
            with m.Case(PASS):
                m.d.comb += self.valid.eq(1)
            with m.Case(FAIL):
                m.d.comb += [self.valid.eq(1), self.code.eq(bus.wdata[16:32])]
        return m
