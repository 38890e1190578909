"""Replaying a whole file: run, predict the recorder's deviations, compare, count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from utrap_testbench.golden import Config, IllegalState
from utrap_testbench.oracles.spike import predict
from utrap_testbench.vectors.compare import Difference, Result, check
from utrap_testbench.vectors.model import run_on_model
from utrap_testbench.vectors.reader import read_records
from utrap_testbench.vectors.record import Header, Record, ReplayError

Run = Callable[[Config, Record], Result]


@dataclass(kw_only=True)
class Report:
    """What a replay found. `failures` keeps the first differing lines, `differing` counts them all."""

    file: str
    records: int = 0
    agreeing: int = 0
    predicted: Counter[str] = field(default_factory=Counter)
    predicted_records: int = 0
    differing: int = 0
    failures: list[tuple[int, list[Difference]]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Every record agrees, or differs exactly as predicted."""
        return self.differing == 0

    def enter(self, number: int, names: list[str], differences: list[Difference], keep: int = 10) -> None:
        """Count a record: what was predicted for it, and the differences that remain."""
        self.records += 1
        if differences:
            self.differing += 1
            if len(self.failures) < keep:
                self.failures.append((number, differences))
        elif names:
            self.predicted_records += 1
            self.predicted.update(names)
        else:
            self.agreeing += 1

    def summary(self) -> str:
        """One line of counts."""
        named = ", ".join(f"{name} {count}" for name, count in sorted(self.predicted.items()))
        text = f"{self.file}: {self.records} records, {self.agreeing} agree"
        if self.predicted_records:
            text += f", {self.predicted_records} differ as predicted ({named})"
        return text + (f", {self.differing} DIFFER" if self.differing else "")

    def to_json(self) -> dict[str, object]:
        """The report with plain JSON values."""
        return {
            "file": self.file,
            "records": self.records,
            "agreeing": self.agreeing,
            "predicted": dict(sorted(self.predicted.items())),
            "predicted_records": self.predicted_records,
            "differing": self.differing,
            "failures": [
                {
                    "line": line,
                    "differences": [{"field": d.field, "recorded": d.expected, "got": d.got} for d in differences],
                }
                for line, differences in self.failures
            ],
        }


def replay(
    path: str | Path,
    run: Run = run_on_model,
    *,
    config: Callable[[Config], Config] | None = None,
    keep: int = 10,
    stop_at_first: bool = False,
    limit: int | None = None,
    line: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Replay the file on a back end.

    `config` may turn the header's configuration into the one to run (see
    `extended`). `keep` is how many differing lines the report holds, `limit`
    how many records are replayed, `line` the only one that is. Raises `ReplayError` for a file that cannot be read.
    """
    header, records = read_records(path)
    configured = header.config if config is None else config(header.config)
    report = Report(file=str(path))
    for number, record in chosen(str(path), records, limit, line):
        judge(header, configured, number, record, run, report, keep)
        if progress is not None:
            progress(report.records)
        if stop_at_first and report.differing:
            break
    return report


def chosen(
    path: str, records: Iterable[tuple[int, Record]], limit: int | None = None, line: int | None = None
) -> Iterator[tuple[int, Record]]:
    """The first `limit` records of a file, or the one in a line; raises `ReplayError` where there is none."""
    if line is None:
        yield from islice(records, limit)
        return
    found = next((each for each in records if each[0] >= line), (0, None))
    if found[1] is None or found[0] != line:
        raise ReplayError(path, line, "there is no record in this line")
    yield line, found[1]


def judge(
    header: Header, config: Config, number: int, record: Record, run: Run, report: Report, keep: int = 10
) -> None:
    """Run and compare one record, and enter it into the report."""
    try:
        own = run(config, record)
    except IllegalState as error:
        raise ReplayError(report.file, number, f"pre: {error}") from None
    names, expected = predict(header, config, record, own)
    report.enter(number, names, check(record, expected), keep)
