"""A player on Amaranth's own simulator: no Verilog, no other program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amaranth.hdl import ClockDomain, Fragment, Signal
from amaranth.sim import Simulator

from utrap.unit import TrapUnit
from utrap_sim.simulators.bench import Bench

__all__ = ["AmaranthPlayer", "scatter"]


class AmaranthPlayer:
    """Plays stimuli on the unit as Amaranth simulates it.

    Args:
        bench: The bench; its unit is elaborated here.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._inputs, self._digits = bench.inputs, bench.outputs.digits
        self._stimulus = Signal(bench.inputs.width)
        self._outputs = bench.packed_outputs()
        self._stimuli: list[int] = []
        self._lines: list[str] = []
        self._simulator: Simulator | None = None

    def _make_simulator(self) -> Simulator:
        clock = ClockDomain("sync")
        driven = {**self._bench.input_values, "rst": clock.rst}
        offset = self._bench.inputs.offset
        wires = [value.eq(self._stimulus[offset[name] : offset[name] + len(value)]) for name, value in driven.items()]
        simulator = Simulator(scatter(self._bench.unit, clock, wires))
        simulator.add_clock(1e-6)
        simulator.add_testbench(self._play)
        return simulator

    async def _play(self, context: Any) -> None:
        observe = 1 << self._inputs.offset["observe"]
        while True:
            for stimulus in self._stimuli:
                context.set(self._stimulus, stimulus)
                if stimulus & observe:
                    self._lines.append(f"{context.get(self._outputs):0{self._digits}x}")
                await context.tick()
            self._stimuli = []
            await context.tick()

    def start(self, stimuli: str) -> None:
        """Begin with a batch."""
        self._lines = []
        self._stimuli = [int(line, 16) for line in stimuli.split()]

    def finish(self) -> list[str]:
        """Play the batch and give the lines that it asked for."""
        self._simulator = self._simulator or self._make_simulator()
        while self._stimuli:
            self._simulator.advance()
        return self._lines


def scatter(unit: TrapUnit, clock: ClockDomain, more: Iterable[Any]) -> Fragment:
    """The unit with each combinational signal in a fragment of its own, and more statements (wires to its inputs).

    Amaranth's simulator evaluates all combinational statements of a fragment
    when any of their inputs changes: in one fragment a cycle takes 3 ms, in
    one for each signal 0.14 ms. The order of a signal's statements stays.
    """
    fragment = Fragment.get(unit, None)
    fragment.add_domains(clock)
    groups: list[tuple[set[int], list[Any]]] = []
    for statement in [*fragment.statements.pop("comb"), *more]:
        driven, statements = {id(signal) for signal in statement._lhs_signals()}, []
        for group in [group for group in groups if group[0] & driven]:
            groups.remove(group)
            driven |= group[0]
            statements += group[1]
        groups.append((driven, [*statements, statement]))
    for number, (_, statements) in enumerate(groups):
        part = Fragment()
        part.add_statements("comb", statements)
        fragment.add_subfragment(part, f"part_{number}")
    return fragment
