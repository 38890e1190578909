"""The hart: the core, the trap unit, the translation and the counters, wired."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Out, connect, flipped

from utrap.config import Config
from utrap.ports import LinesSignature
from utrap.unit import TrapUnit

from .core.core import Core, RetireSignature
from .core.counters import Counters
from .platform.bus import BusSignature
from .translation.translate import Translate

__all__ = ["Hart", "hart_config"]


def hart_config(**changes: Any) -> Config:
    """Return the trap unit's configuration for this hart, with changes.

    What is not offered follows from the hart: no C, so IALIGN is 32; no F, D
    or V, so FS and VS are 0; Sv39 and Sv39x4 are what it translates.
    """
    fields: dict[str, Any] = {
        "satp_modes": ("bare", "sv39"),
        "hgatp_modes": ("bare", "sv39x4"),
        "ialign": 32,
        "fs": False,
        "vs": False,
        "isa": "IMA",
    }
    return Config.profile("full", **(fields | changes))


class Hart(Component):
    """RV64IMA_Zicsr_Zifencei with M, HS, U, VS and VU, around the trap unit.

    Args:
        config: The trap unit's configuration.
        unit: What stands for the unit; `TrapUnit` itself if none is given,
            `TrapUnitInstance` where its Verilog is another file.
        zero_pmp: The CSRs of physical memory protection exist and read 0.

    Attributes:
        hartid: The hart's number, where the configuration does not say it.
        reset_pc: Where execution starts; sampled during reset.
        lines: Interrupts.
        time: The platform's clock, mtime.
        bus: Instructions, data and page tables.
        retire: What retires.
    """

    def __init__(self, config: Config, unit: Component | None = None, zero_pmp: bool = False) -> None:
        self._config = config
        self._zero_pmp = zero_pmp
        self._unit = TrapUnit(config) if unit is None else unit
        super().__init__(
            {
                "hartid": In(64),
                "reset_pc": In(64),
                "lines": In(LinesSignature(config)),
                "time": In(64),
                "bus": Out(BusSignature()),
                "retire": Out(RetireSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Wire the parts."""
        m = Module()
        m.submodules.core = core = Core(self._config)
        m.submodules.unit = unit = self._unit
        m.submodules.translate = translate = Translate(self._config)
        m.submodules.counters = counters = Counters(self._config, self._zero_pmp)

        for name in ("commit", "answer", "interrupt", "legality", "hart"):
            connect(m, getattr(core, name), getattr(unit, name))
        connect(m, core.translate, translate.core)
        connect(m, unit.extension, counters.extension)
        connect(m, core.retire, flipped(self.retire))
        connect(m, flipped(self.lines), unit.lines)
        m.d.comb += [
            core.reset_pc.eq(self.reset_pc),
            translate.flush.eq(core.flush),
            counters.address.eq(core.commit.csr_address),
            counters.retires.eq(core.retire.valid),
            counters.time.eq(self.time),
            counters.time_delta.eq(unit.hart.time_delta),
            counters.is_guest.eq(unit.hart.mode[2]),
        ]
        if self._config.mhartid == "port":
            m.d.comb += unit.hartid.eq(self.hartid)
        m.d.comb += [
            getattr(translate, name).eq(getattr(unit.hart, name))
            for name in ("sum", "mxr", "vs_sum", "vs_mxr", "satp", "vsatp", "hgatp")
        ]
        self._share_bus(m, core, translate)
        return m

    def _share_bus(self, m: Module, core: Core, translate: Translate) -> None:
        """The core waits while the translation reads: the two never ask at once."""
        inner, outer = {True: translate.bus, False: core.bus}, self.bus
        with m.If(translate.bus.valid):
            self._forward(m, inner[True], outer)
        with m.Else():
            self._forward(m, inner[False], outer)
        for bus in inner.values():
            m.d.comb += [bus.rdata.eq(outer.rdata), bus.error.eq(outer.error)]

    def _forward(self, m: Module, inner: Any, outer: Any) -> None:
        m.d.comb += [getattr(outer, name).eq(getattr(inner, name)) for name in ("valid", "write", "address")]
        m.d.comb += [getattr(outer, name).eq(getattr(inner, name)) for name in ("wdata", "wmask")]
        m.d.comb += inner.ready.eq(outer.ready)
