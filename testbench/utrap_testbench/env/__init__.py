"""The bench's environment: drivers, monitor and scoreboard around the golden model, on the unit's boundary."""

from __future__ import annotations

from .cycle import Cycle, describe
from .drivers import Drivers
from .monitor import Monitor
from .scoreboard import Difference, Expected, Scoreboard

__all__ = ["Cycle", "Difference", "Drivers", "Expected", "Monitor", "Scoreboard", "describe"]
