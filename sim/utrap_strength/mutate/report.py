"""The report of `utrap mutate`: the score by length, and every mutant that nothing caught."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utrap.command_line.display import print_table
from utrap.command_line.files import write_atomically
from utrap_sim.regress.parallel import DEFAULT_STEPS

from .netlist import mutated
from .results import NAME
from .session import Run

__all__ = ["Score", "report", "scores"]

_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Score:
    """How many mutants a length of the regression catches.

    Attributes:
        steps: Cycles.
        caught: How many it catches.
        equivalent: How many no regression can, for nothing that is compared differs.
        missed: How many it does not catch, although something differs; what was not decided is among them.
    """

    steps: int
    caught: int
    equivalent: int
    missed: int

    @property
    def percent(self) -> float:
        """The score: caught / (all - equivalent)."""
        return 100 * self.caught / (self.caught + self.missed) if self.caught + self.missed else 100.0


def scores(run: Run) -> list[Score]:
    """The score at the default lengths of the simulators, as far as the run went, and at its own length.

    The same cycles are a regression's under both simulators, so what is caught in the first of them is caught by a
    shorter one.
    """
    entries = _entries(run)
    lengths = sorted({run.plan.steps, *(steps for steps in DEFAULT_STEPS.values() if steps < run.plan.steps)})
    equivalent = sum(entry["verdict"] == "equivalent" for entry in entries)
    found = []
    for steps in lengths:
        caught = sum(entry["verdict"] == "caught" and entry["cycle"] < steps for entry in entries)
        found.append(
            Score(steps=steps, caught=caught, equivalent=equivalent, missed=len(entries) - equivalent - caught)
        )
    return found


def _entries(run: Run) -> list[dict[str, Any]]:
    return [run.entries[number] for number in sorted(run.mutations) if number in run.entries]


def report(run: Run) -> int:
    """Write the records of what was missed, print scores and the missed ones; gives the exit status."""
    entries = _entries(run)
    missed = [entry for entry in entries if entry["verdict"] in ("missed", "undecided")]
    folder = run.plan.output / "missed"
    files: dict[str, bytes] = {}
    for entry in missed:
        if entry.get("record"):
            name = f"{entry['number']:05}"
            text = mutated(run.plan.config, run.module, [run.mutations[entry["number"]]], is_chosen=False)
            files |= {f"{name}.jsonl": entry["record"].encode(), f"{name}.v": text.encode()}
    if files:
        write_atomically(folder, files)
    found = scores(run)
    document = {
        "mutants": len(entries),
        "seconds": round(run.seconds, 1),
        "new": run.done,
        "scores": [
            {"simulator": run.plan.simulator, **vars(score), "percent": round(score.percent, 2)} for score in found
        ],
        "missed": [entry["number"] for entry in missed],
    }
    write_atomically(run.plan.output, {"report.json": (json.dumps(document, indent=2) + "\n").encode()})
    for entry in missed:
        print("\n".join(_told(entry, folder)))
    print_table(
        ("Simulator", "Cycles", "Mutants", "Caught", "Equivalent", "Missed", "Score"),
        [
            (
                run.plan.simulator,
                f"{score.steps:,}",
                str(len(entries)),
                str(score.caught),
                str(score.equivalent),
                str(score.missed),
                f"{score.percent:.1f} %",
            )
            for score in found
        ],
    )
    if run.done:
        print(f"{run.done} mutants in {run.seconds:.0f} s: {60 * run.done / run.seconds:.0f} a minute")
    if len(entries) < len(run.mutations):
        print(f"{len(run.mutations) - len(entries)} mutants are left: the same command goes on with them")
    print(run.plan.output / NAME)
    return 1 if missed else 0


def _told(entry: dict[str, Any], folder: Path) -> list[str]:
    """A mutant that was missed, in a few lines."""
    what = f"{entry['kind']} {entry['detail']}".strip()
    lines = [f"{entry['number']}: {entry['place']}: {entry['text']}", f"  {what}; leads to {entry['signal']}"]
    if entry["rules"]:
        lines.append(f"  {', '.join(entry['rules'][:_SHOWN])}")
    if entry["verdict"] == "undecided":
        return [*lines, f"  not decided: {entry['note']}"]
    lines += [f"  {entry['event']}", *(f"  {line}" for line in entry["differences"][:_SHOWN])]
    if entry["record"]:
        name = folder / f"{entry['number']:05}"
        lines.append(f"  utrap replay --on icarus --verilog {name}.v {name}.jsonl")
    return lines
