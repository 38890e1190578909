"""A regression as the user sees it: a progress bar, failures as they come, in the end the reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import write_atomically

from . import report
from .parallel import Regression
from .seed import SeedResult

__all__ = ["RegressSession"]


class RegressSession:
    """Shows results as they come, and writes the reports at the end, or when it is interrupted.

    Args:
        regression: What runs.
        as_json: Print the results as JSON, and nothing else.
        least: How many percent of each configuration's reachable bins must be covered.

    Attributes:
        status: The command's exit status, afterwards.
    """

    def __init__(self, regression: Regression, as_json: bool = False, least: int = 0) -> None:
        self._regression, self._as_json, self._least = regression, as_json, least
        self._files: dict[str, bytes] = {}
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("seeds", total=len(regression.seeds))
        self.status = 0

    def __enter__(self) -> RegressSession:
        # Known before the seeds run rather than after.
        if Path(self._regression.output).exists() and not Path(self._regression.output).is_dir():
            raise UserError(
                f"cannot write into {self._regression.output}: {self._regression.output} is not a directory"
            )
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if self._regression.results or kind is None:
            self._report()
        if self._regression.was_interrupted and kind is None:
            raise KeyboardInterrupt

    def enter(self, result: SeedResult) -> None:
        """Take a result."""
        self._files |= result.files
        if not result.has_passed and not self._as_json:
            print(report.told(result, self._regression), file=sys.stderr, flush=True)
        self._progress.advance(self._task)

    def _report(self) -> None:
        regression = self._regression
        covered = report.coverage(regression)
        files = {
            "junit.xml": report.junit(regression),
            "report.html": report.html(regression, covered),
        }
        if covered:  # cocotb-coverage cannot export what nothing was entered into
            files["coverage.xml"] = report.coverage_xml()
        write_atomically(regression.output, files | self._files)
        if self._as_json:
            print(json.dumps(report.document(regression, covered, f"{regression.output}/report.html"), indent=2))
        else:
            self._print(covered)
        broken = any(summary.broken for config in covered for summary in config.summaries)
        lacking = [config for config in covered if config.hit * 100 < self._least * config.reachable]
        for config in lacking:
            share = f"{100 * config.hit / config.reachable:.1f} % of the reachable bins are covered"
            print(f"utrap regress: {config.name}: {share}, and --min-coverage wants {self._least}", file=sys.stderr)
        self.status = 1 if regression.failures or broken or lacking else 0

    def _print(self, covered: list[report.Covered]) -> None:
        print_table(report.COLUMNS, report.rows(self._regression))
        for config in covered:
            print(f"{config.name}: {config.hit} of {config.reachable} reachable bins are covered")
        if missed := sum(config.reachable - config.hit for config in covered):
            print(f"{missed:,} reachable bins are not covered: more --steps or --seeds may; the page names each")
        print(f"{self._regression.output}/report.html")
