"""Tables on the standard output: drawn in a terminal, plain and whole lines in a pipe or a file."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["print_table"]


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", widest: str = "") -> None:
    """Print a table; a cell may have several lines, which a pipe gets as one.

    A pipe gets the column `widest` last, where it takes no room from the others.
    """
    if sys.stdout is not None and sys.stdout.isatty():
        _draw(columns, rows, title)
    else:
        _print_plain(columns, rows, widest)


def _draw(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, style="bold" if number == 0 else "", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _print_plain(columns: Sequence[str], rows: Sequence[Sequence[str]], widest: str) -> None:
    lines = [list(columns), *([cell.replace("\n", "; ") for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    order = sorted(range(len(columns)), key=lambda number: columns[number] == widest)
    for line in lines:
        print("  ".join(f"{line[number]:{widths[number]}}" for number in order).rstrip())
