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
#: Speed-ups that its axis names, which is logarithmic.
_TICKS = (1, 2, 3, 5, 10, 20, 50, 100)
#: A workload's name is beside its point: left of it where the curves are steep, or where the next point is so near.
_STEEP, _NEAR = 80, (10, 1.3)


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
    best = max(ratios.values())
    _claim(axes, share_for(CLAIM, best))
    for point in points:
        _point(axes, point, points)
    axes.set_xlim(0, 100)
    axes.set_yscale("log")
    top = max(best, CLAIM) * 1.3
    axes.set_ylim(1, top)
    ticks = [tick for tick in _TICKS if tick <= top]
    axes.set_yticks(ticks, map(str, ticks))
    axes.minorticks_off()
    axes.set_xlabel("share of a workload's time that it spends in emulated accesses on path (a), %", color=SOFT)
    axes.set_ylabel("speed-up with path (c)", color=SOFT)
    axes.set_title("What a workload gains when its accesses go straight to user space", loc="left", pad=10, color=INK)
    axes.legend(loc="upper left", frameon=False, labelcolor=INK)
    return finish(
        made, "Speed-up of a workload by the share of its time in emulated accesses, with the reported factor 2"
    )


def _claim(axes: Any, share: float) -> None:
    """What the authors report, and for which share of time it takes here."""
    ink = MODE_INK[Mode.M]
    axes.axhline(CLAIM, color=ink, linewidth=1.2)
    words = "the extension's authors report nearly 2 times"
    if share <= 1:
        axes.plot([100 * share] * 2, [1, CLAIM], color=ink, linewidth=1.2, linestyle=(0, (2, 2)))
        words += f": {share:.0%} of the time"
    axes.annotate(words, (1, CLAIM), (0, 3), textcoords="offset points", color=ink)


def _point(axes: Any, point: tuple[str, float, float], points: Sequence[tuple[str, float, float]]) -> None:
    """A workload that was measured, with its name."""
    name, share, gain = point
    width, height = _NEAR
    is_crowded = any(
        0 < other_share - share < width / 100 and max(gain / other, other / gain) < height
        for _, other_share, other in points
    )
    side = -1 if is_crowded or 100 * share > _STEEP else 1
    ink = MODE_INK[Mode.S]
    axes.plot([100 * share], [gain], "o", color=ink, markersize=5)
    axes.annotate(name, (100 * share, gain), (6 * side, 3 if is_crowded else -10), textcoords="offset points",
                  ha="left" if side > 0 else "right", color=ink)  # fmt: skip
