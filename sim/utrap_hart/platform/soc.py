"""A platform around the hart: memory outside, a timer, a UART, and ways to end a program inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib.wiring import Component, In, Out, connect, flipped

from utrap.config import Config
from utrap_hart.core.core import RetireSignature
from utrap_hart.hart import Hart

from .bus import BusSignature
from .devices.clint import Clint
from .devices.finisher import Finisher
from .devices.uart import Uart

__all__ = ["MEMORY_BASE", "Soc"]

#: From here on addresses are memory's, which says itself where it ends.
MEMORY_BASE = 0x8000_0000


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where a device stands.

    Attributes:
        base: Its first address, a multiple of its size.
        bits: Its size is 2 to this power.
    """

    base: int
    bits: int

    def holds(self, address: Value) -> Value:
        """Whether an address lies in it."""
        return address[self.bits :] == self.base >> self.bits


FINISHER = Region(base=0x0010_0000, bits=12)
CLINT = Region(base=0x0200_0000, bits=16)
UART = Region(base=0x1000_0000, bits=8)


class Soc(Component):
    """The hart with memory and devices at the addresses of QEMU's `virt`.

    An access to an address where nothing stands is answered with an error.
    Execution starts at `reset_pc` in M-mode.

    Args:
        config: The trap unit's configuration.
        unit: What stands for the unit, as in `Hart`.
        zero_pmp: As in `Hart`.

    Attributes:
        reset_pc: Where execution starts; sampled during reset.
        memory: To the memory.
        uart: A byte was written to the UART, for one cycle.
        received: A byte has come for the UART; held until `takes`.
        takes: It is read, for one cycle.
        exit: The program has ended, for one cycle, with this code.
        retire: What retires.
    """

    def __init__(self, config: Config, unit: Component | None = None, zero_pmp: bool = False) -> None:
        self._config = config
        self._zero_pmp = zero_pmp
        self._unit = unit
        super().__init__(
            {
                "reset_pc": In(64),
                "memory": Out(BusSignature()),
                "uart_valid": Out(1),
                "uart_data": Out(8),
                "received": In(1),
                "received_data": In(8),
                "takes": Out(1),
                "exit_valid": Out(1),
                "exit_code": Out(64),
                "retire": Out(RetireSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Wire the hart and the devices, and share the bus by address."""
        m = Module()
        m.submodules.hart = hart = Hart(self._config, self._unit, self._zero_pmp)
        m.submodules.clint = clint = Clint()
        m.submodules.uart = uart = Uart()
        m.submodules.finisher = finisher = Finisher()
        connect(m, hart.retire, flipped(self.retire))
        m.d.comb += [
            hart.reset_pc.eq(self.reset_pc),
            hart.lines.mtip.eq(clint.mtip),
            hart.lines.msip.eq(clint.msip),
            hart.time.eq(clint.time),
            self.uart_valid.eq(uart.valid),
            self.uart_data.eq(uart.data),
            uart.received.eq(self.received),
            uart.received_data.eq(self.received_data),
            self.takes.eq(uart.takes),
            self.exit_valid.eq(finisher.valid),
            self.exit_code.eq(finisher.code),
        ]
        address = hart.bus.address
        self._share(
            m,
            hart.bus,
            {
                "clint": (CLINT.holds(address), clint.bus),
                "uart": (UART.holds(address), uart.bus),
                "finisher": (FINISHER.holds(address), finisher.bus),
                "memory": (address >= MEMORY_BASE, self.memory),
            },
        )
        return m

    def _share(self, m: Module, bus: Any, targets: Mapping[str, tuple[Value, Any]]) -> None:
        """Let the one whose address it is answer; where there is none, an error answers."""
        selected = Signal(len(targets))
        m.d.comb += selected.eq(Cat(holds for holds, _ in targets.values()))
        for number, (_, target) in enumerate(targets.values()):
            m.d.comb += [
                target.valid.eq(bus.valid & selected[number]),
                target.write.eq(bus.write),
                target.address.eq(bus.address),
                target.wdata.eq(bus.wdata),
                target.wmask.eq(bus.wmask),
            ]
            with m.If(selected[number]):
                m.d.comb += [bus.ready.eq(target.ready), bus.rdata.eq(target.rdata), bus.error.eq(target.error)]
        with m.If(~selected.any()):
            m.d.comb += [bus.ready.eq(bus.valid), bus.error.eq(1)]
