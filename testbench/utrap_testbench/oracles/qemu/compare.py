"""What came out of QEMU against what the model says: trap by trap, then field by field of each dump."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .core import Result, Trap
from .program import FIELDS, Program
from .tools import Observed


@dataclass(frozen=True)
class Difference:
    """One field that is not as the model says. None: there is nothing on that side."""

    step: int
    field: str
    expected: int | None
    got: int | None

    def __str__(self) -> str:
        return f"step {self.step}, {self.field}: model {_show(self.expected)}, QEMU {_show(self.got)}"


def _show(value: int | None) -> str:
    return "nothing" if value is None else hex(value)


@dataclass(kw_only=True)
class Report:
    """What one program gave."""

    seed: int
    steps: int
    traps: int = 0
    fields: int = 0
    predicted: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    ended: str = ""

    @property
    def ok(self) -> bool:
        """Everything agrees or differs exactly as predicted."""
        return not self.differences and not self.ended

    def to_json(self) -> dict[str, Any]:
        """The report with plain JSON values."""
        return {
            "seed": self.seed,
            "steps": self.steps,
            "traps": self.traps,
            "fields": self.fields,
            "predicted": dict(sorted(self.predicted.items())),
            "covered": dict(sorted(self.covered.items())),
            "ended": self.ended,
            "differences": [
                {"step": item.step, "field": item.field, "model": item.expected, "qemu": item.got}
                for item in self.differences
            ],
        }


def compare(program: Program, results: list[Result], seen: Observed) -> Report:
    """Compare up to and including the first step that differs: what follows it starts from another state."""
    report = Report(seed=program.seed, steps=len(program.steps), ended=seen.ended)
    traps = iter(seen.traps)
    for number, result in enumerate(results):
        report.predicted += result.predicted
        report.covered += result.covered
        for place, expected in enumerate(result.traps):
            _compare_trap(report, number, place, expected, next(traps, None))
        dump = seen.dumps[number] if number < len(seen.dumps) else ()
        _compare_dump(report, number, result.dump, dump)
        if report.differences:
            return report
    for got in traps:
        report.differences.append(Difference(len(results), "trap beyond the last: cause", None, got.cause))
    return report


def _compare_trap(report: Report, step: int, place: int, expected: Trap, got: Trap | None) -> None:
    report.traps += 1
    for name in ("is_interrupt", "cause", "epc", "tval"):
        wanted, found = getattr(expected, name), getattr(got, name, None)
        if wanted != found:
            report.differences.append(Difference(step, f"trap {place} {name}", wanted, found))


def _compare_dump(report: Report, step: int, expected: tuple[int, ...], got: tuple[int, ...]) -> None:
    if not got:
        report.differences.append(Difference(step, "dump", expected[0], None))
        return
    for name, wanted, found in zip(FIELDS, expected, got, strict=True):
        report.fields += 1
        if wanted != found:
            report.differences.append(Difference(step, name, wanted, found))
