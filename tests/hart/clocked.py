"""A component in Amaranth's own simulator, with a clock."""

from collections.abc import Callable, Coroutine
from typing import Any

from amaranth.hdl import ClockDomain, Module
from amaranth.lib.wiring import Component
from amaranth.sim import Simulator


def simulate(component: Component, bench: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Run `bench(context)` beside the component to its end."""
    m = Module()
    m.domains.sync = ClockDomain()  # not every component has a register
    m.submodules.component = component
    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
