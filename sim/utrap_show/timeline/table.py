"""A timeline as a table on the standard output, as wide as the terminal allows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from utrap.command_line.display import print_table

from .document import hexadecimal
from .event import Event, Kind
from .timeline import Timeline

__all__ = ["COLUMNS", "rows", "show"]

COLUMNS = ("Cycle", "Time", "Event", "Modes", "Cause", "epc", "tval", "GPA", "Vector", "Saved, restored")
#: Which columns a narrow terminal does without, the first one first.
_LEAVING = ("Time", "Vector", "tval", "Saved, restored", "GPA", "epc")
#: A column that is folded is given this much at least.
_FOLDED = 30
_GAP = 3


def show(timeline: Timeline) -> None:
    """Print the table."""
    title = f"{timeline.title}, {timeline.scope}: {timeline.counted}"
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    table = [list(row) for row in rows(timeline, timeline.drawn if is_terminal else timeline.events)]
    kept = _that_fit(table, shutil.get_terminal_size().columns) if is_terminal else range(len(COLUMNS))
    if table:
        shown = [[row[number] for number in kept] for row in table]
        print_table([COLUMNS[number] for number in kept], shown, title=title, widest=COLUMNS[-1])
    else:
        print(f"{title}: no trap and no return")
    if timeline.software:
        print("; ".join(f"{timeline.mode_name(mode)}: {name}" for mode, name in timeline.software.items()))
    for note in timeline.notes:
        print(f"note: {note}")
    if len(table) < len(timeline.events):
        print(f"these are the first {len(table):,}; --cycles FIRST:LAST shows others, --limit N more")
    if missing := [COLUMNS[number] for number in range(len(COLUMNS)) if number not in kept]:
        print(f"not shown, for want of width: {', '.join(missing)}")


def rows(timeline: Timeline, events: Sequence[Event]) -> list[tuple[str, ...]]:
    """A row for each event."""
    return [
        (
            str(event.cycle),
            timeline.clock_time(event.time),
            event.kind.value,
            f"{timeline.mode_name(event.from_mode)} -> {timeline.mode_name(event.to_mode)}",
            event.words if event.kind.is_trap or event.kind is Kind.HALT or event.access else "",
            *(hexadecimal(value) or "" for value in (event.epc, event.tval, event.gpa, event.vector)),
            event.saved + "".join(f", unexpected: {write.name}" for write in event.others),
        )
        for event in events
    ]


def _that_fit(table: Sequence[Sequence[str]], width: int) -> list[int]:
    """The numbers of the columns that there is room for; those without content are left out too."""
    widths = [max(map(len, column)) for column in zip(COLUMNS, *table, strict=True)]
    widths[-1] = min(widths[-1], _FOLDED)
    kept = [number for number in range(len(COLUMNS)) if any(row[number] for row in table) or number < 4]
    for name in _LEAVING:
        if sum(widths[number] + _GAP for number in kept) <= width:
            break
        kept = [number for number in kept if COLUMNS[number] != name]
    return kept
