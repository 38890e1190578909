"""Runs inside the simulator: one seed's sequences on the unit, batch after batch, up to the first difference.

What a cycle needs from the simulator is two handles: the bench plays a file of
stimuli, one line a cycle, and writes a line of what it saw. The model knows
what will be seen before it is, so that sequences may depend on the state; the
comparison follows when the batch has been played.
"""

from __future__ import annotations

import gc
import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer
from cocotb.utils import get_sim_time

from utrap_show.explain.command import explain_command
from utrap_testbench.coverage import Collector
from utrap_testbench.env import Difference, Expected, describe
from utrap_testbench.golden import Mode, registers
from utrap_testbench.harts import unit_config
from utrap_testbench.vectors.of_event import text_of_event

from .seed import CYCLE_NS
from .stimuli import Stimuli

__all__ = ["JOB", "OBSERVED", "RESULT", "STIMULI", "Environment", "write_result"]

#: Files of the folder in which the simulator runs.
JOB, RESULT, STIMULI, OBSERVED = "job.json", "result.json", "stimuli.hex", "observed.hex"
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
        self._trail: deque[tuple[int, str, Expected]] = deque(maxlen=_TRAIL)
        # When each of the last cycles ended, in ns: the clock's rising edge.
        self._edges: deque[int] = deque(maxlen=_TRAIL)

    async def run(self) -> dict[str, Any] | None:
        """Play all steps, or up to the first difference, which is returned."""
        if self._is_reset:
            await self._play([f"{self._stimuli.first:x}"])
        cycles = iter(self._stimuli)
        while batch := self._next_batch(cycles):
            start = int(get_sim_time("ns"))
            seen = await self._play([stimulus for _, stimulus, _ in batch])
            if len(seen) != len(batch):
                raise RuntimeError(f"the bench saw {len(seen)} cycles of {len(batch)}")
            for place, ((name, _, expected), text) in enumerate(zip(batch, seen, strict=True)):
                differences = self._stimuli.scoreboard.compare(expected, text)
                self._trail.append((self.compared, name, expected))
                self._edges.append(start + place * CYCLE_NS + CYCLE_NS // 2)
                if differences:
                    return self._failure(differences)
                self.compared += 1
                self.collector.sample(expected)
        return None

    def _next_batch(self, cycles: Iterator[tuple[str, int, Expected]]) -> list[tuple[str, str, Expected]]:
        batch = [(name, f"{vector:x}", expected) for name, vector, expected in islice(cycles, _BATCH)]
        self.sequences.update(name for name, _, _ in batch)
        return batch

    async def _play(self, stimuli: list[str]) -> list[str]:
        Path(STIMULI).write_text("\n".join([*stimuli, ""]))
        done = self._dut.done.value
        self._dut.play.value = 1
        await Timer(CYCLE_NS * len(stimuli) + 1, "ns")
        while self._dut.done.value == done:
            await Timer(CYCLE_NS, "ns")
        self._dut.play.value = 0
        await Timer(CYCLE_NS, "ns")
        return Path(OBSERVED).read_text().split()

    def _failure(self, differences: list[Difference]) -> dict[str, Any]:
        """What a report says: where a register differs the event before did it, and all else may follow from that."""
        trail = [
            {
                "cycle": number,
                "sequence": name,
                "mode": Mode(expected.outcome.from_mode).name,
                "event": describe(self.config, expected.cycle),
            }
            for number, name, expected in self._trail
        ]
        is_state = any(difference.is_state for difference in differences)
        back = -2 if is_state and len(trail) > 1 else -1
        guilty, (_, _, expected) = trail[back], self._trail[back]
        before, event = expected.before, expected.cycle.event
        fields = [{"field": each.field, "expected": each.expected, "got": each.got} for each in differences]
        return {
            **guilty,
            "ns": self._edges[back],
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
