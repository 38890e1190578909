"""The core-local interruptor: the timer, its comparator, and the software interrupt of one hart."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from utrap_hart.platform.bus import BusSignature

__all__ = ["Clint"]

MSIP, MTIMECMP, MTIME = 0x0000, 0x4000, 0xBFF8


class Clint(Component):
    """Registers msip (0x0), mtimecmp (0x4000) and mtime (0xBFF8), each written by bytes.

    mtime counts clock cycles. mtip is a level: mtime is not below mtimecmp.
    mtimecmp is all ones after reset, so that no interrupt is pending. Other
    addresses read 0, and writes to them are ignored.

    Attributes:
        bus: Answers in the cycle of the access.
        time: mtime.
        mtip: The machine timer interrupt.
        msip: The machine software interrupt, bit 0 of the register.
    """

    def __init__(self) -> None:
        super().__init__({"bus": In(BusSignature()), "time": Out(64), "mtip": Out(1), "msip": Out(1)})

    def elaborate(self, platform: object) -> Module:
        """Three registers."""
        m = Module()
        bus = self.bus
        time = Signal(64, name="mtime")
        compare = Signal(64, init=(1 << 64) - 1, name="mtimecmp")
        software = Signal(name="msip")
        registers: dict[int, Value] = {MSIP: software, MTIMECMP: compare, MTIME: time}
        m.d.sync += time.eq(time + 1)
        m.d.comb += [
            self.time.eq(time),
            self.mtip.eq(time >= compare),
            self.msip.eq(software),
            bus.ready.eq(bus.valid),
        ]
        lanes = Cat(bit.replicate(8) for bit in bus.wmask)
        with m.Switch(Cat(Const(0, 3), bus.address[3:16])):
            for offset, register in registers.items():
                with m.Case(offset):
                    m.d.comb += bus.rdata.eq(register)
                    with m.If(bus.valid & bus.write):
                        m.d.sync += register.eq((register & ~lanes) | (bus.wdata & lanes))
        return m
