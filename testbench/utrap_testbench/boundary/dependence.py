"""Which fields of the state a function of it may read: it is run on a state of unknown values, every way it can go.

The model keeps to comparisons, constant loops and arithmetic on what it is
given, so that its values may be symbolic; here each comparison is taken both
ways. A way that no state goes only adds fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from utrap_testbench.golden import State

__all__ = ["EVERY_FIELD", "fields_read"]

EVERY_FIELD = frozenset(field.name for field in fields(State))
#: So many ways are tried; a function with more is said to read everything.
_MOST_WAYS = 5_000


class _Ways:
    """The decisions of one way through a function, and the next way."""

    def __init__(self) -> None:
        self._taken: list[bool] = []
        self._place = 0

    def decide(self) -> bool:
        if self._place == len(self._taken):
            self._taken.append(False)
        self._place += 1
        return self._taken[self._place - 1]

    def advance(self) -> bool:
        """Go back to the last decision that was not taken both ways; whether there is one."""
        self._place = 0
        while self._taken and self._taken[-1]:
            self._taken.pop()
        if self._taken:
            self._taken[-1] = True
        return bool(self._taken)


class _Unknown:
    """A value of which nothing is known: arithmetic on it gives another one, its truth is a decision."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ways: _Ways) -> None:
        self._ways = ways

    def __bool__(self) -> bool:
        return self._ways.decide()


def _same(self: _Unknown, other: object = None) -> _Unknown:
    return self


for _name in ("and", "or", "xor", "lshift", "rshift", "add", "sub", "mul"):
    setattr(_Unknown, f"__{_name}__", _same)
    setattr(_Unknown, f"__r{_name}__", _same)
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "invert"):
    setattr(_Unknown, f"__{_name}__", _same)


class _Recorder:
    """A state of unknown values that notes which of its fields are read; a copy with changes is itself."""

    def __init__(self, ways: _Ways, found: set[str]) -> None:
        self._unknown, self._found = _Unknown(ways), found

    def __getattr__(self, name: str) -> Any:
        if name in EVERY_FIELD:
            self._found.add(name)
            return self._unknown
        if name in ("copy", "replace"):
            return lambda **changes: self
        raise AttributeError(name)


def fields_read(function: Callable[[Any], object]) -> frozenset[str]:
    """The fields of the state that the function may read; all of them where that cannot be told."""
    found: set[str] = set()
    ways = _Ways()
    for _ in range(_MOST_WAYS):
        try:
            function(_Recorder(ways, found))
        except AssertionError:
            pass  # no state goes this way
        except (TypeError, AttributeError, KeyError, IndexError, ValueError):
            return EVERY_FIELD
        if not ways.advance():
            return frozenset(found)
    return EVERY_FIELD
