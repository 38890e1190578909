"""A state that notes which of its fields the model writes."""

from __future__ import annotations

from typing import Any

from utrap_testbench.golden import State


class Watched(State):
    """A state whose copies share its notes; `written` lists fields in the order of their first write."""

    @classmethod
    def of(cls, state: State) -> Watched:
        """The same values, watched from now on."""
        watched = object.__new__(cls)
        watched.__dict__.update(state.__dict__, written={})
        return watched

    def copy(self) -> State:
        """The model's only way to make a state, kept under watch."""
        new = object.__new__(Watched)
        new.__dict__.update(self.__dict__)
        return new

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["written"][name] = None
        self.__dict__[name] = value
