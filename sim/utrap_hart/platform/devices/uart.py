"""The output half of a 16550: every byte written to THR leaves at once."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out

from utrap_hart.platform.bus import BusSignature

__all__ = ["Uart"]

#: LSR: the transmitter is empty, and so is its holding register.
LSR, LSR_EMPTY = 5, 0x60


class Uart(Component):
    """THR is written at byte 0; LSR at byte 5 reads 0x60; all else reads 0 and is not written.

    Attributes:
        bus: Answers in the cycle of the access.
        valid: A byte is written, for one cycle.
        data: The byte.
    """

    def __init__(self) -> None:
        super().__init__({"bus": In(BusSignature()), "valid": Out(1), "data": Out(8)})

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
            m.d.comb += bus.rdata.word_select(LSR, 8).eq(LSR_EMPTY)
        return m
