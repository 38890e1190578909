"""The tables, the JSON and the pictures of `utrap linux`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from utrap import __version__
from utrap_hart.exits import pictures
from utrap_hart.exits.access import DEVICES, Path
from utrap_hart.exits.show import Table, access_table, as_markdown, print_tables, profile_table
from utrap_hart.exits.summary import Summary, access_rows, account_rows

from .measure import Measured, Ran

__all__ = [
    "BOOTS_FORMAT",
    "FORMAT",
    "PATHS",
    "PUBLISHED",
    "boots_document",
    "boots_markdown",
    "document",
    "draw",
    "markdown",
    "print_measured",
    "workload_table",
]

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-linux/1"
BOOTS_FORMAT = "utrap-linux-guest/1"
#: The paths in words.
PATHS = {
    Path.KERNEL_AND_BACK: "exit to the VMM",
    Path.IN_KERNEL: "in the kernel",
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
    yield workload_table(measured.ran)


def _comparison(linux: Summary, bundled: Summary) -> Table:
    rows = []
    for device in DEVICES:
        if device.is_in_user:
            for name, summary in (("Linux 6.1 and its KVM", linux), ("the bundled hypervisor", bundled)):
                a, c = summary.cycles(device, Path.KERNEL_AND_BACK), summary.cycles(device, Path.TO_USER)
                rows.append((device.name, name, f"{a:,}", f"{c:,}", f"{a / c:.1f}"))
    rows += [(what, on, f"{a:,}", f"{c:,}", f"{a / c:.1f}") for what, on, a, c in PUBLISHED]
    return Table("Median cycles beside other figures", ("Device", "Measured on", "(a)", "(c)", "(a) / (c)"), rows)


def workload_table(ran: Ran) -> Table:
    """What each workload took."""
    rows = []
    for workload in ran.workloads:
        made = workload.round
        rows.append(
            (
                made.workload,
                f"({made.path.value})",
                f"{made.cycles:,}",
                f"{made.accesses:,}",
                f"{made.notifications:,}",
                f"{workload.share:.0%}",
                f"{ran.speed_up(workload):.2f}",
            )
        )
    return Table(
        "Whole workloads, from the guest's first instruction to its last",
        ("Workload", "Path", "Cycles", "Accesses", "Notifications", "Share in them", "Speed-up"),
        rows,
    )


def draw(measured: Measured) -> dict[str, str]:
    """The pictures as SVG by file name: cycles by device and path, and the workloads on their curve."""
    points = [
        (workload.round.workload, measured.ran.on_path_a(workload).share, measured.ran.speed_up(workload))
        for workload in measured.ran.workloads
        if workload.round.path is Path.TO_USER
    ]
    return pictures.draw(measured.summary, points)


def document(measured: Measured, bundled: Summary) -> dict[str, Any]:
    """The figures as JSON (docs/schemas/linux.schema.json)."""
    return {
        "format": FORMAT,
        **_run_document(measured.ran),
        "accesses": access_rows(measured.summary),
        "bundled": access_rows(bundled),
        "accounts": account_rows(measured.summary),
    }


def boots_document(ran: Ran) -> dict[str, Any]:
    """The figures of a guest that is Linux as JSON (docs/schemas/linux-guest.schema.json)."""
    return {"format": BOOTS_FORMAT, **_run_document(ran)}


def boots_markdown(ran: Ran) -> str:
    """The same as a document."""
    return as_markdown("What a boot of Linux costs as a guest", "utrap linux --guest linux", [workload_table(ran)])


def _run_document(ran: Ran) -> dict[str, Any]:
    return {
        "utrap": __version__,
        "started": ran.started,
        "cycles": ran.cycles,
        "instructions": ran.instructions,
        "events": ran.compared,
        "workloads": [
            {
                "workload": workload.round.workload,
                "path": workload.round.path.value,
                "cycles": workload.round.cycles,
                "accesses": workload.round.accesses,
                "notifications": workload.round.notifications,
                "share": round(workload.share, 4),
                "speed_up": round(ran.speed_up(workload), 3),
            }
            for workload in ran.workloads
        ],
    }
