"""Runs inside the simulator: the same cycles as a regression's, but each driven and read by a test through handles.

For `benchmarks/regress_speed.py`: it shows what the batches gain.
"""

import json
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer

from utrap_sim.simulators.played import Seen

from .bench_regress import JOB, Environment, write_result


class Handles(Environment):
    """Touches three handles in every cycle: the stimulus, the clock and what is observed."""

    async def _play(self, stimuli: list[int]) -> list[Seen]:
        seen = []
        for stimulus in stimuli:
            self._dut.stimulus.value = stimulus
            await Timer(1, "ns")
            self._dut.clk.value = 1
            await Timer(1, "ns")
            seen.append(Seen(self._dut.observed.value.to_unsigned(), 0))
            self._dut.clk.value = 0
        return seen


@cocotb.test()
async def handles(dut: Any) -> None:
    """Run the job of the current folder."""
    await write_result(Handles(dut, json.loads(Path(JOB).read_text())))
