"""docs/faults.md: a row for every fault, with who shipped it and what caught it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from utrap_strength.faults.families import Family
from utrap_strength.faults.judge import Outcome

__all__ = ["markdown"]

_HEAD = """\
# Bugs that others shipped

<!-- Made by `make faults`: change the sources. -->

Each family is a mistake that a core, a simulator or a hypervisor's prototype shipped, in the logic of traps,
delegation and privileged CSRs. `utrap faults` puts it into the unit, at the one place where the rule stands, as a
change to the sources of `hdl/utrap`, and asks what catches it: the default regression of each simulator, with how
many events it compared before, and the equivalence proof, with the task that refutes it. A regression counts where
its first difference names the right event and a right CSR or output. The configuration is the smallest in which
the mistake acts. Seconds are those of all checks together, without the builds, on two cores that other work shared;
an empty cell was not run.

    utrap faults --list
    utrap faults mpp-2 sret-as-mret
    utrap faults --sim icarus --jobs 2

"""
_COLUMNS = ("family", "who shipped it", "the mistake", "configuration", "Icarus", "Verilator", "proof", "seconds")


def markdown(families: Sequence[Family], outcomes: Mapping[str, Outcome]) -> str:
    """The document; a check that was not done leaves its cell empty."""
    rows = [
        (
            f"`{fault.name}`",
            _shipped(family),
            fault.what,
            fault.configuration,
            *(_cell(outcomes[fault.name], check) for check in ("icarus", "verilator", "proof")),
            f"{outcomes[fault.name].seconds:.1f}",
        )
        for family in families
        for fault in family.faults
    ]
    without = [(f"`{family.name}`", _shipped(family), family.why_not) for family in families if family.why_not]
    return (
        _HEAD
        + f"## {len(rows)} faults of {len(families) - len(without)} families\n\n"
        + _table(_COLUMNS, rows)
        + "\n## Families that the unit cannot have\n\n"
        + _table(("family", "who shipped it", "why not here"), without)
    )


def _shipped(family: Family) -> str:
    by: dict[str, list[str]] = {}
    for project, reference in family.shipped:
        by.setdefault(project, []).append(reference)
    return "; ".join(f"{project} ({', '.join(references)})" for project, references in by.items())


def _cell(outcome: Outcome, check: str) -> str:
    found: dict[str, Any] | None = outcome.found.get(check)
    if found is None:
        return ""
    if not outcome.caught_by(check):
        return "misnamed" if "event" in found else "missed"
    return str(found["task"]) if check == "proof" else f"{found['events']:,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
