"""Runs the tasks of a suite in processes, each of which opens the suite once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from utrap_formal.cache import Cache
from utrap_formal.task import Result, Run, Suite, Task

__all__ = ["default_jobs", "run"]


def default_jobs() -> int:
    """As many as there are processors for us."""
    return len(os.sched_getaffinity(0))


def run(suite: Suite, jobs: int, cache: Cache | None = None) -> Iterator[Result]:
    """Yield the results as they come; what was proved before comes first."""
    waiting: list[Task] = []
    for task in suite.tasks:
        known = cache.find(task) if cache else None
        if known is not None:
            yield known
        else:
            waiting.append(task)
    done: list[Result] = []
    try:
        for result in _proved(suite, waiting, min(jobs, len(waiting))):
            done.append(result)
            yield result
    finally:
        if cache:
            cache.keep(done)


def _proved(suite: Suite, tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    if jobs == 0:
        return
    if jobs == 1:
        prove = suite.open(suite.material)
        yield from map(prove, tasks)
        return
    # A new interpreter in each process: a solver that is forked shares nothing that it should not.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _open, (suite.open, suite.material)) as pool:
        futures = [pool.submit(_prove, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_run: Run | None = None


def _open(open_suite: Callable[[dict[str, Any]], Run], material: dict[str, Any]) -> None:
    global _run
    _run = open_suite(material)


def _prove(task: Task) -> Result:
    assert _run is not None
    return _run(task)
