"""The tables of `utrap exits`."""

from __future__ import annotations

from utrap.display import print_table
from utrap_hart.modes import MODES

from .access import DEVICES, Path
from .summary import Summary

__all__ = ["PATHS", "print_summary"]

#: The paths in words.
PATHS = {
    Path.KERNEL_AND_BACK: "kernel and back",
    Path.IN_KERNEL: "in the kernel",
    Path.TO_USER: "straight to user space",
}


def print_summary(summary: Summary) -> None:
    """Print the accesses, how the paths compare, and where the cycles go."""
    columns = ("Device", "Path", "Accesses", "Cycles", "Instructions", "Traps", "CSR accesses")
    rows = [
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
    ]
    print_table(columns, rows, title="An emulated access: median (least-most), from the fault to the guest again")
    print()
    ratios = [
        (
            device.name,
            f"{summary.ratio(device, Path.KERNEL_AND_BACK, Path.TO_USER):.2f}",
            f"{summary.ratio(device, Path.TO_USER, Path.IN_KERNEL):.2f}",
        )
        for device in DEVICES
        if device.is_in_user
    ]
    print_table(("Device", "(a) / (c)", "(c) / (b)"), ratios, title="How the paths' cycles compare")
    print()
    spent = [
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
    ]
    parts = ("Path", "Mode", "Function", "Cycles", "Instructions", "CSR accesses")
    print_table(parts, spent, title="Where they go, on the average over the devices in user space")
