"""Seeds in parallel: builds and runs are tasks of Dask, on this machine's cores or on a scheduler's workers."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import PROFILES
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.processes import end_children

from .seed import Built, Seed, SeedResult, build_benches, run_seed

__all__ = ["DEFAULT_STEPS", "Regression", "plan", "regress"]

#: Cycles of a seed, by simulator: under Icarus, which is slow, enough for each sequence once.
DEFAULT_STEPS = {"verilator": 100_000, "icarus": 12_000}
#: And of harts with more extensions, which have more sequences.
_LONGER_STEPS = {"rva23s64": 20_000, "max": 40_000}
#: How long a scheduler may take to answer.
_ANSWER_S = "10s"


@dataclass
class Regression:
    """Everything asked for, and what has come of it so far.

    Attributes:
        output: The folder of the reports.
        again: Words of the user's that a command which runs a seed again must have, beside what the seed says.
    """

    seeds: list[Seed]
    results: list[SeedResult] = field(default_factory=list)
    was_interrupted: bool = False
    output: str = "."
    again: tuple[str, ...] = ()

    @property
    def failures(self) -> list[SeedResult]:
        """Runs that differ or crashed."""
        return [result for result in self.results if not result.has_passed]


def plan(
    simulators: tuple[str, ...],
    profiles: tuple[str, ...] = tuple(PROFILES),
    xlens: tuple[int, ...] = (64, 32),
    seeds: tuple[int, ...] = (1,),
    steps: int | None = None,
    waves: bool = False,
    settings: tuple[str, ...] = (),
    given: GivenVerilog | None = None,
) -> list[Seed]:
    """The runs that a regression is made of, the longest first.

    Raises:
        UserError: When a profile cannot have the settings.
    """
    runs = [
        Seed(
            profile=profile,
            xlen=xlen,
            simulator=simulator,
            seed=seed,
            steps=max(DEFAULT_STEPS[simulator], _LONGER_STEPS.get(profile, 0)) if steps is None else steps,
            waves=waves,
            settings=settings,
            given=given,
        )
        for seed, profile, xlen, simulator in product(seeds, reversed(profiles), xlens, simulators)
    ]
    for run in runs:
        _ = run.config
    return runs


def regress(
    regression: Regression,
    jobs: int,
    scheduler: str | None = None,
    on_result: Callable[[SeedResult], None] = lambda result: None,
) -> None:
    """Run all seeds, and put each result into the regression when it is there.

    Ctrl-C ends the simulators and leaves the results so far.

    Raises:
        UserError: When a simulator is missing, cannot build, or there is no scheduler.
    """
    if scheduler is None:
        for simulator in sorted({seed.simulator for seed in regression.seeds}):
            find_simulator(simulator)
        if len(regression.seeds) == 1:
            _run_alone(regression, on_result)
            return
    from distributed import as_completed

    with _client(min(jobs, len(regression.seeds)), scheduler) as client:
        futures: list[Any] = []
        try:
            futures += _submit(client, regression.seeds)
            for future in as_completed(futures):
                result = future.result()
                regression.results.append(result)
                on_result(result)
        except KeyboardInterrupt:
            regression.was_interrupted = True
        finally:
            if len(regression.results) < len(regression.seeds):
                client.cancel(futures)
                if scheduler is None:
                    end_children()
                else:
                    client.run(end_children)


def _run_alone(regression: Regression, on_result: Callable[[SeedResult], None]) -> None:
    """Run the only seed, for which no scheduler needs to be started."""
    (seed,) = regression.seeds
    try:
        result = run_seed(seed, _build(seed, (seed.simulator,)))
    except KeyboardInterrupt:
        regression.was_interrupted = True
        return
    regression.results.append(result)
    on_result(result)


def _submit(client: Any, seeds: list[Seed]) -> list[Any]:
    """A task for every configuration's builds, and one on top for every seed; a lost worker's go to another one."""
    builds: dict[tuple[str, int], Any] = {}
    simulators: dict[tuple[str, int], dict[str, None]] = {}
    for seed in seeds:
        simulators.setdefault((seed.profile, seed.xlen), {})[seed.simulator] = None
    futures = []
    for seed in seeds:
        key = seed.profile, seed.xlen
        if key not in builds:
            builds[key] = client.submit(_build, seed, tuple(simulators[key]), pure=False)
        futures.append(client.submit(run_seed, seed, builds[key], pure=False))
    return futures


def _build(seed: Seed, simulators: tuple[str, ...]) -> Built:
    return build_benches(seed.config, simulators, seed.waves, seed.given)


@contextmanager
def _client(jobs: int, scheduler: str | None) -> Iterator[Any]:
    """A client of the scheduler at an address, or of one in this process.

    The workers of one in this process are threads: they only wait for
    simulators, which are processes.
    """
    import dask
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    # A busy machine is no news.
    warnings.filterwarnings("ignore", message="Creating scratch directories")
    with dask.config.set({"distributed.worker.memory.target": False, "distributed.worker.memory.spill": False}):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=_ANSWER_S)
            except (OSError, TimeoutError, ValueError) as error:
                raise UserError(f"--scheduler {scheduler}: no scheduler answers there ({error})") from None
            with client:
                if not client.scheduler_info()["workers"]:
                    print(
                        f"utrap: --scheduler {scheduler}: no worker is there yet; waiting", file=sys.stderr, flush=True
                    )
                yield client
            return
        with (
            TemporaryDirectory(prefix="utrap-dask-") as scratch,
            dask.config.set({"temporary-directory": scratch}),
            LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=False,
                dashboard_address="127.0.0.1:0",  # any free port, for this machine alone
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
