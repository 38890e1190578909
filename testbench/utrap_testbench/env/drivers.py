"""The drivers: a cycle as the vector that the bench drives.

What an event does not define is noise: the unit must not look at it.
"""

from __future__ import annotations

import random
from operator import attrgetter

from utrap_testbench.boundary import Encoder, Layout
from utrap_testbench.golden import Event

from .cycle import Cycle

__all__ = ["Drivers"]

#: The levels that a cycle may bring, and that stay until another does: the cycle's names, and the state's fields.
_NAMES = {
    "hgeip": "hgeip",
    "mtvec_reset": "mtvec_reset",
    "time": "time",
    "overflows": "counter_overflow",
    "rnmi": "line_rnmi",
    "rnmi_cause": "rnmi_cause",
    "rnmi_interrupt_vector": "rnmi_interrupt_vector",
    "rnmi_exception_vector": "rnmi_exception_vector",
}
_levels = attrgetter("lines", *_NAMES)
_UNCHANGED = (None,) * (1 + len(_NAMES))


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
        # By the kind of an event, the bits that neither it nor anything else defines.
        self._noisy: dict[type[Event], int] = {}
        self._lines = 0
        self._others = dict.fromkeys(_NAMES.values(), 0) | {"mhartid": hartid, "lcofi_request": 0}
        self._levels = self._encoder.levels(0, **self._others)

    def drive(self, cycle: Cycle) -> int:
        """The vector of one cycle, in which everything is seen."""
        if cycle.lcofi != self._others["lcofi_request"] or _levels(cycle) != _UNCHANGED:
            self._change(cycle)
        noisy = self._noisy.get(type(cycle.event))
        if noisy is None:
            noisy = (1 << self._width) - 1 & ~(self._always | self._encoder.event_mask(cycle.event))
            self._noisy[type(cycle.event)] = noisy
        vector = self._rng.getrandbits(self._width) & noisy
        vector |= self._encoder.event(cycle.event) | self._levels | self._observe
        return vector | self._reset if cycle.reset else vector

    def _change(self, cycle: Cycle) -> None:
        """Take over the levels that the cycle brings."""
        lines, *levels = _levels(cycle)
        self._lines = self._lines if lines is None else lines
        news = zip(_NAMES.values(), levels, strict=True)
        self._others |= {field: level for field, level in news if level is not None}
        self._others["lcofi_request"] = cycle.lcofi
        self._levels = self._encoder.levels(self._lines, **self._others)
