"""The tables of `utrap exits`: in the terminal, and as a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from utrap.command_line.display import print_table
from utrap_hart.run.mode_names import MODES

from .access import DEVICES, Path
from .summary import WARM_UP, Summary

__all__ = ["PATHS", "markdown", "print_summary"]

#: The paths in words.
PATHS = {
    Path.KERNEL_AND_BACK: "kernel and back",
    Path.IN_KERNEL: "in the kernel",
    Path.TO_USER: "straight to user space",
}
#: Columns with numbers, which a document aligns to the right.
_WORDS = ("Device", "Path", "Mode", "Function")


@dataclass(frozen=True)
class _Table:
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def print_summary(summary: Summary) -> None:
    """Print the accesses, how the paths compare, and where the cycles go."""
    for table in _tables(summary):
        print_table(table.columns, table.rows, title=table.title)
        print()


def markdown(summary: Summary) -> str:
    """The same as a document."""
    lines = ["# What an emulated device access costs", "", "<!-- Made by `utrap exits`: measure again. -->"]
    for table in _tables(summary):
        rule = " | ".join("---" if column in _WORDS else "---:" for column in table.columns)
        lines += ["", f"{table.title}.", "", f"| {' | '.join(table.columns)} |", f"| {rule} |"]
        lines += [f"| {' | '.join(row)} |" for row in table.rows]
    return "\n".join([*lines, ""])


def _tables(summary: Summary) -> Iterator[_Table]:
    yield _Table(
        "An emulated access, from the guest's fault to the guest again: median (least-most)"
        f" of the accesses after the first {WARM_UP}",
        ("Device", "Path", "Accesses", "Cycles", "Instructions", "Traps", "CSR accesses"),
        [
            (
                row.device.name,
                f"({row.path.value}) {PATHS[row.path]}",
                str(row.accesses),
                str(row.cycles),
                str(row.instructions),
                str(row.traps),
                str(row.csr_accesses),
            )
            for row in summary.rows
        ],
    )
    yield _Table(
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
    yield _Table(
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
        ],
    )
