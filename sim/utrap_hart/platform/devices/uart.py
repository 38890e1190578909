"""A 16550 without registers: every byte written to THR leaves at once, RBR has the byte that has come."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out

from utrap_hart.platform.bus import BusSignature

__all__ = ["Uart"]

#: LSR: the transmitter is empty, and so is its holding register; bit 0: a byte has come.
LSR, LSR_EMPTY = 5, 0x60


class Uart(Component):
    """THR is written and RBR read at byte 0; LSR at byte 5 reads 0x60, or 0x61; all else reads 0 and is not written.

    Attributes:
        bus: Answers in the cycle of the access.
        valid: A byte is written, for one cycle.
        data: The byte.
        received: A byte has come; held until it is taken.
        received_data: The byte; RBR reads 0 while none has come.
        takes: The byte is read, for one cycle.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(BusSignature()),
                "valid": Out(1),
                "data": Out(8),
                "received": In(1),
                "received_data": In(8),
                "takes": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """No state."""
        m = Module()
        bus = self.bus
        is_first = bus.address[3:8] == 0
        m.d.comb += [
            bus.ready.eq(bus.valid),
            self.valid.eq(bus.valid & bus.write & bus.wmask[0] & is_first),
            self.data.eq(bus.wdata[:8]),
        ]
        with m.If(is_first):
            m.d.comb += bus.rdata.word_select(LSR, 8).eq(LSR_EMPTY | self.received)
        with m.If(is_first & self.received):
            m.d.comb += [
                bus.rdata[:8].eq(self.received_data),
                self.takes.eq(bus.valid & ~bus.write & bus.wmask[0]),
            ]
        return m
