"""The command `utrap replay`: files one after another on a back end, with progress, and a report of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from utrap import __version__
from utrap.command_line.errors import UserError
from utrap_testbench.replay import Report
from utrap_testbench.replay import replay as replay_on_model
from utrap_testbench.vectors.extended import extended as with_extensions

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["FORMAT", "run"]

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-replay/1"
#: How many differing lines of a file are shown.
_KEEP = 10


def run(
    files: Sequence[str],
    on: str,
    *,
    keep_going: bool,
    extended: bool,
    limit: int | None,
    as_json: bool,
    again: Callable[[str, int], Sequence[str]],
    verilog: str | None = None,
    line: int | None = None,
) -> int:
    """Replay the files; gives the exit status: 0 all agree, 1 a difference.

    `line` is the only line of each file to replay, `again` gives the lines that say how to see a differing line again.

    Raises:
        ReplayError: When a file cannot be read.
        UserError: When the simulator is missing, or ends, or there is no unit for it in the file `verilog`.
    """
    reports: list[Report] = []
    options: dict[str, Any] = {
        "config": with_extensions if extended else None,
        "keep": _KEEP,
        "stop_at_first": not keep_going,
        "limit": limit,
        "line": line,
    }
    with ExitStack() as stack:
        progress = stack.enter_context(_progress())
        back_end = _back_end(on, verilog, stack)
        for file in files:
            task = progress.add_task(file, total=None)
            reports.append(
                back_end(file, **options, progress=lambda count, task=task: progress.update(task, completed=count))
            )
            progress.update(task, completed=reports[-1].records, total=reports[-1].records)
            if not as_json:
                _print(reports[-1], progress, again)
            if reports[-1].differing and not keep_going:
                break
    if as_json:
        print(json.dumps(_document(on, extended, reports), indent=2))
    elif len(reports) > 1:
        print(_total(reports).summary())
    return 0 if all(report.ok for report in reports) else 1


def _back_end(on: str, verilog: str | None, stack: ExitStack) -> Callable[..., Report]:
    if verilog is not None and on not in ("icarus", "verilator"):
        raise UserError(f"--verilog {verilog}: what is to run it? say --on icarus or --on verilator")
    if on == "golden":
        return replay_on_model
    from utrap_sim.simulators.given_verilog import read_given

    from .replay_file import Players, replay_on_rtl

    players = stack.enter_context(Players(on, read_given(verilog)))
    return lambda file, **options: replay_on_rtl(file, players, **options)


def _progress() -> Progress:
    """Bars on the standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _print(report: Report, progress: Progress, again: Callable[[str, int], Sequence[str]]) -> None:
    lines = [report.summary()]
    for number, differences in report.failures:
        lines.append(f"{report.file}:{number}:")
        lines += [f"  {difference}" for difference in differences]
    if report.failures:
        lines += again(report.file, report.failures[0][0])
    if report.differing > len(report.failures):
        lines.append(f"  and {report.differing - len(report.failures)} more lines that differ")
    # On a terminal the bars are drawn below what is printed.
    if progress.disable or not sys.stdout.isatty():
        print("\n".join(lines), flush=True)
    else:
        progress.console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _total(reports: Sequence[Report]) -> Report:
    total = Report(file="all files")
    for report in reports:
        total.records += report.records
        total.agreeing += report.agreeing
        total.predicted_records += report.predicted_records
        total.predicted.update(report.predicted)
        total.differing += report.differing
    return total


def _document(on: str, extended: bool, reports: Sequence[Report]) -> dict[str, Any]:
    total = _total(reports).to_json()
    del total["file"], total["failures"]
    return {
        "format": FORMAT,
        "utrap": __version__,
        "on": on,
        "extended": extended,
        "files": [report.to_json() for report in reports],
        "total": total,
    }
