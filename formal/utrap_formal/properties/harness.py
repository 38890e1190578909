"""Puts properties around the unit: its registers, a copy of its logic for each cycle, and the assertions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from amaranth.back import rtlil
from amaranth.hdl import Assert, ClockDomain, Module, Signal

from utrap.config import Config
from utrap_formal.properties.cut import Logic
from utrap_formal.properties.property import Property
from utrap_formal.properties.window import PLAIN, UNIT, Window

__all__ = ["TOP", "Harness", "reaching"]

TOP = "harness"


def reaching(name: str) -> str:
    """The assertion that the condition of a property's claim cannot come about."""
    return f"reaching_{name}"


class Harness:
    """Properties of one configuration around its Verilog.

    The registers are the harness's: what the unit's logic makes of them in the
    first cycle of the window is what they become. So the harness goes through
    the states that the unit goes through, and the later cycles of a window
    look ahead.

    Attributes:
        properties: Those that are stated.
    """

    def __init__(self, config: Config, units: Mapping[str, Logic], properties: Sequence[Property]) -> None:
        """Make a harness.

        Args:
            config: The configuration.
            units: The logic by its module's name: `UNIT`, and `PLAIN` where a property compares the two.
            properties: What to state.
        """
        self.config = config
        self.properties = tuple(properties)
        self._states = {module: _registers(module, unit) for module, unit in units.items()}
        self._window = Window(config, units[UNIT], dict(self._states[UNIT]))
        if PLAIN in units:
            self._window.add_plain(units[PLAIN], dict(self._states[PLAIN]))
        self._claims = [(each.name, each.claim(self._window)) for each in self.properties]

    def rtlil(self, *, reaches: bool) -> str:
        """The harness for Yosys.

        Args:
            reaches: State of each claim, too, that its condition cannot come about, which a proof must fail to show.
        """
        m = Module()
        domain = ClockDomain("sync", reset_less=True)
        m.domains += domain
        running = self._window.running
        looks = []
        for name, claim in self._claims:
            when = claim.when if claim.is_about_reset else claim.when & running
            when = when if claim.is_about_stopping else when & ~self._window.now.has_stopped
            stated = {name: ~when if claim.then is None else ~when | claim.then}
            if reaches:
                stated[reaching(name)] = ~when
            for assertion, holds in stated.items():
                # Two assertions that say the same would become one, and one of them would have no verdict.
                look = Signal(name=f"look_at_{assertion}")
                looks.append(look)
                sub = Module()
                with sub.If(look):
                    sub.d.comb += Assert(holds)
                m.submodules[assertion] = sub
        for module, registers in self._states.items():
            following = self._window.following(module)
            m.d.sync += [register.eq(following[name]) for name, register in registers.items()]
        m.d.sync += [memory.eq(following) for memory, following in self._window.memories]
        self._window.instantiate(m)
        ports = [domain.clk, *self._window.inputs, *looks]
        return rtlil.convert(m, name=TOP, ports=ports, emit_src=False)


def _registers(module: str, unit: Logic) -> dict[str, Signal]:
    return {
        name: Signal(declared.width, name=f"{module}_{name}", init=declared.first, reset_less=True)
        for name, declared in unit.registers.items()
    }
