"""`utrap faults`: runs the faults that were asked for, some at a time, and says what caught them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from utrap import __version__
from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.processes import end_children
from utrap_strength.faults.families import Family
from utrap_strength.faults.fault import Fault
from utrap_strength.faults.judge import CHECKS, Outcome, judge, remembered

__all__ = ["list_families", "run_families"]

#: A new number when a program that reads the JSON could fail.
_FORMAT = "utrap-faults/1"


def list_families(families: Sequence[Family], folder: Path) -> int:
    """Print every fault with what came of it the last time, and why other families have none."""
    rows = [
        (fault.name, fault.configuration, _status(remembered(fault, folder)), fault.what)
        for family in families
        for fault in family.faults
    ]
    rows += [(family.name, "", "impossible", family.why_not) for family in families if family.why_not]
    print_table(("Fault", "Configuration", "Status", "What"), sorted(rows), widest="What")
    return 0


def run_families(
    families: Sequence[Family], checks: Sequence[str], jobs: int, folder: Path, *, as_json: bool
) -> tuple[int, dict[str, Outcome]]:
    """Put the faults of families before checks, and print what came of each.

    Returns:
        1 where a check missed a fault or named it wrongly, else 0; and the outcomes by the faults' names.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write into {folder}: {folder} is not a directory")
    for simulator in checks:
        if simulator != "proof":
            find_simulator(simulator)
    faults = [fault for family in families for fault in family.faults]
    outcomes = {outcome.fault.name: outcome for outcome in _judged(faults, checks, jobs, folder)}
    outcomes = {fault.name: outcomes[fault.name] for fault in faults}
    if as_json:
        print(json.dumps(_document(families, outcomes), indent=2))
    else:
        _print(outcomes, [family for family in families if family.why_not])
    return int(any(outcome.missed for outcome in outcomes.values())), outcomes


def _judged(faults: Sequence[Fault], checks: Sequence[str], jobs: int, folder: Path) -> Iterator[Outcome]:
    """Yield the outcomes as they come; what was known is known again after Ctrl-C."""
    console = Console(stderr=True)
    with (
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        ) as progress,
        ThreadPoolExecutor(jobs) as pool,
    ):
        task, stop = progress.add_task("faults", total=len(faults)), Event()
        futures = [
            pool.submit(judge, fault, takewhile(lambda _: not stop.is_set(), checks), folder) for fault in faults
        ]
        try:
            for future in as_completed(futures):
                yield future.result()
                progress.advance(task)
        except BaseException:
            stop.set()
            for future in futures:
                future.cancel()
            end_children()
            raise


def _status(outcome: Outcome) -> str:
    """What caught it, in a few words."""
    if not outcome.found:
        return "not run"
    return ", ".join(f"{check}: {_caught(outcome, check)}" for check in outcome.found)


def _caught(outcome: Outcome, check: str) -> str:
    found = outcome.found[check]
    if outcome.caught_by(check):
        return str(found["task"]) if check == "proof" else f"{found['events']:,}"
    return "misnamed" if "event" in found else "MISSED"


def _print(outcomes: dict[str, Outcome], impossible: Sequence[Family]) -> None:
    checks = [check for check in CHECKS if any(check in outcome.found for outcome in outcomes.values())]
    heads = {"icarus": "Icarus, events", "verilator": "Verilator, events", "proof": "Proof, task"}
    rows = [
        (
            outcome.fault.name,
            outcome.fault.configuration,
            *(_caught(outcome, check) for check in checks),
            f"{outcome.seconds:.1f}",
        )
        for outcome in outcomes.values()
    ]
    print_table(("Fault", "Configuration", *(heads[check] for check in checks), "Seconds"), rows)
    for outcome in outcomes.values():
        for check in outcome.missed:
            found = outcome.found[check]
            print(f"\n{outcome.fault.name}, {check}: {_caught(outcome, check)}: {outcome.fault.what}")
            if "event" in found:
                print(f"  after {found['events']:,} events, in {found['mode']}: {found['event']}")
                print("\n".join(f"  {line}" for line in found["differences"]))
    for family in impossible:
        print(f"\n{family.name}: impossible: {family.why_not}")
    if outcomes:
        caught = sum(not outcome.missed for outcome in outcomes.values())
        print(f"\n{caught} of {len(outcomes)} faults are caught by {', '.join(checks)}")


def _document(families: Sequence[Family], outcomes: dict[str, Outcome]) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "utrap": __version__,
        "families": [
            {
                "family": family.name,
                "shipped": [{"project": project, "reference": reference} for project, reference in family.shipped],
                "impossible": family.why_not,
                "faults": [
                    {
                        "name": fault.name,
                        "what": fault.what,
                        "profile": fault.profile,
                        "xlen": fault.xlen,
                        "settings": list(fault.settings),
                        "found": outcomes[fault.name].found,
                        "missed": outcomes[fault.name].missed,
                    }
                    for fault in family.faults
                ],
            }
            for family in families
        ],
    }
