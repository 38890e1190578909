"""What a cell of Yosys's means as a Verilog expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from utrap.verilog.expression import Binary, Concat, Constant, Expression, Mux, Name, Unary, invert
from utrap.verilog.netlist import Bits, Cell

__all__ = ["Codes", "Operands", "expression"]

#: Names for the values of a net: value -> name.
Codes = Mapping[int, str]


class Operands(Protocol):
    """What makes the operands of a cell."""

    def operand(self, bits: Bits, width: int, codes: Codes | None = None) -> Expression:
        """The expression of some nets, widened with zeros to a width; a constant by its name in `codes`."""

    def vector(self, bits: Bits, size: int) -> tuple[str, int]:
        """The wire of at least so many bits that begins with some nets and goes on with zeros, and its width."""

    def codes_of(self, bits: Bits) -> Codes | None:
        """The names of what some nets can hold, where they are a wire with such names."""


_BITWISE = {"$and": "&", "$or": "|", "$xor": "^"}
_COMPARISONS = {"$eq": "==", "$ne": "!=", "$lt": "<", "$le": "<=", "$gt": ">", "$ge": ">="}
_ARITHMETIC = {"$add": "+", "$sub": "-"}
_REDUCTIONS = {"$reduce_and": "&", "$reduce_or": "|", "$reduce_bool": "|", "$reduce_xor": "^"}
_LOGIC = {"$logic_and": "&", "$logic_or": "|"}


def expression(cell: Cell, operands: Operands, codes: Codes | None = None) -> Expression:
    """Return what a cell drives; values that it chooses have the names in `codes`.

    Raises:
        ValueError: A kind of cell that the unit does not hold.
    """
    kind, ports = cell.kind, cell.ports
    if cell.is_signed:
        raise ValueError(f"{kind} of signed numbers has no Verilog here")
    width, operand = len(cell.output), operands.operand
    if kind == "$mux":
        then, otherwise = (operand(ports[port], width, codes) for port in "BA")
        return _mux(operand(ports["S"], 1), then, otherwise, width)
    if kind == "$not":
        return invert(operand(ports["A"], width))
    if kind in _BITWISE:
        return _join(_BITWISE[kind], operand(ports["A"], width), operand(ports["B"], width))
    if kind in _ARITHMETIC:
        return Binary(_ARITHMETIC[kind], (operand(ports["A"], width), operand(ports["B"], width)))
    if width != 1:
        raise ValueError(f"{kind} of {width} bits has no Verilog here")
    if kind in _COMPARISONS:
        common = max(len(ports["A"]), len(ports["B"]))
        names = operands.codes_of(ports["A"]) or operands.codes_of(ports["B"])
        return _comparison(_COMPARISONS[kind], *(operand(ports[port], common, names) for port in "AB"))
    if kind in _REDUCTIONS:
        return _reduction(_REDUCTIONS[kind], ports["A"], operands)
    if kind == "$logic_not":
        return _is_zero(ports["A"], operands)
    if kind in _LOGIC:
        return _join(_LOGIC[kind], *(_reduction("|", ports[port], operands) for port in "AB"))
    if kind == "$shift":
        return _bit(operands, ports["A"], ports["B"])
    raise ValueError(f"{kind} has no Verilog here")


def _bit(operands: Operands, bits: Bits, index: Bits) -> Expression:
    """One bit at a variable position: 0 beyond the last."""
    place = operands.operand(index, len(index))
    vector, width = operands.vector(bits, 1 << len(index))
    if vector:
        return Name(f"{vector}[{operands.operand(index, (width - 1).bit_length())}]")
    common = max(len(bits), len(index))
    shifted = Binary(">>", (operands.operand(bits, common), place))
    return Unary("|", Binary("&", (shifted, Constant("1".zfill(common)))))


def _reduction(symbol: str, bits: Bits, operands: Operands) -> Expression:
    names = operands.codes_of(bits)
    if symbol == "|" and names and 0 in names:
        return Binary("!=", (operands.operand(bits, len(bits)), Name(names[0])))
    value = operands.operand(bits, len(bits))
    if isinstance(value, Concat) and len(value.parts) == len(bits):
        return _join(symbol, *reversed(value.parts))
    return value if len(bits) == 1 else Unary(symbol, value)


def _is_zero(bits: Bits, operands: Operands) -> Expression:
    names = operands.codes_of(bits)
    if names and 0 in names:
        return Binary("==", (operands.operand(bits, len(bits)), Name(names[0])))
    if len(bits) == 1:
        return invert(operands.operand(bits, 1))
    return Binary("==", (operands.operand(bits, len(bits)), Constant("0" * len(bits))))


def _comparison(symbol: str, left: Expression, right: Expression) -> Expression:
    """A comparison; a linter would ask about one that is always false."""
    if symbol == ">" and isinstance(right, Constant) and "0" not in right.bits:
        return Constant("0")
    return Binary(symbol, (left, right))


def _join(symbol: str, *operands: Expression) -> Expression:
    """An associative operator: chains of it stand without parentheses."""
    arguments: list[Expression] = []
    for operand in operands:
        if isinstance(operand, Binary) and operand.symbol == symbol:
            arguments += operand.arguments
        else:
            arguments.append(operand)
    return Binary(symbol, tuple(arguments))


def _mux(condition: Expression, then: Expression, otherwise: Expression, width: int) -> Expression:
    """A choice; between single bits, one of them constant, it is AND or OR."""
    if isinstance(condition, Constant):
        return then if condition.bits == "1" else otherwise
    if width == 1:
        bits = [value.bits if isinstance(value, Constant) else "" for value in (then, otherwise)]
        match bits:
            case ["1", "0"]:
                return condition
            case ["0", "1"]:
                return invert(condition)
            case ["0", _]:
                return _join("&", invert(condition), otherwise)
            case ["1", _]:
                return _join("|", condition, otherwise)
            case [_, "0"]:
                return _join("&", condition, then)
            case [_, "1"]:
                return _join("|", invert(condition), then)
    return Mux(condition, then, otherwise)
