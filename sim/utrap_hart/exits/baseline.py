"""Figures of an earlier run beside those of this one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any

from utrap.command_line.errors import UserError

from .access import Path
from .show import Table

__all__ = ["Baseline", "change_table", "read_baseline"]

#: The medians of a row, in the order of the columns.
_QUANTITIES = ("cycles", "instructions", "traps", "csr_accesses")

#: Device and path -> the medians.
Baseline = Mapping[tuple[str, str], tuple[int, ...]]


def read_baseline(name: str, wanted: str, command: str) -> Baseline:
    """Read the figures that a command has written.

    Args:
        name: The file.
        wanted: What its "format" has to be.
        command: What writes such files, for the message about one that is none.

    Raises:
        UserError: When it cannot be read, or is no such file.
    """
    try:
        document = json.loads(File(name).read_bytes())
    except OSError as error:
        raise UserError(f"--baseline {name}: {error.strerror}") from error
    except ValueError:
        raise UserError(f"--baseline {name}: it is not JSON: {command} writes such files") from None
    found = document.get("format") if isinstance(document, dict) else None
    if found != wanted:
        said = f"its format is {found}" if isinstance(found, str) else "it says no format"
        raise UserError(f"--baseline {name}: {said}, needed is {wanted}: measure again with {command}")
    try:
        return _medians(document["accesses"])
    except (KeyError, TypeError):
        raise UserError(f"--baseline {name}: it has no accesses as {command} writes them: measure again") from None


def _medians(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (row["device"], row["path"]): tuple(int(row[quantity]["median"]) for quantity in _QUANTITIES) for row in rows
    }


def change_table(rows: Sequence[Mapping[str, Any]], baseline: Baseline, paths: Mapping[Path, str]) -> Table:
    """Each access's medians, those of the baseline before those of now.

    Args:
        rows: The accesses of now, as JSON has them.
        baseline: The accesses of before.
        paths: The paths in words.
    """
    words = {path.value: text for path, text in paths.items()}
    table = []
    for (device, path), now in _medians(rows).items():
        before = baseline.get((device, path))
        cells = [_change(*pair) for pair in zip(before, now, strict=True)] if before else [f"{n:,}" for n in now]
        share = f"{now[0] / before[0] - 1:+.1%}" if before and before[0] else "new"
        table.append((device, f"({path}) {words[path]}", share, *cells))
    return Table(
        "Medians against the baseline",
        ("Device", "Path", "Change", "Cycles", "Instructions", "Traps", "CSR accesses"),
        table,
    )


def _change(before: int, now: int) -> str:
    return f"{now:,}" if before == now else f"{before:,} -> {now:,}"
