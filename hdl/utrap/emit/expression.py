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


class Expression:
    """Some text without a side effect; `size` counts the operators in it."""

    size: int = 0

    def __str__(self) -> str:
        raise NotImplementedError

    @property
    def operand(self) -> str:
        """The text as an operand of another operator."""
        return f"({self})"

    def broken(self, indent: str) -> str:
        """The text over several lines, the first without its indentation."""
        return str(self)

    def inner(self, indent: str) -> str:
        """The text as an operand, broken where it does not fit."""
        if len(indent) + len(self.operand) <= LINE or self.operand == str(self):
            return self.operand
        return f"({self.broken(indent + ' ')})"


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

    def broken(self, indent: str) -> str:
        return self.symbol + self.argument.inner(indent + " ")


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

    def broken(self, indent: str) -> str:
        inner = indent + _STEP
        return f"\n{indent}{self.symbol} ".join(argument.inner(inner) for argument in self.arguments)


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

    def broken(self, indent: str) -> str:
        head = f"{self.condition.inner(indent)} ? {self.then.inner(indent + _STEP)}"
        if isinstance(self.otherwise, Mux):
            return f"{head}\n{indent}: {self.otherwise.broken(indent)}"
        return f"{head}\n{indent}: {self.otherwise.inner(indent + _STEP)}"


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

    def inner(self, indent: str) -> str:
        return str(self) if len(indent) + len(str(self)) <= LINE else self.broken(indent)

    def broken(self, indent: str) -> str:
        inner = indent + _STEP
        lines = [inner]
        for number, part in enumerate(self.parts):
            comma = "," if number < len(self.parts) - 1 else ""
            text = str(part) + comma
            if len(inner) + len(text) > LINE:
                text = part.broken(inner + _STEP) + comma
                lines += [inner + text, inner]
            elif len(lines[-1]) + 1 + len(text) > LINE:
                lines.append(inner + text)
            else:
                lines[-1] += (" " if lines[-1] != inner else "") + text
        lines = [line for line in lines if line.strip()]
        return "{\n" + "\n".join(lines) + f"\n{indent}}}"


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
    indent = prefix[: len(prefix) - len(prefix.lstrip())] + _STEP
    if isinstance(expression, Concat):
        return f"{prefix}{expression.broken(indent[: -len(_STEP)])}{suffix}"
    return f"{prefix.rstrip()}\n{indent}{expression.broken(indent)}{suffix}"
