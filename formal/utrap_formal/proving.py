"""Carries out `utrap prove`: opens suites, runs them, prints the table, writes counterexamples."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from utrap import __version__
from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import check_folder, write_atomically
from utrap.config import Config
from utrap_formal.cache import Cache
from utrap_formal.opened import open_once
from utrap_formal.runner import default_jobs, run_all
from utrap_formal.task import Result, Status, Suite

__all__ = ["NothingToProve", "prove_suites"]

#: A new number when a program that reads the JSON could fail.
_FORMAT = "utrap-prove/2"


class NothingToProve(UserError):
    """No suite that was asked for has a task for the configuration."""


@dataclass(kw_only=True)
class _Opened:
    """A suite that runs.

    Attributes:
        suite: It, with the tasks that were asked for.
        cache: What is known of it.
        shown: The folder of what its proofs show.
        results: What there is so far.
    """

    suite: Suite
    cache: Cache
    shown: Path
    results: list[Result] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Every task has its result."""
        return len(self.results) == len(self.suite.tasks)


def prove_suites(
    suites: Mapping[str, Callable[[Config], Any]],
    config: Config,
    *,
    jobs: int | None,
    only: str,
    fresh: bool,
    stop_at_first: bool,
    folder: str,
    details: bool,
    as_json: bool,
) -> int:
    """Run suites, by name, on a configuration; return the exit status.

    Raises:
        NothingToProve: When no suite has a task.
        UserError: When the folder cannot be written.
    """
    check_folder(folder)
    start = time.perf_counter()
    made = (open_once(Path(folder), name, config, make, fresh) for name, make in suites.items())
    found = [_open(suite, Path(folder), only, fresh) for suite in made if suite is not None]
    opened = [each for each in found if each.suite.tasks]
    if not opened:
        raise NothingToProve(
            f"--only {only}: nothing in {', '.join(each.suite.name for each in found)} has this in its name or kind"
            if found
            else "no property of these suites has a meaning for this configuration"
        )
    documents = []
    is_alone = len(opened) == 1
    for each in _run(opened, jobs or default_jobs(), stop_at_first, is_quiet=as_json):
        each.results.sort(key=lambda result: result.task.index)
        written = _write(Path(folder), each.shown, each.results)
        documents.append(_document(each, written))
        if not as_json:
            _print(each, written, details, f" in {time.perf_counter() - start:.1f} s" if is_alone else "")
    seconds = time.perf_counter() - start
    if as_json:
        head = {"format": _FORMAT, "utrap": __version__, "config": config.to_json(), "seconds": round(seconds, 3)}
        print(json.dumps({**head, "suites": documents}, indent=2))
    elif not is_alone:
        print(f"\n{sum(len(document['tasks']) for document in documents)} tasks of all suites in {seconds:.1f} s")
    return int(any(document["verdict"] != Status.PROVED.value for document in documents))


def _open(suite: Suite, folder: Path, only: str, fresh: bool) -> _Opened:
    cache = Cache(folder, suite)
    shown = Path(folder, "waveforms", f"{suite.name}-{cache.key[:8]}")
    if fresh or (suite.shows and not shown.is_dir()):
        cache.forget()
    tasks = tuple(task for task in suite.tasks if only in task.name or only in task.kind)
    return _Opened(suite=dataclasses.replace(suite, tasks=tasks), cache=cache, shown=shown)


def _run(opened: Sequence[_Opened], jobs: int, stop_at_first: bool, is_quiet: bool) -> Iterator[_Opened]:
    """Yield the suites in their order, each when it is done; all that have results, once something is refuted and that
    is enough. A terminal sees how far it is.
    """
    shows = not is_quiet and sys.stderr is not None and sys.stderr.isatty()
    total, count, next_one = sum(len(each.suite.tasks) for each in opened), 0, 0
    with closing(run_all([(each.suite, each.cache) for each in opened], jobs, stop_at_first)) as running:
        for number, result in running:
            opened[number].results.append(result)
            count += 1
            if stop_at_first and result.status is Status.REFUTED:
                break
            while next_one < len(opened) and opened[next_one].is_done:
                _progress("", shows)
                yield opened[next_one]
                next_one += 1
            _progress(f"{count} of {total}", shows)
    _progress("", shows)
    yield from (each for each in opened[next_one:] if each.results)


