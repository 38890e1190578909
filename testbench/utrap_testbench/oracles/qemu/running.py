"""The command `utrap qemu`: one program after another, with progress, and what they gave."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from utrap import __version__
from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import check_folder, write_atomically

from . import tools
from .compare import Report, compare
from .generate import generate
from .known import DEVIATIONS

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-qemu/1"
#: How many differences of a program are shown.
_SHOWN = 12


def run(seeds: Sequence[int], steps: int, *, keep: str | None, as_json: bool) -> int:
    """Run the programs of the seeds; gives the exit status: 0 all agree, 1 a difference.

    Raises:
        UserError: Where QEMU or the assembler is missing, or QEMU is another version.
    """
    if line := tools.missing():
        raise UserError(line)
    tools.check_version()
    if keep is not None:
        check_folder(keep)
    reports = []
    progress = _progress()
    with progress:
        task = progress.add_task("programs", total=len(seeds))
        for seed in seeds:
            report = run_seed(seed, steps, keep)
            reports.append(report)
            progress.advance(task)
            if not as_json and not report.ok:
                _print_differences(report)
    if as_json:
        print(json.dumps(_document(steps, reports), indent=2))
    else:
        _print(reports)
    return 0 if all(report.ok for report in reports) else 1


def run_seed(seed: int, steps: int, keep: str | None = None) -> Report:
    """Generate, run and compare the program of one seed."""
    program, results, _ = generate(seed, steps)
    with TemporaryDirectory(prefix="utrap-qemu-") as temporary:
        folder = Path(temporary)
        observed = tools.run(program, folder)
        if keep is not None:
            write_atomically(Path(keep, f"seed-{seed}"), {path.name: path.read_bytes() for path in folder.iterdir()})
        return compare(program, results, observed)


def _progress() -> Any:
    """A bar on the standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _print_differences(report: Report) -> None:
    print(f"seed {report.seed}: differs; to see it again: utrap qemu --seed {report.seed} --steps {report.steps}"
          " --keep DIR")  # fmt: skip
    if report.ended:
        print(f"  {report.ended}")
    for difference in report.differences[:_SHOWN]:
        print(f"  {difference}")
    if len(report.differences) > _SHOWN:
        print(f"  and {len(report.differences) - _SHOWN} more fields of this step")
    sys.stdout.flush()


def _print(reports: list[Report]) -> None:
    predicted = _sum(report.predicted for report in reports)
    if predicted:
        rows = [
            (item.name, f"{predicted[item.name]:,}", f"{item.text} ({item.rule})")
            for item in DEVIATIONS
            if predicted[item.name]
        ]
        print_table(("Deviation", "Times", "What QEMU 7.2 does"), rows)
    print(summary(reports))


def summary(reports: list[Report]) -> str:
    """One line of counts."""
    predicted = _sum(report.predicted for report in reports)
    covered = _sum(report.covered for report in reports)
    kinds = sum(what.startswith(("cause ", "interrupt ")) for what in covered)
    return (
        f"{len(reports)} programs, {sum(report.traps for report in reports):,} traps ({kinds} kinds by cause and modes)"
        f" and {sum(report.fields for report in reports):,} fields compared, {sum(predicted.values()):,} times"
        f" otherwise as predicted, {sum(not report.ok for report in reports)} programs differ"
    )


def _sum(counters: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def _document(steps: int, reports: list[Report]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "utrap": __version__,
        "steps": steps,
        "programs": [report.to_json() for report in reports],
        "total": {
            "programs": len(reports),
            "differing": sum(not report.ok for report in reports),
            "traps": sum(report.traps for report in reports),
            "fields": sum(report.fields for report in reports),
            "predicted": dict(sorted(_sum(report.predicted for report in reports).items())),
            "covered": dict(sorted(_sum(report.covered for report in reports).items())),
        },
    }
