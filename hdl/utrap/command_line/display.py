"""Tables on the standard output: drawn in a terminal, plain and whole lines in a pipe or a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_table"]


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", widest: str = "") -> None:
    """Print a table; a cell may have several lines, which a pipe gets as one.

    A pipe gets the column `widest` last, where it takes no room from the others; in a terminal it alone is
    wrapped, where that is enough.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        _draw(columns, rows, title, widest)
    else:
        _print_plain(columns, rows, widest)


#: Columns that stand beside each other have this much between them.
_GAP = 2


def _draw(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str, widest: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    widths = _widths([columns, *rows], console.width - _GAP * len(columns), widest)
    if widths is None:
        _draw_blocks(console, columns, rows, title)
        return
    table = Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, _GAP - 1, 0, 0)
    )
    for number, column in enumerate(columns):
        table.add_column(column, style="bold" if number == 0 else "", width=widths[number])
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _widths(lines: Sequence[Sequence[str]], room: int, widest: str) -> list[int] | None:
    """Share the room among the columns so that no word is broken; None where that cannot be."""
    cells = [[cell.split("\n") for cell in column] for column in zip(*lines, strict=True)]
    widths = [
        max((len(word) for cell in column for line in cell for word in line.split()), default=1) for column in cells
    ]
    wanted = [max(len(line) for cell in column for line in cell) for column in cells]
    others = [want if name != widest else width for name, want, width in zip(lines[0], wanted, widths, strict=True)]
    if widest and sum(others) <= room:
        widths = others
    left = room - sum(widths)
    if left < 0:
        return None
    while left and (narrow := [number for number, width in enumerate(widths) if width < wanted[number]]):
        # What is wrapped most gets more: the table gets no longer than it must.
        number = max(narrow, key=lambda number: wanted[number] / widths[number])
        widths[number] += 1
        left -= 1
    return widths


def _draw_blocks(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    """Where a table has no room: a block for each row, a line for each cell."""
    from rich.text import Text

    if title:
        console.print(Text(title, style="italic"))
    for first, *others in rows:
        console.print(Text(first, style="bold"))
        for column, cell in zip(columns[1:], others, strict=True):
            text = f"{column}: {_in_a_line(cell)}"
            indent = " " * _GAP
            lines = wrap(
                text, console.width, initial_indent=indent, subsequent_indent=2 * indent, break_on_hyphens=False
            )
            if cell:
                console.print(Text("\n".join(lines)))


def _in_a_line(cell: str) -> str:
    return cell.replace("\n", "; ")


def _print_plain(columns: Sequence[str], rows: Sequence[Sequence[str]], widest: str) -> None:
    lines = [list(columns), *([_in_a_line(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    order = sorted(range(len(columns)), key=lambda number: columns[number] == widest)
    for line in lines:
        print("  ".join(f"{line[number]:{widths[number]}}" for number in order).rstrip())