def _progress(words: str, shows: bool) -> None:
    if shows:
        print(f"\r{words:60}\r{words}", end="", file=sys.stderr, flush=True)


def _write(folder: Path, shown: Path, results: Sequence[Result]) -> dict[str, str]:
    """Write what shows refutations, and what was to be shown; return the paths by the task's name."""
    written = {}
    for result in results:
        if result.files:
            files = {name: text.encode() for name, text in result.files.items()}
            place = shown if result.status is Status.PROVED else folder / "counterexamples"
            paths = write_atomically(place, files)
            written[result.task.name] = ", ".join(map(str, paths))
    return written


def _print(opened: _Opened, written: dict[str, str], details: bool, time_taken: str) -> None:
    suite, results = opened.suite, opened.results
    columns = ("Kind", "Tasks", *(name.capitalize() for name in suite.counts), "Engine", "Seconds", "Result")
    kinds = list(dict.fromkeys(result.task.kind for result in results))
    rows = [_row(suite, kind, [r for r in results if r.task.kind == kind]) for kind in kinds]
    rows.append(_row(suite, "all", results))
    # In a pipe, too, where tables have no titles.
    print(f"{suite.name}: {suite.title}")
    print_table(columns, rows)
    if details:
        tasks = [_row(suite, result.task.name, [result]) for result in results]
        print_table(("Task", *columns[1:]), tasks)
        for title, head, body in suite.notes:
            print(f"\n{title}:")
            print_table(head, body)
    known = sum(result.is_cached for result in results)
    rest = f" of {len(suite.tasks)}" if len(results) < len(suite.tasks) else ""
    print(f"{len(results)}{rest} tasks{time_taken}" + (f", {known} known from an earlier run" if known else ""))
    for result in results:
        if result.status is not Status.PROVED:
            print(f"\n{result.task.name}: {result.status.value}")
            print("\n".join("  " + line for line in result.note.splitlines()))
            path = written.get(result.task.name, "")
            if path.endswith(".jsonl"):
                print(f"  replay: utrap replay --on icarus {path}")
            elif path:
                print(f"  waveform: {path}")
    if suite.shows and written:
        print(f"waveforms: {opened.shown}")


def _row(suite: Suite, name: str, results: Sequence[Result]) -> tuple[str, ...]:
    counts = (str(sum(result.counts.get(count, 0) for result in results)) for count in suite.counts)
    engines = ", ".join(sorted({result.engine for result in results}))
    return (name, str(len(results)), *counts, engines, f"{sum(r.seconds for r in results):.1f}", _verdict(results))


def _verdict(results: Sequence[Result]) -> str:
    """Proved only if all are; else how many are not, and how."""
    bad = [f"{n} {status.value}" for status in (Status.REFUTED, Status.UNPROVED) if (n := _count(results, status))]
    return ", ".join(bad) or "proved"


def _count(results: Sequence[Result], status: Status) -> int:
    return sum(result.status is status for result in results)


def _document(opened: _Opened, written: dict[str, str]) -> dict[str, Any]:
    suite, results = opened.suite, opened.results
    return {
        "suite": suite.name,
        "seconds": round(sum(result.seconds for result in results), 3),
        "verdict": _verdict(results),
        "tasks": [
            {
                "name": result.task.name,
                "kind": result.task.kind,
                "status": result.status.value,
                "engine": result.engine,
                "seconds": result.seconds,
                "cached": result.is_cached,
                "counts": result.counts,
                "note": result.note,
                "record": written.get(result.task.name, ""),
            }
            for result in results
        ],
        "notes": [{"title": title, "columns": list(head), "rows": body} for title, head, body in suite.notes],
    }
