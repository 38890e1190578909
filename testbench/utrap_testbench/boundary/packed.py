"""What a cycle must show, as bits of the vector that a bench sees: the rows of the output ports, made for speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from utrap_testbench.golden import Config, Event, Outcome, State

from .by_event import ByEvent
from .by_state import ByState, Register
from .vector import Layout

__all__ = ["PackedOutputs"]


class PackedOutputs:
    """The output ports of a hart, in one vector.

    Args:
        config: The hart.
        layout: What the bench sees; a port that it does not see is left out.
        registers: What else it sees that follows from the state: for each the value, its lowest bit in the vector
            and its width.

    Attributes:
        by_event: What answers an event, of the state before it, the event and the outcome: the values, and the bits of
            them that mean something.
        by_state: What follows from a state with its lines, likewise.
    """

    def __init__(self, config: Config, layout: Layout, registers: Iterable[Register] = ()) -> None:
        self.by_event: Callable[[State, Event, Outcome], tuple[int, int]] = ByEvent(config, layout).packed
        self.by_state: Callable[[State], tuple[int, int]] = ByState(config, layout, registers).packed
