"""A run of `utrap mutate`: mutants in batches, results kept as they come, and in the end the report."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from utrap import __version__
from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.processes import end_children
from utrap_testbench.harts import model_config

from .batch import BATCH, Setting, run_batch
from .bench import TRACE, MutantBench
from .kinds import Mutation
from .netlist import chosen, unit_module
from .places import Places
from .results import Results
from .trace import Trace

__all__ = ["Plan", "Run", "run"]

#: The seed of the regression whose stimuli the mutants get: the default one's.
_STIMULI_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for.

    Attributes:
        config: The configuration.
        count: How many mutants.
        seed: Which: the same seed gives the same ones, and more of them for a larger count.
        simulator: icarus or verilator.
        steps: Cycles of the regression that each is run for.
        budget: Seconds after which no other batch is begun; None: no end.
        jobs: Batches at a time.
        output: The folder of the results.
        batch: Mutants that are built together.
    """

    config: Config
    count: int
    seed: int
    simulator: str
    steps: int
    budget: float | None
    jobs: int
    output: Path
    batch: int = BATCH


@dataclass(kw_only=True)
class Run:
    """What came of it.

    Attributes:
        plan: What was asked for.
        mutations: All mutants that were asked for, by number.
        entries: What is known of each mutant, by its number.
        module: The netlist that they are of.
        seconds: How long it took, and `done` how many mutants it was that were new.
    """

    plan: Plan
    mutations: dict[int, Mutation]
    module: dict[str, Any] = field(repr=False)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0
    done: int = 0


def run(plan: Plan) -> Run:
    """Run all mutants that are not known yet; after Ctrl-C what is known stays in the folder.

    Raises:
        UserError: When something is missing or cannot be written, or the folder is of another run.
    """
    started = time.perf_counter()
    simulator = find_simulator(plan.simulator, for_cocotb=False)
    module = unit_module(plan.config)
    mutations = dict(enumerate(chosen(module, plan.count, plan.seed)))
    made = Run(plan=plan, mutations=mutations, module=module)
    bench = MutantBench(plan.config)
    job = {
        "config": model_config(plan.config).to_json(),
        "seed": _STIMULI_SEED,
        "steps": plan.steps,
        "inputs": [(each.name, each.width) for each in bench.inputs.fields],
        "outputs": [(each.name, each.width) for each in bench.outputs.fields],
    }
    try:
        plan.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write into {plan.output}: {error.strerror}") from error
    with TemporaryDirectory(prefix="utrap-trace-") as folder, _Bar(len(mutations)) as bar:
        trace, recorded = Trace(job), Path(folder, TRACE)
        stimuli = trace.record(recorded)
        results = Results(plan.output, _head(plan, module, stimuli))
        made.entries = results.known
        bar.advance(sum(number in results.known for number in mutations))
        left = [number for number in mutations if number not in results.known]
        # Here, and not where a result comes in: Python's parser of Python is not for several threads.
        places = Places(module)
        where = {number: places.describe(mutations[number].cell) for number in left}

        def keep(number: int, verdict: dict[str, Any]) -> None:
            results.add({"number": number, **asdict(mutations[number]), **where[number], **verdict})
            made.done += 1
            bar.advance(1)

        setting = Setting(
            config=plan.config, module=module, simulator=simulator, trace=trace, recorded=recorded, steps=plan.steps
        )
        size = min(plan.batch, -(-len(left) // plan.jobs) or 1)
        batches = [left[start : start + size] for start in range(0, len(left), size)]
        ends = None if plan.budget is None else started + plan.budget
        _run_all(setting, [{number: mutations[number] for number in batch} for batch in batches], keep, plan.jobs, ends)
    made.seconds = time.perf_counter() - started
    return made


def _run_all(
    setting: Setting,
    batches: Sequence[dict[int, Mutation]],
    keep: Callable[[int, dict[str, Any]], None],
    jobs: int,
    ends: float | None,
) -> None:
    """Run the batches, some at a time: their threads wait for processes."""

    def one(batch: dict[int, Mutation]) -> None:
        if ends is None or time.perf_counter() < ends:
            run_batch(setting, batch, keep)

    pool = ThreadPoolExecutor(jobs)
    try:
        for future in as_completed([pool.submit(one, batch) for batch in batches]):
            future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_children()
        raise
    finally:
        pool.shutdown()


def _head(plan: Plan, module: dict[str, Any], stimuli: str) -> dict[str, Any]:
    """What the results are of."""
    cells = json.dumps(module["cells"], sort_keys=True).encode()
    return {
        "utrap": __version__,
        "config": plan.config.to_json(),
        "seed": plan.seed,
        "simulator": plan.simulator,
        "steps": plan.steps,
        "netlist": hashlib.sha256(cells).hexdigest()[:16],
        "stimuli": stimuli[:16],
    }


class _Bar:
    """Says on a terminal how far it is."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("mutants", total=total)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, count: int) -> None:
        self._progress.advance(self._task, count)
