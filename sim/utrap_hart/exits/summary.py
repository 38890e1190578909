"""The figures of a run: medians and ranges for each device and path, and where the cycles of a path go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from utrap import __version__
from utrap.command_line.errors import UserError
from utrap_hart.run.mode_names import MODES
from utrap_testbench.golden import Mode

from .access import DEVICES, Access, Device, Path

__all__ = [
    "EVERYWHERE",
    "FORMAT",
    "WARM_UP",
    "Figures",
    "Row",
    "Summary",
    "access_rows",
    "account_rows",
    "document",
    "summarise",
]

#: What the JSON output calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-exits/1"
#: The first accesses to a device on a path fill the translation's buffer, and are left out.
WARM_UP = 2
_QUANTITIES = ("cycles", "instructions", "traps", "csr_accesses")


@dataclass(frozen=True)
class Figures:
    """The middle of a quantity, of an even number the lower of two, and its extremes."""

    median: int
    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.median:,}" if self.least == self.most else f"{self.median:,} ({self.least:,}-{self.most:,})"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One device on one path.

    Attributes:
        accesses: How many the figures are of.
        interrupted: How many were left out because an interrupt came between.
        typical: The one with the median cycles.
    """

    device: Device
    path: Path
    accesses: int
    interrupted: int
    cycles: Figures
    instructions: Figures
    traps: Figures
    csr_accesses: Figures
    typical: Access


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What an access takes on the average, in one mode or one function of it."""

    mode: Mode
    function: str
    cycles: float
    instructions: float
    csr_accesses: float


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where the cycles of a path go, on the average of its accesses to user-space devices."""

    path: Path
    modes: tuple[Spent, ...]
    functions: tuple[Spent, ...]


@dataclass(frozen=True)
class Summary:
    """All figures of a run."""

    rows: tuple[Row, ...]
    accounts: tuple[Account, ...]

    def cycles(self, device: Device, path: Path) -> int:
        """The median cycles of a device on a path."""
        return next(row.cycles.median for row in self.rows if row.device == device and row.path is path)

    def ratio(self, device: Device, path: Path, to: Path) -> float:
        """How many times the cycles of one path are those of another."""
        return self.cycles(device, path) / self.cycles(device, to)


#: Every device on every path.
EVERYWHERE = tuple((device, path) for device in DEVICES for path in Path)


def summarise(
    found: Iterable[Access], place: Callable[[int], str], measured: Collection[tuple[Device, Path]] = EVERYWHERE
) -> Summary:
    """The figures of the accesses.

    Args:
        found: The accesses in their order.
        place: Names the function at a pc, with an offset behind a plus sign; "" where it has no name.
        measured: Which devices on which paths; others are left out.

    Raises:
        UserError: When one of these devices was not accessed on its path.
    """
    groups: dict[tuple[Device, Path], list[Access]] = {pair: [] for pair in measured}
    for access in found:
        if (access.device, access.path) in groups:
            groups[access.device, access.path].append(access)
    rows, kept = [], {}
    for (device, path), group in groups.items():
        kept[device, path] = [access for access in group[WARM_UP:] if not access.interrupts]
        if not kept[device, path]:
            raise UserError(f"the program has no measured access to {device.name} on path ({path.value})")
        rows.append(_row(device, path, group, kept[device, path]))
    accounts = []
    for path in Path:
        together = [a for (device, on), group in kept.items() if on is path and device.is_in_user for a in group]
        if together:
            accounts.append(_account(path, together, place))
    return Summary(tuple(rows), tuple(accounts))


def _row(device: Device, path: Path, group: Sequence[Access], kept: Sequence[Access]) -> Row:
    figures = {}
    for quantity in _QUANTITIES:
        values = [getattr(access, quantity) for access in kept]
        figures[quantity] = Figures(median_low(values), min(values), max(values))
    typical = next(access for access in kept if access.cycles == figures["cycles"].median)
    interrupted = sum(access.interrupts > 0 for access in group)
    return Row(device=device, path=path, accesses=len(kept), interrupted=interrupted, typical=typical, **figures)


def _account(path: Path, measured: Sequence[Access], place: Callable[[int], str]) -> Account:
    cycles, instructions, csrs = Counter[Mode](), Counter[Mode](), Counter[Mode]()
    code_cycles, code_instructions = Counter[tuple[Mode, str]](), Counter[tuple[Mode, str]]()
    for access in measured:
        cycles.update(access.mode_cycles)
        instructions.update(access.mode_instructions)
        csrs.update(access.mode_csr_accesses)
        for (mode, pc), count in access.code_cycles.items():
            code_cycles[mode, place(pc).partition("+")[0]] += count
        for (mode, pc), count in access.code_instructions.items():
            code_instructions[mode, place(pc).partition("+")[0]] += count
    number = len(measured)
    modes = tuple(
        Spent(
            mode=mode,
            function="",
            cycles=count / number,
            instructions=instructions[mode] / number,
            csr_accesses=csrs[mode] / number,
        )
        for mode, count in cycles.most_common()
    )
    functions = tuple(
        Spent(
            mode=mode,
            function=function,
            cycles=count / number,
            instructions=code_instructions[mode, function] / number,
            csr_accesses=0,
        )
        for (mode, function), count in code_cycles.most_common()
    )
    return Account(path=path, modes=modes, functions=functions)


def document(summary: Summary, simulator: str) -> dict[str, Any]:
    """The figures as JSON (docs/schemas/exits.schema.json)."""
    return {
        "format": FORMAT,
        "utrap": __version__,
        "simulator": simulator,
        "warm_up": WARM_UP,
        "accesses": access_rows(summary),
        "ratios": [
            {
                "device": device.name,
                "a_to_c": round(summary.ratio(device, Path.KERNEL_AND_BACK, Path.TO_USER), 3),
                "c_to_b": round(summary.ratio(device, Path.TO_USER, Path.IN_KERNEL), 3),
            }
            for device in DEVICES
            if device.is_in_user
        ],
        "accounts": account_rows(summary),
    }


def access_rows(summary: Summary) -> list[dict[str, Any]]:
    """The accesses by device and path, for JSON."""
    return [
        {
            "device": row.device.name,
            "in_user": row.device.is_in_user,
            "path": row.path.value,
            "accesses": row.accesses,
            "interrupted": row.interrupted,
            **{quantity: _range(getattr(row, quantity)) for quantity in _QUANTITIES},
        }
        for row in summary.rows
    ]


def account_rows(summary: Summary) -> list[dict[str, Any]]:
    """Where the cycles go, for JSON."""
    return [
        {
            "path": account.path.value,
            "modes": [
                {
                    "mode": MODES[spent.mode],
                    "cycles": round(spent.cycles, 1),
                    "instructions": round(spent.instructions, 1),
                    "csr_accesses": round(spent.csr_accesses, 1),
                }
                for spent in account.modes
            ],
            "functions": [
                {
                    "mode": MODES[spent.mode],
                    "function": spent.function,
                    "cycles": round(spent.cycles, 1),
                    "instructions": round(spent.instructions, 1),
                }
                for spent in account.functions
            ],
        }
        for account in summary.accounts
    ]


def _range(figures: Figures) -> dict[str, int]:
    return {"median": figures.median, "min": figures.least, "max": figures.most}
