"""The tables, the JSON and the pictures of `utrap linux`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from utrap import __version__
from utrap_hart.exits import pictures
from utrap_hart.exits.access import DEVICES, Path
from utrap_hart.exits.show import Table, access_table, as_markdown, print_tables, profile_table
from utrap_hart.exits.summary import Summary, access_rows, account_rows

from .measure import Measured, Workload

__all__ = ["FORMAT", "PATHS", "PUBLISHED", "document", "draw", "markdown", "print_measured"]

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-linux/1"
#: The paths in words.
PATHS = {
    Path.KERNEL_AND_BACK: "exit to the VMM",
    Path.IN_KERNEL: "ioeventfd",
    Path.TO_USER: "straight to the VMM",
}
#: Functions with less than this share of a path's cycles are left out of the table; the JSON has all.
_LEAST = 0.01
#: Figures of others: what, on what, cycles by KVM, cycles straight to user space.
PUBLISHED = (("an MMIO exit", "DuVisor's authors: Rocket in FireSim, user-level virtualization", 4758, 494),)


def print_measured(measured: Measured, bundled: Summary) -> None:
    """Print everything."""
    print_tables(_tables(measured, bundled))


def markdown(measured: Measured, bundled: Summary) -> str:
    """The same as a document."""
    return as_markdown("What an emulated device access costs under Linux", "utrap linux", _tables(measured, bundled))


def _tables(measured: Measured, bundled: Summary) -> Iterator[Table]:
    yield access_table(measured.summary, PATHS)
    yield _comparison(measured.summary, bundled)
    yield profile_table(measured.summary, _LEAST)
    yield _workloads(measured)


def _comparison(linux: Summary, bundled: Summary) -> Table:
    rows = []
    for device in DEVICES:
        if device.is_in_user:
            for name, summary in (("Linux 6.1 and its KVM", linux), ("the bundled hypervisor", bundled)):
                a, c = summary.cycles(device, Path.KERNEL_AND_BACK), summary.cycles(device, Path.TO_USER)
                rows.append((device.name, name, f"{a:,}", f"{c:,}", f"{a / c:.1f}"))
    rows += [(what, on, f"{a:,}", f"{c:,}", f"{a / c:.1f}") for what, on, a, c in PUBLISHED]
    return Table("Median cycles beside other figures", ("Device", "Measured on", "(a)", "(c)", "(a) / (c)"), rows)


def _workloads(measured: Measured) -> Table:
    rows = []
    for workload in measured.workloads:
        made = workload.round
        rows.append(
            (
                made.workload,
                f"({made.path.value})",
                f"{made.cycles:,}",
                f"{made.accesses:,}",
                f"{made.notifications:,}",
                f"{workload.share:.0%}",
                f"{_speed_up(measured, workload):.2f}",
            )
        )
    return Table(
        "Whole workloads, from the guest's first instruction to its last",
        ("Workload", "Path", "Cycles", "Accesses", "Notifications", "Share in them", "Speed-up"),
        rows,
    )


def _speed_up(measured: Measured, workload: Workload) -> float:
    """Against path (a)."""
    return _on_path_a(measured, workload).round.cycles / workload.round.cycles


def _on_path_a(measured: Measured, workload: Workload) -> Workload:
    name = workload.round.workload
    return next(
        other
        for other in measured.workloads
        if other.round.workload == name and other.round.path is Path.KERNEL_AND_BACK
    )


def draw(measured: Measured) -> dict[str, str]:
    """The pictures as SVG by file name: cycles by device and path, and the workloads on their curve."""
    points = [
        (workload.round.workload, _on_path_a(measured, workload).share, _speed_up(measured, workload))
        for workload in measured.workloads
        if workload.round.path is Path.TO_USER
    ]
    return pictures.draw(measured.summary, points)


def document(measured: Measured, bundled: Summary) -> dict[str, Any]:
    """The figures as JSON (docs/schemas/linux.schema.json)."""
    return {
        "format": FORMAT,
        "utrap": __version__,
        "started": measured.started,
        "cycles": measured.cycles,
        "instructions": measured.instructions,
        "events": measured.compared,
        "accesses": access_rows(measured.summary),
        "bundled": access_rows(bundled),
        "accounts": account_rows(measured.summary),
        "workloads": [
            {
                "workload": workload.round.workload,
                "path": workload.round.path.value,
                "cycles": workload.round.cycles,
                "accesses": workload.round.accesses,
                "notifications": workload.round.notifications,
                "share": round(workload.share, 4),
                "speed_up": round(_speed_up(measured, workload), 3),
            }
            for workload in measured.workloads
        ],
    }
