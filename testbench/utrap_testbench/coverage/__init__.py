"""Functional coverage: bins from the architecture's tables, what hits them, and what rule forbids the others."""

from __future__ import annotations

from .collector import Collector, Hits
from .library import Summary, summarise
from .points import Point, points

__all__ = ["Collector", "Hits", "Point", "Summary", "points", "summarise"]
