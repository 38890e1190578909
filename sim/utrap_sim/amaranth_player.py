"""A player on Amaranth's own simulator: no Verilog, no other program."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import ClockDomain, Module, ResetSignal, Signal
from amaranth.sim import Simulator

from .bench import Bench

__all__ = ["AmaranthPlayer"]


class AmaranthPlayer:
    """Plays stimuli on the unit as Amaranth simulates it.

    Args:
        bench: The bench; its unit is elaborated here.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._stimulus = Signal(bench.inputs.width)
        self._observed = Signal(bench.outputs.width)
        self._stimuli: list[int] = []
        self._lines: list[str] = []
        m = Module()
        m.domains.sync = ClockDomain()
        m.submodules.dut = bench.unit
        offset = bench.inputs.offset
        for name, value in bench.input_values.items():
            m.d.comb += value.eq(self._stimulus[offset[name] : offset[name] + len(value)])
        m.d.comb += [
            ResetSignal().eq(self._stimulus[offset["rst"]]),
            self._observed.eq(bench.packed_outputs()),
        ]
        self._simulator = Simulator(m)
        self._simulator.add_clock(1e-6)
        self._simulator.add_testbench(self._play)

    async def _play(self, context: Any) -> None:
        observe = 1 << self._bench.inputs.offset["observe"]
        digits = self._bench.outputs.digits
        while True:
            for stimulus in self._stimuli:
                context.set(self._stimulus, stimulus)
                if stimulus & observe:
                    self._lines.append(f"{context.get(self._observed):0{digits}x}")
                await context.tick()
            self._stimuli = []
            await context.tick()

    def start(self, stimuli: str) -> None:
        """Begin with a batch."""
        self._lines = []
        self._stimuli = [int(line, 16) for line in stimuli.split()]

    def finish(self) -> list[str]:
        """Play the batch and give the lines that it asked for."""
        while self._stimuli:
            self._simulator.advance()
        return self._lines
