"""Runs a Python function once for every way that its conditions can go.

The function is run from its start again and again. Where it asks for the
truth of a condition, the solver says which answers are possible on the path
so far; the first is taken, the other later. So all paths together are all
there is: what cannot be refuted is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import z3

from utrap_formal.equivalence.symbolic import deciding

__all__ = ["Explorer"]

T = TypeVar("T")


@dataclass
class _Decision:
    """One answer given.

    Attributes:
        condition: What was asked.
        answer: What was answered.
        is_choice: The opposite was possible too.
        other: The opposite is still to be tried.
    """

    condition: Any
    answer: bool
    is_choice: bool
    other: bool


class Explorer:
    """Walks the paths of functions under the assumptions in its solver.

    Attributes:
        solver: While a path is yielded, it holds the path's conditions too.
        paths: How many have been walked.
        queries: How often the solver was asked.
    """

    def __init__(self, solver: Any) -> None:
        self.solver = solver
        self.paths = 0
        self.queries = 0
        self._trail: list[_Decision] = []
        self._position = 0

    def walk(self, function: Callable[[], T]) -> Iterator[T]:
        """Yield what the function returns on each path; its effects must not outlive a run."""
        if self._trail:
            raise RuntimeError("a walk within a walk")
        while True:
            self._position = 0
            with deciding(self._decide):
                result = function()
            self.paths += 1
            yield result
            if not self._turn():
                return

    def can_be(self, *conditions: Any) -> bool:
        """Whether the conditions may hold together on this path; True where the solver does not know."""
        self.queries += 1
        return bool(self.solver.check(*conditions) != z3.unsat)

    def _decide(self, condition: Any) -> bool:
        if self._position < len(self._trail):
            decision = self._trail[self._position]
        else:
            decision = self._new(z3.simplify(condition))
            self._trail.append(decision)
            self._push(decision)
        self._position += 1
        return decision.answer

    def _new(self, condition: Any) -> _Decision:
        if z3.is_true(condition) or z3.is_false(condition):
            return _Decision(condition, z3.is_true(condition), is_choice=False, other=False)
        if not self.can_be(condition):
            return _Decision(condition, False, is_choice=False, other=False)
        is_choice = self.can_be(z3.Not(condition))
        return _Decision(condition, True, is_choice=is_choice, other=is_choice)

    def _push(self, decision: _Decision) -> None:
        self.solver.push()
        self.solver.add(decision.condition if decision.answer else z3.Not(decision.condition))

    def _turn(self) -> bool:
        """Go back to the last decision that can go the other way, and take that; False when there is none."""
        while self._trail:
            self.solver.pop()
            decision = self._trail.pop()
            if decision.other:
                turned = _Decision(decision.condition, not decision.answer, is_choice=True, other=False)
                self._trail.append(turned)
                self._push(turned)
                return True
        return False

    def conditions(self) -> list[Any]:
        """What was decided on this path, and could have been decided otherwise."""
        return [
            decision.condition if decision.answer else z3.Not(decision.condition)
            for decision in self._trail
            if decision.is_choice
        ]
