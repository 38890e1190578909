"""Runs the tasks of a suite in processes, each of which opens the suite once."""

from __future__ import annotations

import math
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Thread
from typing import Any

from utrap_formal.cache import Cache
from utrap_formal.task import Result, Run, Status, Suite, Task

__all__ = ["default_jobs", "run"]

#: A folder is removed anew so often while programs that are ending still write into it.
_TRIES, _PAUSE_S = 100, 0.05


def default_jobs() -> int:
    """As many as there are processors for us."""
    return len(os.sched_getaffinity(0))


def run(suite: Suite, jobs: int, cache: Cache | None = None) -> Generator[Result, None, None]:
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
    size = min(suite.batch, math.ceil(len(tasks) / jobs))
    batches = [tasks[start : start + size] for start in range(0, len(tasks), size)]
    if jobs == 1:
        prove = suite.open(suite.material)
        for batch in batches:
            yield from prove(batch)
        return
    # A new interpreter in each process: a solver that is forked shares nothing that it should not.
    context = multiprocessing.get_context("spawn")
    # Of this process, since one that is ended at any moment cannot be relied on to remove what it made.
    folder = tempfile.mkdtemp(prefix="utrap-")
    pool = ProcessPoolExecutor(jobs, context, _open, (suite.open, suite.material, folder))
    try:
        futures = {pool.submit(_prove, batch): batch for batch in batches}
        for future in as_completed(futures):
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from map(_lost, futures[future])
    except BaseException:
        # Ctrl-C, or an error: nobody waits for what is still being proved.
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        _remove(folder)


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


_run: Run | None = None


def _open(open_suite: Callable[[dict[str, Any]], Run], material: dict[str, Any], folder: str) -> None:
    """Begin a process: it leaves Ctrl-C to its parent, ends with it, and has its files in this folder."""
    global _run
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TMPDIR"] = folder
    Thread(target=_follow_parent, args=(folder,), daemon=True).start()
    _run = open_suite(material)


def _follow_parent(folder: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _remove(folder)
        os._exit(1)


def _prove(tasks: Sequence[Task]) -> Sequence[Result]:
    assert _run is not None
    return _run(tasks)
