"""Runs inside the simulator: one seed's sequences on the unit, batch after batch, up to the first difference.

What a batch needs from the simulator is two handles: the bench plays a file of
stimuli and writes down what it saw. The model knows what will be seen before it
is, so that sequences may depend on the state; the comparison follows when the
batch has been played.
"""

from __future__ import annotations

import gc
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.utils import get_sim_time

from utrap_show.explain.command import explain_command
from utrap_sim.simulators.played import Seen, read_observed, write_stimuli
from utrap_testbench.coverage import Collector
from utrap_testbench.env import Difference, Expected, describe
from utrap_testbench.golden import Mode, registers
from utrap_testbench.harts import unit_config
from utrap_testbench.vectors.of_event import text_of_event

from .seed import CYCLE_NS
from .stimuli import Stimuli

__all__ = ["JOB", "RESULT", "Environment", "write_result"]

#: Files of the folder in which the simulator runs.
JOB, RESULT = "job.json", "result.json"
#: Cycles between two comparisons, and how many events before a difference a report shows.
_BATCH, _TRAIL = 500, 12


class Environment:
    """Everything around the unit for one seed.

    Args:
        dut: The bench's module.
        job: What to do: see `utrap_sim.regress.seed.job_of`.
    """

    def __init__(self, dut: Any, job: dict[str, Any]) -> None:
        self._dut = dut
        self._stimuli = Stimuli(job)
        self.config = self._stimuli.config
        # Otherwise the unit begins with the initial values of its registers, which are those after reset.
        self._is_reset: bool = job.get("reset", True)
        self.collector = Collector(self.config)
        self.sequences: Counter[str] = Counter()
        self.compared = 0
        # Of the last cycles: the sequence, what must be seen, and the clock's rising edge, in ns.
        self._last: list[tuple[str, Expected, int]] = []

    async def run(self) -> dict[str, Any] | None:
        """Play all steps, or up to the first difference, which is returned."""
        if self._is_reset:
            await self._play([self._stimuli.first])
        cycles = iter(self._stimuli)
        while batch := self._next_batch(cycles):
            start = int(get_sim_time("ns"))
            seen = await self._play([stimulus for _, stimulus, _ in batch])
            if len(seen) != len(batch):
                raise RuntimeError(f"the bench saw {len(seen)} cycles of {len(batch)}")
            number, differences = self._compare([expected for _, _, expected in batch], seen)
            self.compared += number
            edges = range(start + CYCLE_NS // 2, start + CYCLE_NS * len(batch), CYCLE_NS)
            last = slice(max(number + 1 - _TRAIL, 0), number + 1)
            self._last += [
                (name, expected, edge) for (name, _, expected), edge in zip(batch[last], edges[last], strict=True)
            ]
            self._last = self._last[-_TRAIL:]
            if differences:
                return self._failure(differences)
        return None

    def _compare(self, batch: Sequence[Expected], seen: Sequence[Seen]) -> tuple[int, list[Difference]]:
        """How many cycles are as they must be, each of which is counted for the coverage; and how the next differs."""
        scoreboard, sample = self._stimuli.scoreboard, self.collector.sample
        for number, (expected, (bits, unknown)) in enumerate(zip(batch, seen, strict=True)):
            if (bits ^ expected.bits | unknown) & expected.mask:
                text = seen[number].text(scoreboard.monitor.layout.digits)
                return number, scoreboard.compare(expected, text)
            sample(expected)
        return len(batch), []

    def _next_batch(self, cycles: Iterator[tuple[str, int, Expected]]) -> list[tuple[str, int, Expected]]:
        batch = list(islice(cycles, _BATCH))
        self.sequences.update(name for name, _, _ in batch)
        return batch

    async def _play(self, stimuli: list[int]) -> list[Seen]:
        write_stimuli(Path(), self._stimuli.driven.width, stimuli)
        done = self._dut.done.value
        self._dut.play.value = 1
        await Timer(CYCLE_NS * len(stimuli) + 1, "ns")
        while self._dut.done.value == done:
            await Timer(CYCLE_NS, "ns")
        self._dut.play.value = 0
        await Timer(CYCLE_NS, "ns")
        return read_observed(Path(), self._stimuli.scoreboard.monitor.layout.width)

    def _failure(self, differences: list[Difference]) -> dict[str, Any]:
        """What a report says: where a register differs the event before did it, and all else may follow from that."""
        trail = [
            {
                "cycle": number,
                "sequence": name,
                "mode": Mode(expected.outcome.from_mode).name,
                "event": describe(self.config, expected.cycle),
            }
            for number, (name, expected, _) in enumerate(self._last, self.compared + 1 - len(self._last))
        ]
        is_state = any(difference.is_state for difference in differences)
        back = -2 if is_state and len(trail) > 1 else -1
        guilty, (_, expected, edge) = trail[back], self._last[back]
        before, event = expected.before, expected.cycle.event
        fields = [{"field": each.field, "expected": each.expected, "got": each.got} for each in differences]
        return {
            **guilty,
            "ns": edge,
            "before": {name: value for name, value in registers(self.config, before).items() if value},
            "why": explain_command(unit_config(self.config), before, event),
            "record": text_of_event(self.config, before, event, "utrap regress"),
            "fields": fields,
            "differences": [str(each) for each in differences],
            "trail": trail,
        }


async def write_result(environment: Environment) -> dict[str, Any] | None:
    """Run, and write down what came out; gives the first difference."""
    started = time.perf_counter(), time.process_time()
    # Nothing here holds itself in a circle, and looking for such circles costs time in every cycle.
    gc.disable()
    failure = await environment.run()
    gc.enable()
    result = {
        "cycles": environment.compared,
        "seconds": time.perf_counter() - started[0],
        "cpu_seconds": time.process_time() - started[1],
        "sequences": environment.sequences,
        "hits": {
            point: [[*key, count] for key, count in bins.items()] for point, bins in environment.collector.hits.items()
        },
        "failure": failure,
    }
    Path(RESULT).write_text(json.dumps(result))
    return failure


@cocotb.test()
async def regress(dut: Any) -> None:
    """Run the job of the current folder."""
    failure = await write_result(Environment(dut, json.loads(Path(JOB).read_text())))
    assert failure is None, f"cycle {failure['cycle']}, {failure['event']}: {'; '.join(failure['differences'])}"
