"""Hits into cocotb-coverage's database: sums, its XML export, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from utrap_testbench.golden import Config

from .collector import Hits
from .points import Bin, Point, points

__all__ = ["Summary", "summarise"]


@dataclass(frozen=True)
class Summary:
    """One cover point after a regression.

    Attributes:
        point: The point.
        hits: Hits of every reachable bin.
        holes: Reachable bins without a hit.
        broken: Bins that were hit although a rule forbids them, or that are unknown.
    """

    point: Point
    hits: dict[Bin, int]
    holes: list[Bin]
    broken: list[Bin]


def summarise(config: Config, name: str, collected: Iterable[Hits]) -> list[Summary]:
    """Enter the hits of several runs into cocotb-coverage's database under `name`, and read them back."""
    from cocotb_coverage.coverage import CoverPoint, coverage_db

    total: dict[str, dict[Bin, int]] = {}
    for hits in collected:
        for point_name, bins in hits.items():
            sums = total.setdefault(point_name, {})
            for key, count in bins.items():
                sums[key] = sums.get(key, 0) + count
    found = []
    for point in points(config):
        path = f"{name}.{point.name.replace(' ', '_')}"
        reachable = point.reachable
        if not reachable:
            continue
        coverage_db.pop(path, None)

        @CoverPoint(path, bins=reachable, xf=lambda key: key)  # type: ignore[untyped-decorator]
        def sample(key: Bin) -> Any:
            return key

        sums = total.get(point.name, {})
        database = coverage_db[path]
        for key in sums:
            if key in database.detailed_coverage:
                sample(key)
        hit = {key: sums.get(key, 0) for key in reachable}
        holes = [key for key, count in database.detailed_coverage.items() if not count]
        broken = [key for key in sums if point.bins.get(key, "unknown") is not None]
        found.append(Summary(point, hit, holes, broken))
    return found
