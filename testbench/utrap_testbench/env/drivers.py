"""The drivers: a cycle as the vector that the bench drives.

What an event does not define is noise: the unit must not look at it.
"""

from __future__ import annotations

import random

from utrap_testbench.boundary import Encoder, Layout

from .cycle import Cycle

__all__ = ["Drivers"]


class Drivers:
    """Drives all ports, and holds the lines at their levels.

    Args:
        layout: What the bench drives: the input ports, `rst`, and `observe`, without which nothing is seen.
        rng: Where the noise comes from.
        hartid: The hart's number, all the time.
    """

    def __init__(self, layout: Layout, rng: random.Random, hartid: int) -> None:
        self._encoder = Encoder(layout)
        self._rng, self._width = rng, layout.width
        self._observe, self._reset = 1 << layout.offset["observe"], 1 << layout.offset["rst"]
        self._always = self._encoder.levels_mask | self._observe | self._reset
        self._lines = 0
        self._others = {"hgeip": 0, "mhartid": hartid, "mtvec_reset": 0, "time": 0}
        self._others |= {"lcofi_request": 0, "counter_overflow": 0, "line_rnmi": 0, "rnmi_cause": 0}
        self._others |= {"rnmi_interrupt_vector": 0, "rnmi_exception_vector": 0}
        self._levels = self._encoder.levels(0, **self._others)

    def drive(self, cycle: Cycle) -> int:
        """The vector of one cycle, in which everything is seen."""
        news = {"hgeip": cycle.hgeip, "mtvec_reset": cycle.mtvec_reset, "time": cycle.time}
        news |= {"lcofi_request": cycle.lcofi, "counter_overflow": cycle.overflows}
        news |= {"line_rnmi": cycle.rnmi, "rnmi_cause": cycle.rnmi_cause}
        news |= {name: getattr(cycle, name) for name in ("rnmi_interrupt_vector", "rnmi_exception_vector")}
        changed = {name: level for name, level in news.items() if level not in (None, self._others[name])}
        if changed or cycle.lines is not None:
            self._lines = self._lines if cycle.lines is None else cycle.lines
            self._others |= changed
            self._levels = self._encoder.levels(self._lines, **self._others)
        defined = self._always | self._encoder.event_mask(cycle.event)
        vector = self._rng.getrandbits(self._width) & ~defined
        vector |= self._encoder.event(cycle.event) | self._levels | self._observe
        return vector | self._reset if cycle.reset else vector
