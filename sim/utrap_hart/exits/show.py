"""The tables of `utrap exits`: in the terminal, and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from utrap.command_line.display import print_table
from utrap_hart.run.mode_names import MODES

from .access import DEVICES, Path
from .summary import WARM_UP, Summary

__all__ = [
    "PATHS",
    "Table",
    "access_table",
    "as_markdown",
    "markdown",
    "print_summary",
    "print_tables",
    "profile_table",
]

#: The paths in words.
PATHS = {
    Path.KERNEL_AND_BACK: "kernel and back",
    Path.IN_KERNEL: "in the kernel",
    Path.TO_USER: "straight to user space",
}
#: Columns without numbers; a document aligns the others to the right.
WORDS = ("Device", "Path", "Mode", "Function", "Workload", "Measured on")


@dataclass(frozen=True)
class Table:
    """A table with its title; `WORDS` are the columns that are not numbers."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def print_tables(tables: Iterable[Table]) -> None:
    """Print them, each with an empty line behind it."""
    for table in tables:
        print_table(table.columns, table.rows, title=table.title)
        print()


def as_markdown(title: str, command: str, tables: Iterable[Table]) -> str:
    """A document of them, which says what made it."""
    lines = [f"# {title}", "", f"<!-- Made by `{command}`: measure again. -->"]
    for table in tables:
        rule = " | ".join("---" if column in WORDS else "---:" for column in table.columns)
        lines += ["", f"{table.title}.", "", f"| {' | '.join(table.columns)} |", f"| {rule} |"]
        lines += [f"| {' | '.join(row)} |" for row in table.rows]
    return "\n".join([*lines, ""])


def print_summary(summary: Summary) -> None:
    """Print the accesses, how the paths compare, and where the cycles go."""
    print_tables(_tables(summary))


def markdown(summary: Summary) -> str:
    """The same as a document."""
    return as_markdown("What an emulated device access costs", "utrap exits", _tables(summary))


def _tables(summary: Summary) -> Iterator[Table]:
    yield access_table(summary, PATHS)
    yield Table(
        "How the paths' median cycles compare",
        ("Device", "(a) / (c)", "(c) / (b)"),
        [
            (
                device.name,
                f"{summary.ratio(device, Path.KERNEL_AND_BACK, Path.TO_USER):.2f}",
                f"{summary.ratio(device, Path.TO_USER, Path.IN_KERNEL):.2f}",
            )
            for device in DEVICES
            if device.is_in_user
        ],
    )
    yield profile_table(summary)


def access_table(summary: Summary, paths: Mapping[Path, str]) -> Table:
    """The accesses by device and path, which `paths` has in words."""
    return Table(
        "An emulated access, from the guest's fault to the guest again: median (least-most)"
        f" of the accesses after the first {WARM_UP}",
        ("Device", "Path", "Accesses", "Cycles", "Instructions", "Traps", "CSR accesses"),
        [
            (
                row.device.name,
                f"({row.path.value}) {paths[row.path]}",
                str(row.accesses),
                str(row.cycles),
                str(row.instructions),
                str(row.traps),
                str(row.csr_accesses),
            )
            for row in summary.rows
        ],
    )


def profile_table(summary: Summary, least: float = 0.0) -> Table:
    """Where the cycles go, by mode and function, without functions whose share of their path is below `least`."""
    return Table(
        "Where they go, on the average over the devices in user space",
        ("Path", "Mode", "Function", "Cycles", "Instructions", "CSR accesses"),
        [
            (
                f"({account.path.value})",
                MODES[part.mode],
                part.function or "all",
                f"{part.cycles:,.0f}",
                f"{part.instructions:,.0f}",
                "" if part.function else f"{part.csr_accesses:,.0f}",
            )
            for account in summary.accounts
            for mode in account.modes
            for part in (mode, *(one for one in account.functions if one.mode is mode.mode))
            if part.cycles >= least * sum(spent.cycles for spent in account.modes)
        ],
    )
