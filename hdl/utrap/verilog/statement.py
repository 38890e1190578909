"""Statements of an always block, with neighbours under the same condition put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from utrap.verilog.expression import Expression, layout

__all__ = ["Assignment", "If", "Statement", "merge"]


@dataclass
class Assignment:
    """A register takes a value at the clock edge."""

    name: str
    value: Expression

    def lines(self, indent: str) -> list[str]:
        """The statement as lines."""
        return layout(f"{indent}{self.name} <= ", self.value).split("\n")


@dataclass
class If:
    """Statements under a condition, and others where it does not hold."""

    condition: Expression
    then: list[Statement]
    otherwise: list[Statement]

    def lines(self, indent: str) -> list[str]:
        """The statement as lines, one choice after the other as a column."""
        *head, last = layout(f"{indent}if (", self.condition, ") begin").split("\n")
        inner = indent + "  "
        lines = [*head, last, *_lines(self.then, inner)]
        if len(self.otherwise) == 1 and isinstance(self.otherwise[0], If):
            first, *rest = self.otherwise[0].lines(indent)
            return [*lines, f"{indent}end else {first.lstrip()}", *rest]
        if self.otherwise:
            lines += [f"{indent}end else begin", *_lines(self.otherwise, inner)]
        return [*lines, f"{indent}end"]


Statement = Assignment | If


def _lines(statements: Iterable[Statement], indent: str) -> list[str]:
    return [line for statement in statements for line in statement.lines(indent)]


def merge(statements: list[Statement], more: Iterable[Statement]) -> None:
    """Append statements; one under the same choices as another, or under the condition of the last, joins it.

    All assignments take effect at the same time, so nothing depends on their order.
    """
    for statement in more:
        other = _partner(statements, statement) if isinstance(statement, If) else None
        if isinstance(statement, If) and other is not None:
            merge(other.then, statement.then)
            merge(other.otherwise, statement.otherwise)
        else:
            statements.append(statement)


def _partner(statements: list[Statement], statement: If) -> If | None:
    """The statement that another can join."""
    for other in statements:
        if isinstance(other, If) and _choices(other) == _choices(statement):
            return other
    last = statements[-1] if statements else None
    return last if isinstance(last, If) and last.condition == statement.condition else None


def _choices(statement: If) -> list[Expression]:
    """The conditions that are asked one after the other."""
    match statement.otherwise:
        case [If() as following]:
            return [statement.condition, *_choices(following)]
    return [statement.condition]
