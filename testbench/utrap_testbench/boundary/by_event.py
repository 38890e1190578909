"""What answers an event, as bits of a vector: of each kind of answer all is worked out once, but for wide values.

Narrow ports, and the conditions of the wide ones, look at few things, and
these have few values: together they are the kind. A kind is worked out on an
event, a state and an outcome that have nothing beside them, so that a port
that looks at more is seen to be wrong. What is left for every cycle are the
values of the wide ports that mean something, which are the outcome's.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from utrap_testbench.golden import Config, CsrAccess, Event, Outcome, State, TrapReturn

from .moment import Answer, has_stopped, place_of
from .outputs import BY_EVENT
from .vector import Layout

__all__ = ["ByEvent"]

#: A port of more bits is wide.
_NARROW = 6
#: What of an outcome has few values.
_FACTS = ("fault", "redirect", "from_mode", "to_mode", "trap", "cause", "halted")
_facts = attrgetter(*_FACTS)


class _Kind(NamedTuple):
    """Narrow values in their places, all bits that mean something, and of wide ports the values and their places."""

    bits: int
    mask: int
    wide: tuple[tuple[Callable[[Any], int], int], ...]


class _Answered:
    """All that the value of a wide port may look at."""

    __slots__ = ("outcome",)

    outcome: Outcome


class ByEvent:
    """The ports of a hart that answer the event, in one vector."""

    def __init__(self, config: Config, layout: Layout) -> None:
        self._config = config
        self._may_stop = config.smdbltrp
        self._rows = [
            (row, layout.offset[row.name], width)
            for row in BY_EVENT
            if (width := row.width(config)) and row.name in layout.offset
        ]
        self._kinds: dict[Any, _Kind] = {}
        self._answered = _Answered()
        # By the place of an address, one that stands for all there; and by address that one.
        self._first: dict[tuple[bool, bool], int] = {}
        self._like: dict[int, int] = {}

    def packed(self, state: State, event: Event, outcome: Outcome) -> tuple[int, int]:
        """The values that mean something, and their bits."""
        said: Any = None
        if isinstance(event, CsrAccess):
            like = self._like.get(event.address)
            said = self._alike(event.address) if like is None else like, event.op, event.debug
        elif isinstance(event, TrapReturn):
            said = event.insn
        stopped = self._may_stop and has_stopped(self._config, state, event)
        key = type(event), said, stopped, _facts(outcome)
        bits, mask, wide = self._kinds.get(key) or self._kind(key)
        if wide:
            self._answered.outcome = outcome
            for value, low in wide:
                bits |= value(self._answered) << low
        return bits, mask

    def _alike(self, address: int) -> int:
        """The address that stands for all in the same place."""
        like = self._like[address] = self._first.setdefault(place_of(self._config, address), address)
        return like

    def _kind(self, key: tuple[type[Event], Any, bool, tuple[int, ...]]) -> _Kind:
        kind, said, stopped, facts = key
        event: Event
        if kind is CsrAccess:
            address, op, debug = said
            event = CsrAccess(address=address, op=op, debug=debug)
        elif kind is TrapReturn:
            event = TrapReturn(insn=said)
        else:
            event = object.__new__(kind)
        known: dict[str, Any] = dict(zip(_FACTS, facts, strict=True))
        answer = Answer(self._config, State(critical=int(stopped)), event, Outcome(**known))
        bits = mask = 0
        wide = []
        for row, low, width in self._rows:
            if row.when.holds(answer):
                mask |= (1 << width) - 1 << low
                if width > _NARROW:
                    wide.append((row.value, low))
                else:
                    bits |= row.value(answer) << low
        found = self._kinds[key] = _Kind(bits, mask, tuple(wide))
        return found
