"""The bench's environment: drivers, monitor and scoreboard around the golden model, over vectors of named fields."""

from __future__ import annotations

from .cycle import Cycle, describe
from .drivers import Drivers
from .monitor import Monitor
from .scoreboard import Difference, Expected, Scoreboard
from .vector import Layout

__all__ = ["Cycle", "Difference", "Drivers", "Expected", "Layout", "Monitor", "Scoreboard", "describe"]
