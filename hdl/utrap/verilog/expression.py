"""Verilog expressions as trees that know their width, and how to break them over lines.

Every operand has the width that its operator works at, so that no rule of Verilog's about the width
of an expression's context can change what it means.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LINE", "Binary", "Concat", "Constant", "Expression", "Mux", "Name", "Unary", "invert", "layout"]

#: Where a line ends; the module's body is indented by two more.
LINE = 98
_STEP = "  "
#: Where an operand ends: parentheses and a semicolon may follow.
_ROOM = LINE - 5


class Expression:
    """Some text without a side effect; `size` counts the operators in it."""

    size: int = 0

    def __str__(self) -> str:
        raise NotImplementedError

    @property
    def operand(self) -> str:
        """The text as an operand of another operator."""
        return f"({self})"

    def broken(self, indent: str, column: int) -> str:
        """The text over several lines, the first from a column on, the others after an indentation."""
        return str(self)

    def inner(self, indent: str, column: int) -> str:
        """The text as an operand, broken where it does not fit."""
        if column + len(self.operand) <= _ROOM or self.operand == str(self):
            return self.operand
        return f"({self.broken(indent + ' ', column + 1)})"


@dataclass(frozen=True)
class Name(Expression):
    """A net, or a part of one."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def operand(self) -> str:
        return self.text


@dataclass(frozen=True)
class Constant(Expression):
    """Bits that never change, highest first."""

    bits: str

    def __str__(self) -> str:
        width = len(self.bits)
        if width == 1 or "x" in self.bits:
            return f"{width}'b{self.bits}"
        value = int(self.bits, 2)
        # Codes are decimal, as the manual gives them.
        return f"{width}'d{value}" if value < 10 or width <= 6 else f"{width}'h{value:x}"

    @property
    def operand(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Unary(Expression):
    """~, !, or a reduction of one operand."""

    symbol: str
    argument: Expression

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.argument.size + (self.symbol != "~")

    def __str__(self) -> str:
        return self.symbol + self.argument.operand

    @property
    def operand(self) -> str:
        # `a & &b` and `a | |b` would be easy to misread.
        return str(self) if self.symbol in "~!" else f"({self})"

    def broken(self, indent: str, column: int) -> str:
        return self.symbol + self.argument.inner(indent + " ", column + 1)

    def inner(self, indent: str, column: int) -> str:
        if column + len(self.operand) <= _ROOM:
            return self.operand
        if self.symbol in "~!":
            return self.broken(indent, column)
        return f"({self.broken(indent + ' ', column + 1)})"


@dataclass(frozen=True)
class Binary(Expression):
    """Operands of one operator; more than two where it is associative."""

    symbol: str
    arguments: tuple[Expression, ...]

    @property
    def size(self) -> int:  # type: ignore[override]
        return sum(argument.size for argument in self.arguments) + 1

    def __str__(self) -> str:
        return f" {self.symbol} ".join(argument.operand for argument in self.arguments)

    def broken(self, indent: str, column: int) -> str:
        first, *others = self.arguments
        lines = [first.inner(indent + _STEP, column)]
        for argument in others:
            start = f"{indent}{self.symbol} "
            lines.append(start + argument.inner(indent + _STEP, len(start)))
        return "\n".join(lines)


@dataclass(frozen=True)
class Mux(Expression):
    """A choice; one choice after the other stands as a column."""

    condition: Expression
    then: Expression
    otherwise: Expression

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.condition.size + self.then.size + self.otherwise.size + 1

    def __str__(self) -> str:
        return f"{self.condition.operand} ? {self.then.operand} : {self.otherwise.operand}"

    def broken(self, indent: str, column: int) -> str:
        head = self.condition.inner(indent + _STEP, column)
        column = _end(head, column) + len(" ? ")
        if column + len(self.then.operand) <= _ROOM:
            head += f" ? {self.then.operand}"
        else:
            head += f"\n{indent}? {self.then.inner(indent + _STEP, len(indent) + 2)}"
        start = f"\n{indent}: "
        if isinstance(self.otherwise, Mux):
            return head + start + self.otherwise.broken(indent, len(indent) + 2)
        return head + start + self.otherwise.inner(indent + _STEP, len(indent) + 2)


@dataclass(frozen=True)
class Concat(Expression):
    """Parts side by side, highest first."""

    parts: tuple[Expression, ...]

    @property
    def size(self) -> int:  # type: ignore[override]
        return sum(part.size for part in self.parts) + 1

    def __str__(self) -> str:
        return "{" + ", ".join(map(str, self.parts)) + "}"

    @property
    def operand(self) -> str:
        return str(self)

    def inner(self, indent: str, column: int) -> str:
        return str(self) if column + len(str(self)) <= _ROOM else self.broken(indent, column)

    def broken(self, indent: str, column: int) -> str:
        start = indent + _STEP
        lines = [start]
        for number, part in enumerate(self.parts):
            text = str(part) + ("," if number < len(self.parts) - 1 else "")
            if lines[-1] != start and len(lines[-1]) + 1 + len(text) > LINE:
                lines.append(start)
            if len(start) + len(text) > LINE:
                text = part.inner(start + _STEP, len(start)) + text[len(str(part)) :]
            lines[-1] += ("" if lines[-1] == start else " ") + text
        return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def _end(text: str, column: int) -> int:
    """The column after a text that begins at a column."""
    _, newline, last = text.rpartition("\n")
    return len(last) if newline else column + len(text)


def invert(expression: Expression) -> Expression:
    """The complement of a value."""
    if isinstance(expression, Unary) and expression.symbol == "~":
        return expression.argument
    return Unary("~", expression)


def layout(prefix: str, expression: Expression, suffix: str = ";") -> str:
    """One statement, over as many lines as it takes; `prefix` begins with its indentation."""
    text = f"{prefix}{expression}{suffix}"
    if len(text) <= LINE:
        return text
    indent = prefix[: len(prefix) - len(prefix.lstrip())]
    if isinstance(expression, Concat):
        return f"{prefix}{expression.broken(indent, len(prefix))}{suffix}"
    indent += _STEP
    return f"{prefix.rstrip()}\n{indent}{expression.broken(indent, len(indent))}{suffix}"
