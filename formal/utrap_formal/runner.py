"""Runs the tasks of suites in processes, each of which opens a suite once."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from threading import Thread

from utrap_formal.cache import Cache
from utrap_formal.task import Result, Run, Status, Suite, Task

__all__ = ["default_jobs", "run", "run_all"]

#: A folder is removed anew so often while programs that are ending still write into it.
_TRIES, _PAUSE_S = 100, 0.05


def default_jobs() -> int:
    """As many as there are processors for us."""
    return len(os.sched_getaffinity(0))


#: A task, and the number of its suite.
_Numbered = tuple[int, Task]
#: Tasks for one process, and the number of the suite that opens for them.
_Batch = tuple[int, Sequence[_Numbered]]


def run(suite: Suite, jobs: int, cache: Cache | None = None) -> Generator[Result, None, None]:
    """Yield the results as they come; what was proved before comes first."""
    with closing(run_all([(suite, cache)], jobs)) as results:
        for _, result in results:
            yield result


def run_all(
    suites: Sequence[tuple[Suite, Cache | None]], jobs: int, smallest_first: bool = False
) -> Generator[tuple[int, Result], None, None]:
    """Yield the results of several suites as they come, each with the number of its suite.

    Suites that open alike, with the same material, are proved together. What
    was proved before comes first.

    Args:
        suites: Each with what is known of it.
        jobs: Processes.
        smallest_first: Begin with what gives results soon; else with what takes long, so that no process works on
            alone at the end.
    """
    waiting: list[_Numbered] = []
    for number, (suite, cache) in enumerate(suites):
        for task in suite.tasks:
            known = cache.find(task) if cache else None
            if known is not None:
                yield number, known
            else:
                waiting.append((number, task))
    done: dict[int, list[Result]] = {number: [] for number in range(len(suites))}
    try:
        batches = _batches([suite for suite, _ in suites], waiting, jobs)
        batches.sort(key=lambda batch: len(batch[1]), reverse=not smallest_first)
        for number, result in _proved([suite for suite, _ in suites], batches, jobs):
            done[number].append(result)
            yield number, result
    finally:
        for number, (_, cache) in enumerate(suites):
            if cache:
                cache.keep(done[number])


def _batches(suites: Sequence[Suite], waiting: Sequence[_Numbered], jobs: int) -> list[_Batch]:
    """The tasks as they are proved together."""
    together: dict[int, list[_Numbered]] = {}
    for number, task in waiting:
        like = next(other for other in range(number + 1) if _opens_alike(suites[other], suites[number]))
        together.setdefault(like, []).append((number, task))
    batches: list[_Batch] = []
    for number, tasks in together.items():
        size = min(suites[number].batch, math.ceil(len(tasks) / jobs))
        batches += [(number, tasks[start : start + size]) for start in range(0, len(tasks), size)]
    return batches


def _opens_alike(one: Suite, other: Suite) -> bool:
    return one is other or (one.open, one.batch, one.material) == (other.open, other.batch, other.material)


def _proved(suites: Sequence[Suite], batches: Sequence[_Batch], jobs: int) -> Iterator[tuple[int, Result]]:
    if not batches:
        return
    if min(jobs, len(batches)) == 1:
        openings = _Openings(suites)
        for number, tasks in batches:
            yield from _numbered(tasks, openings.prove(number, [task for _, task in tasks]))
        return
    # A new interpreter in each process: a solver that is forked shares nothing that it should not.
    context = multiprocessing.get_context("spawn")
    # Of this process, since one that is ended at any moment cannot be relied on to remove what it made.
    folder = tempfile.mkdtemp(prefix="utrap-")
    pool = ProcessPoolExecutor(min(jobs, len(batches)), context, _begin, (_for_processes(suites), folder))
    try:
        futures = {pool.submit(_prove, number, [task for _, task in tasks]): tasks for number, tasks in batches}
        for future in as_completed(futures):
            tasks = futures[future]
            try:
                results = future.result()
            except BrokenProcessPool:
                results = [_lost(task) for _, task in tasks]
            yield from _numbered(tasks, results)
    except BaseException:
        # Ctrl-C, or an error: nobody waits for what is still being proved.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        _remove(folder)


def _numbered(tasks: Sequence[_Numbered], results: Sequence[Result]) -> Iterator[tuple[int, Result]]:
    return ((number, result) for (number, _), result in zip(tasks, results, strict=True))


def _remove(folder: str) -> None:
    """Remove a folder into which programs may write that are about to end."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            return
        time.sleep(_PAUSE_S)


def _lost(task: Task) -> Result:
    """What is left of a task whose process has ended; so have the others."""
    note = "the process that was to prove it ended, killed or out of memory"
    return Result(task=task, status=Status.UNPROVED, engine="none", seconds=0.0, note=note)


class _Openings:
    """What proves tasks of some suites in this process, each opened when it is asked for."""

    def __init__(self, suites: Sequence[Suite]) -> None:
        self._suites = suites
        self._opened: dict[int, Run] = {}

    def prove(self, number: int, tasks: Sequence[Task]) -> Sequence[Result]:
        """Prove tasks of the suite with this number."""
        if number not in self._opened:
            suite = self._suites[number]
            self._opened[number] = suite.open(suite.material)
        return self._opened[number](tasks)


def _for_processes(suites: Sequence[Suite]) -> list[Suite]:
    """The suites without what opening them does not look at; the same material goes there once."""
    alike = (next(other for other in suites if _opens_alike(other, suite)) for suite in suites)
    return [dataclasses.replace(suite, tasks=(), notes=()) for suite in alike]


_openings = _Openings(())


def _begin(suites: Sequence[Suite], folder: str) -> None:
    """Begin a process: it leaves Ctrl-C to its parent, ends with it, and has its files in this folder."""
    global _openings
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TMPDIR"] = folder
    Thread(target=_follow_parent, args=(folder,), daemon=True).start()
    _openings = _Openings(suites)


def _follow_parent(folder: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _remove(folder)
        os._exit(1)


def _prove(number: int, tasks: Sequence[Task]) -> Sequence[Result]:
    return _openings.prove(number, tasks)
