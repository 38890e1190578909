"""What a cycle must show, as bits of the vector that a bench sees: the rows of the output ports, made for speed."""

from __future__ import annotations

from collections.abc import Iterable

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
    """

    def __init__(self, config: Config, layout: Layout, registers: Iterable[Register] = ()) -> None:
        self._by_event = ByEvent(config, layout)
        self._by_state = ByState(config, layout, registers)

    def by_event(self, state: State, event: Event, outcome: Outcome) -> tuple[int, int]:
        """What answers the event in a state, and the bits of it that mean something."""
        return self._by_event.packed(state, event, outcome)

    def by_state(self, state: State) -> tuple[int, int]:
        """What follows from state and lines, likewise."""
        return self._by_state.packed(state)
