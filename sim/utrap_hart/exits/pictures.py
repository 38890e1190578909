"""The pictures of `utrap exits`: cycles by device and path, and what the paths mean for a whole workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from utrap_hart.run.mode_names import MODES
from utrap_testbench.golden import Mode

from .access import DEVICES, DISK, Device, Path
from .show import PATHS
from .summary import Row, Summary
from .svg import FAINT, INK, MODE_INK, SOFT, figure, finish

__all__ = ["CLAIM", "draw", "speed_up"]

#: What the authors of the extension report: so many times as fast (docs/spec/shudeleg.md).
CLAIM = 2.0
#: Widths of a bar, and of the gap between two devices, in bars.
_BAR, _GAP = 0.8, 1.0
#: The user-space devices' lines in the second picture.
_DASHES = ("-", "--", ":", "-.")


def draw(summary: Summary, points: Sequence[tuple[str, float, float]] = ()) -> dict[str, str]:
    """The pictures as SVG by file name; the same figures give the same bytes.

    Args:
        summary: What was measured.
        points: Whole workloads that were measured: name, share of time in accesses on path (a), speed-up.
    """
    return {"exits.svg": _exits(summary), "workload.svg": _workload(summary, points)}


def _devices(summary: Summary) -> list[Device]:
    """Those that were measured."""
    measured = {row.device for row in summary.rows}
    return [device for device in (*DEVICES, DISK) if device in measured]


def _exits(summary: Summary) -> str:
    """A bar for each device and path, divided by mode."""
    made, axes = figure(8.6, 4.2)
    place, ticks, labels, seen = 0.0, [], [], []
    for device in _devices(summary):
        first = place
        for row in summary.rows:
            if row.device == device:
                seen += _bar(axes, place, row)
                ticks.append(place)
                labels.append(f"({row.path.value})")
                place += 1
        middle = (first + place - 1) / 2
        axes.text(middle, -0.125, device.name, transform=axes.get_xaxis_transform(), ha="center", color=INK)
        place += _GAP
    axes.set_xticks(ticks, labels, color=INK)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-_GAP, place - _GAP + 0.4)
    axes.set_ylim(0, 1.08 * max(row.cycles.median for row in summary.rows))
    axes.set_ylabel("clock cycles per access", color=SOFT)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(
        "An emulated device access, from the guest's fault to the guest again", loc="left", pad=24, color=INK
    )
    words = " \N{MIDDLE DOT} ".join(f"({path.value}) {text}" for path, text in PATHS.items())
    axes.text(0, 1.03, words, transform=axes.transAxes, color=SOFT)
    _legend(axes, seen)
    return finish(made, "Clock cycles of an emulated access, by device and path, divided by the mode that spends them")


def _bar(axes: Any, place: float, row: Row) -> list[Mode]:
    bottom = 0
    modes = [mode for mode in (Mode.S, Mode.U, Mode.M) if row.typical.mode_cycles[mode]]
    for mode in modes:
        height = row.typical.mode_cycles[mode]
        axes.bar(place, height, _BAR, bottom=bottom, color=MODE_INK[mode])
        bottom += height
    axes.annotate(f"{row.cycles.median:,}", (place, bottom), (0, 3), textcoords="offset points", ha="center", color=INK)
    return modes


def _legend(axes: Any, seen: list[Mode]) -> None:
    from matplotlib.patches import Patch

    words = {Mode.S: "the kernel", Mode.U: "the VMM", Mode.M: "the firmware"}
    handles = [Patch(color=MODE_INK[mode], label=f"{MODES[mode]}: {words[mode]}") for mode in dict.fromkeys(seen)]
    place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 0.99), "ncols": 2, "borderaxespad": 0}
    axes.legend(handles=handles, frameon=False, labelcolor=INK, **place)


def speed_up(share: float, ratio: float) -> float:
    """How many times as fast a workload is whose accesses, a share of its time, take 1/ratio of theirs (Amdahl)."""
    return 1 / (1 - share + share / ratio)


def share_for(wanted: float, ratio: float) -> float:
    """The share of time that accesses must take for a speed-up, above 1 where no share suffices."""
    return (1 - 1 / wanted) / (1 - 1 / ratio)


def _workload(summary: Summary, points: Sequence[tuple[str, float, float]]) -> str:
    """Speed-up of a workload by the share of its time that it spends in emulated accesses."""
    made, axes = figure(8.6, 4.4)
    devices = [device for device in _devices(summary) if device.is_in_user]
    ratios = {device: summary.ratio(device, Path.KERNEL_AND_BACK, Path.TO_USER) for device in devices}
    shares = [number / 100 for number in range(101)]
    for device, dashes in zip(sorted(devices, key=lambda device: -ratios[device]), _DASHES, strict=False):
        label = f"{device.name}: an access {ratios[device]:.2f} times as fast"
        values = [speed_up(share, ratios[device]) for share in shares]
        axes.plot([100 * share for share in shares], values, dashes, color=MODE_INK[Mode.U], linewidth=2, label=label)
    axes.axhline(CLAIM, color=MODE_INK[Mode.M], linewidth=1.2)
    axes.text(
        1, CLAIM, "reported by the extension's authors for synchronous I/O: nearly 2 times",
        va="bottom", color=MODE_INK[Mode.M],
    )  # fmt: skip
    best = max(ratios.values())
    if (share := share_for(CLAIM, best)) <= 1:
        axes.plot([100 * share] * 2, [1, CLAIM], color=MODE_INK[Mode.M], linewidth=1.2, linestyle=(0, (2, 2)))
        axes.annotate(
            f"{share:.0%} of the time", (100 * share, 1), (-5, 6), textcoords="offset points", ha="right",
            color=MODE_INK[Mode.M],
        )  # fmt: skip
    for name, share, gain in points:
        axes.plot([100 * share], [gain], "o", color=MODE_INK[Mode.S], markersize=5)
        axes.annotate(
            name, (100 * share, gain), (-6, 6), textcoords="offset points", ha="right", color=MODE_INK[Mode.S]
        )
    axes.set_xlim(0, 100)
    axes.set_ylim(1, max(best, CLAIM) * 1.08)
    axes.set_xlabel("share of a workload's time that it spends in emulated accesses on path (a), %", color=SOFT)
    axes.set_ylabel("speed-up with path (c)", color=SOFT)
    axes.set_title("What a workload gains when its accesses go straight to user space", loc="left", pad=10, color=INK)
    axes.legend(loc="upper left", frameon=False, labelcolor=INK)
    return finish(
        made, "Speed-up of a workload by the share of its time in emulated accesses, with the reported factor 2"
    )
