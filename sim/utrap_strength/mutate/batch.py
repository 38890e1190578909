"""A batch of mutants: built once, run one after another on the recorded trace, and who survives is judged."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.simulators.installed import Simulator
from utrap_sim.simulators.processes import CALL, child, ended_by_itself, last_words
from utrap_sim.simulators.standalone import build_alone, run_alone

from .bench import CAUGHT, ORDER, TOP, TRACE, MutantBench
from .kinds import Mutation
from .netlist import Module, mutated
from .trace import Trace

__all__ = ["BATCH", "Setting", "run_batch"]

#: Mutants that are built together: more take longer to build, fewer share less.
BATCH = 250
_GLANCE_S = 0.2
_JUDGE = "utrap_strength.mutate.judge:judge"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all batches of a run have in common.

    Attributes:
        config: The configuration.
        module: The unit's netlist.
        simulator: What runs the mutants.
        trace: The stimuli and what must be seen, and `recorded` the file in which they are.
        steps: Its cycles.
    """

    config: Config
    module: Module
    simulator: Simulator
    trace: Trace
    recorded: Path
    steps: int


def run_batch(
    setting: Setting, mutations: Mapping[int, Mutation], on_result: Callable[[int, dict[str, Any]], None]
) -> None:
    """Run the mutants, and say of each what became of it as soon as it is known.

    Raises:
        UserError: When the simulator is missing, cannot build, or ends by itself.
    """
    numbers = list(mutations)
    survivors = []
    for place, cycle, seen in _simulated(setting, list(mutations.values())):
        if place < 0:
            if cycle >= 0:
                raise UserError(
                    f"without any mutant the unit differs from the model in cycle {cycle}: see 'utrap regress'"
                )
        elif cycle < 0:
            survivors.append(numbers[place])
        else:
            fields = setting.trace.differences(setting.recorded, cycle, seen)
            on_result(numbers[place], {"verdict": "caught", "cycle": cycle, "fields": fields})
    if survivors:
        judged = _judged(setting, [mutations[number] for number in survivors])
        for number, verdict in zip(survivors, judged, strict=True):
            on_result(number, verdict)


def _simulated(setting: Setting, mutations: list[Mutation]) -> Iterator[tuple[int, int, str]]:
    """Yield each mutant's place in the batch, the cycle of its first difference or -1, and what was seen in it."""
    bench = MutantBench(setting.config)
    files = {
        "trap_unit.v": mutated(setting.config, setting.module, mutations),
        "bench.v": bench.verilog_for(len(mutations), setting.steps),
    }
    program = build_alone(setting.simulator, TOP, files, "-")
    with tempfile.TemporaryDirectory(prefix="utrap-mutate-") as name:
        folder = Path(name)
        (folder / TRACE).symlink_to(setting.recorded)
        (folder / ORDER).write_text("".join(f"{place}\n" for place in range(-1, len(mutations))))
        (folder / CAUGHT).touch()
        count = 0
        with (
            (folder / "log").open("wb") as log,
            (folder / CAUGHT).open() as caught,
            run_alone(setting.simulator, program, (), folder, output=log) as process,
        ):
            is_running = True
            while is_running:
                is_running = process.poll() is None
                for line in _whole_lines(caught):
                    place, cycle, seen = line.split()
                    count += 1
                    yield int(place), int(cycle), seen
                time.sleep(_GLANCE_S if is_running else 0)
        if count != len(mutations) + 1:
            raise ended_by_itself(setting.simulator.name, folder / "log")


def _whole_lines(file: Any) -> Iterator[str]:
    """The lines that are there by now; one that is not yet whole is left for later."""
    while True:
        before = file.tell()
        line = file.readline()
        if not line.endswith("\n"):
            file.seek(before)
            return
        yield line


def _judged(setting: Setting, mutations: list[Mutation]) -> Iterator[dict[str, Any]]:
    """Yield what the proof says of each mutant."""
    request = {
        "config": setting.config.to_json(),
        "verilog": mutated(setting.config, setting.module, mutations),
        "mutants": len(mutations),
    }
    with tempfile.NamedTemporaryFile("w", prefix="utrap-judge-", suffix=".json") as file:
        json.dump(request, file)
        file.flush()
        with child(CALL, _JUDGE, file.name, output=subprocess.PIPE) as process:
            assert process.stdout is not None
            others = ""
            for line in process.stdout:
                text = line.decode(errors="replace")
                if text.startswith("{"):
                    yield json.loads(text)
                else:
                    others += text
            if process.wait():
                raise UserError(f"the proof ended by itself: {last_words(others)}")
