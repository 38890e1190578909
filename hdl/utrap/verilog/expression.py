"""Verilog expressions as trees that know their width, and how to break them over lines.

Every operand has the width that its operator works at, so that no rule of Verilog's about the width
of an expression's context can change what it means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LINE", "Binary", "Concat", "Constant", "Expression", "Mux", "Name", "Net", "Unary", "invert", "layout"]

#: Where a line ends; the module's body is indented by two more.
LINE = 98
_STEP = "  "
#: Conditions on so many bits of a net are one comparison.
_FEWEST_COMPARED = 3
#: Operands shorter than this share a line.
_SHORT = 30
#: Where an operand ends: parentheses and a semicolon may follow.
_ROOM = LINE - 5


class Expression(ABC):
    """Some text without a side effect; `size` counts the operators in it."""

    size: int = 0

    @abstractmethod
    def __str__(self) -> str: ...

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
class Net:
    """A net of which an expression looks at a single bit; `codes` are names for its values."""

    name: str
    width: int
    codes: Mapping[int, str] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Name(Expression):
    """A net, a part of one, or a constant that has a name; `net` and `low` say which single bit."""

    text: str
    net: Net | None = None
    low: int = 0

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

    @property
    def _shown(self) -> tuple[Expression, ...]:
        """The operands as they are written: conditions on single bits of one net are one comparison."""
        return _compared(self.arguments, self.symbol) if self.symbol in "&|" else self.arguments

    def __str__(self) -> str:
        shown = self._shown
        return str(shown[0]) if len(shown) == 1 else f" {self.symbol} ".join(argument.operand for argument in shown)

    def broken(self, indent: str, column: int) -> str:
        shown = self._shown
        if len(shown) == 1:
            return shown[0].broken(indent, column)
        if self.symbol in "&|" and all(len(argument.operand) < _SHORT for argument in shown):
            return self._filled(indent, column)
        first, *others = shown
        lines = [first.inner(indent + _STEP, column)]
        for argument in others:
            start = f"{indent}{self.symbol} "
            lines.append(start + argument.inner(indent + _STEP, len(start)))
        return "\n".join(lines)

    def _filled(self, indent: str, column: int) -> str:
        """As many operands on a line as fit."""
        first, *others = self._shown
        text = first.operand
        for argument in others:
            more = f" {self.symbol} {argument.operand}"
            text += more if _end(text, column) + len(more) <= _ROOM else f"\n{indent}{more.lstrip()}"
        return text


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


def _condition(expression: Expression) -> tuple[Net, int, str] | None:
    """The net, the place and the value of a single bit that an operand demands."""
    bit, value = expression, "1"
    if isinstance(bit, Unary) and bit.symbol == "~":
        bit, value = bit.argument, "0"
    return (bit.net, bit.low, value) if isinstance(bit, Name) and bit.net is not None else None


def _compared(arguments: tuple[Expression, ...], symbol: str) -> tuple[Expression, ...]:
    """Put conditions on three bits of a net or more, or on all of them, together.

    Some bits with certain values are one comparison; so are bits of which one must not have its value.
    """
    demands: dict[Net, dict[int, str]] = {}
    for argument in arguments:
        found = _condition(argument)
        if found is not None:
            net, place, value = found
            if demands.setdefault(net, {}).setdefault(place, value) != value:
                return arguments
    shown: list[Expression] = []
    for argument in arguments:
        found = _condition(argument)
        bits = demands[found[0]] if found is not None else {}
        if found is None or len(bits) < min(found[0].width, _FEWEST_COMPARED):
            shown.append(argument)
        elif (comparison := _comparison(found[0], bits, symbol)) not in shown:
            shown.append(comparison)
    return tuple(shown)


def _comparison(net: Net, bits: Mapping[int, str], symbol: str) -> Expression:
    """Whether some bits of a net have their values; for an OR, whether one has."""
    taken, equality = ("1", "==") if symbol == "&" else ("0", "!=")
    value = sum(1 << place for place, bit in bits.items() if bit == taken)
    if len(bits) == net.width:
        name = (net.codes or {}).get(value, "")
        return Binary(equality, (Name(net.name), Name(name) if name else Constant(f"{value:0{net.width}b}")))
    digits = (net.width + 3) // 4
    mask, wanted = (Name(f"{net.width}'h{n:0{digits}x}") for n in (sum(1 << place for place in bits), value))
    return Binary(equality, (Binary("&", (Name(net.name), mask)), wanted))


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
