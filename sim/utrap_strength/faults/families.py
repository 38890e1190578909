"""All families: who shipped each, and its faults or why it has none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from utrap.command_line.errors import UserError
from utrap_strength.faults.catalogue import ENTRIES
from utrap_strength.faults.fault import Fault, Impossible

__all__ = ["Family", "chosen", "families"]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Mistakes of one kind that several projects made.

    Attributes:
        name: A short name.
        shipped: Who had it, each with a reference: a commit, an issue or a file.
        faults: How it is put into the unit.
        why_not: Why it cannot be, where there are no faults.
    """

    name: str
    shipped: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]
    why_not: str


@cache
def families() -> dict[str, Family]:
    """Every family by its name, in the order of the catalogue."""
    shipped = json.loads((files("utrap_strength.faults") / "shipped.json").read_text(encoding="utf-8"))
    names = dict.fromkeys(entry.family for entry in ENTRIES)
    return {
        name: Family(
            name=name,
            shipped=tuple((project, reference) for project, reference in shipped[name]),
            faults=tuple(entry for entry in ENTRIES if isinstance(entry, Fault) and entry.family == name),
            why_not=" ".join(entry.why for entry in ENTRIES if isinstance(entry, Impossible) and entry.family == name),
        )
        for name in names
    }


def chosen(names: Iterable[str]) -> list[Family]:
    """The families of some names; all where there are none.

    Raises:
        UserError: There is no family of a name.
    """
    from difflib import get_close_matches

    known = families()
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"do you mean {close[0]}?" if close else "utrap faults --list has them all"
            raise UserError(f"{name}: no family of faults has this name; {hint}")
    wanted = set(names) or known.keys()
    return [family for name, family in known.items() if name in wanted]
