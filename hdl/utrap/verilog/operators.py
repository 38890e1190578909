"""What a cell of Yosys's means as a Verilog expression."""

from __future__ import annotations

from collections.abc import Callable

from utrap.verilog.expression import Binary, Constant, Expression, Mux, Unary, invert
from utrap.verilog.netlist import Bits, Cell

__all__ = ["Operand", "expression"]

#: Makes the expression of some nets, widened with zeros to a width.
Operand = Callable[[Bits, int], Expression]

_BITWISE = {"$and": "&", "$or": "|", "$xor": "^"}
_COMPARISONS = {"$eq": "==", "$ne": "!=", "$lt": "<", "$le": "<=", "$gt": ">", "$ge": ">="}
_ARITHMETIC = {"$add": "+", "$sub": "-"}
_REDUCTIONS = {"$reduce_and": "&", "$reduce_or": "|", "$reduce_bool": "|", "$reduce_xor": "^"}
_LOGIC = {"$logic_and": "&", "$logic_or": "|"}


def expression(cell: Cell, operand: Operand) -> Expression:
    """Return what a cell drives.

    Raises:
        ValueError: A kind of cell that the unit does not hold.
    """
    kind, ports = cell.kind, cell.ports
    if cell.is_signed:
        raise ValueError(f"{kind} of signed numbers has no Verilog here")
    width = len(cell.output)
    if kind == "$mux":
        return _mux(operand(ports["S"], 1), operand(ports["B"], width), operand(ports["A"], width), width)
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
        return _comparison(_COMPARISONS[kind], operand(ports["A"], common), operand(ports["B"], common))
    if kind in _REDUCTIONS:
        return _reduction(_REDUCTIONS[kind], ports["A"], operand)
    if kind == "$logic_not":
        return invert(_reduction("|", ports["A"], operand))
    if kind in _LOGIC:
        return _join(_LOGIC[kind], *(_reduction("|", ports[port], operand) for port in "AB"))
    if kind == "$shift":
        # One bit at a variable position: 0 beyond the last.
        common = max(len(ports["A"]), len(ports["B"]))
        shifted = Binary(">>", (operand(ports["A"], common), operand(ports["B"], len(ports["B"]))))
        return Unary("|", Binary("&", (shifted, Constant("1".zfill(common)))))
    raise ValueError(f"{kind} has no Verilog here")


def _reduction(symbol: str, bits: Bits, operand: Operand) -> Expression:
    value = operand(bits, len(bits))
    return value if len(bits) == 1 else Unary(symbol, value)


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
