"""Carries out `utrap prove`: opens suites, runs them, prints the table, writes counterexamples."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from utrap import __version__
from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import check_folder, write_atomically
from utrap.config import Config
from utrap_formal.cache import Cache
from utrap_formal.opened import open_once
from utrap_formal.runner import default_jobs, run
from utrap_formal.task import Result, Status, Suite

__all__ = ["prove_suites"]

#: A new number when a program that reads the JSON could fail.
_FORMAT = "utrap-prove/1"


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
    """Run suites on a configuration; return the exit status."""
    check_folder(folder)
    opened: list[str] = []
    documents, status = [], 0
    for name, make in suites.items():
        start = time.perf_counter()
        suite: Suite | None = open_once(Path(folder), name, config, make, fresh)
        if suite is None:
            continue
        suite = dataclasses.replace(suite, tasks=tuple(t for t in suite.tasks if only in t.name or only in t.kind))
        opened.append(suite.name)
        if not suite.tasks:
            continue
        cache = Cache(Path(folder), suite)
        shown = Path(folder, "waveforms", f"{suite.name}-{cache.key[:8]}")
        if fresh or (suite.shows and not shown.is_dir()):
            cache.forget()
        results = _run(suite, jobs or default_jobs(), cache, stop_at_first, is_quiet=as_json)
        seconds = time.perf_counter() - start
        written = _write(Path(folder), shown, results)
        documents.append(_document(suite, results, seconds, written))
        if not as_json:
            _print(suite, results, seconds, written, shown, details)
        status |= any(result.status is not Status.PROVED for result in results)
        if stop_at_first and any(result.status is Status.REFUTED for result in results):
            break
    if not documents:
        raise UserError(
            f"--only {only}: nothing in {', '.join(opened)} has this in its name or kind"
            if opened
            else "no property of these suites has a meaning for this configuration"
        )
    if as_json:
        head = {"format": _FORMAT, "utrap": __version__, "config": config.to_json()}
        print(json.dumps({**head, "suites": documents}, indent=2))
    return status


def _run(suite: Suite, jobs: int, cache: Cache, stop_at_first: bool, is_quiet: bool) -> list[Result]:
    """All results, or those up to the first refutation, in the order of the tasks; a terminal sees how far it is."""
    results: list[Result] = []
    shows = not is_quiet and sys.stderr is not None and sys.stderr.isatty()
    with closing(run(suite, jobs, cache)) as running:
        for result in running:
            results.append(result)
            if shows:
                print(f"\r{suite.name}: {len(results)} of {len(suite.tasks)}", end="", file=sys.stderr, flush=True)
            if stop_at_first and result.status is Status.REFUTED:
                break
    if shows:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
    return sorted(results, key=lambda result: result.task.index)


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


def _print(
    suite: Suite, results: Sequence[Result], seconds: float, written: dict[str, str], shown: Path, details: bool
) -> None:
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
    print(f"{len(results)}{rest} tasks in {seconds:.1f} s" + (f", {known} known from an earlier run" if known else ""))
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
        print(f"waveforms: {shown}")


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


def _document(suite: Suite, results: Sequence[Result], seconds: float, written: dict[str, str]) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "seconds": round(seconds, 3),
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
