"""The kinds of mutations: what may be wrong with one cell of the netlist, an operator or a register of the source.

A mutation changes one operand or the result of a cell. It is said in plain
data, so that a file can hold it; `utrap_strength.mutate.netlist` builds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["OPERATORS", "Mutation", "kinds_of", "mutations_of"]

Cell = Mapping[str, Any]

#: Operators that stand in the place of others: a slip of the source, or a comparison that is off by one.
OPERATORS = {
    "$and": ("$or",),
    "$or": ("$and", "$xor"),
    "$xor": ("$or", "$and"),
    "$xnor": ("$xor",),
    "$eq": ("$ne",),
    "$ne": ("$eq",),
    "$lt": ("$le", "$gt"),
    "$le": ("$lt",),
    "$gt": ("$ge", "$lt"),
    "$ge": ("$gt",),
    "$add": ("$sub",),
    "$sub": ("$add",),
    "$reduce_and": ("$reduce_or",),
    "$reduce_or": ("$reduce_and", "$reduce_xor"),
    "$reduce_bool": ("$reduce_and",),
    "$reduce_xor": ("$reduce_or",),
    "$logic_and": ("$logic_or",),
    "$logic_or": ("$logic_and",),
    "$logic_not": ("$reduce_bool",),
}
#: Ports whose operands may be wrong.
_OPERANDS = ("A", "B", "S", "D")


@dataclass(frozen=True, kw_only=True, order=True)
class Mutation:
    """One thing that is wrong.

    Attributes:
        cell: The cell's name in the netlist.
        kind: What is wrong, in words: one of those that `mutations_of` gives.
        port: The operand that is wrong, as Yosys calls it; "Y" or "Q" for the result.
        detail: The operator in its place, or the number of the bit; "" where there is nothing to say.
    """

    cell: str
    kind: str
    port: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}{' ' + self.detail if self.detail else ''}"


def kinds_of(name: str, cell: Cell) -> dict[str, list[Mutation]]:
    """The mutations of a cell by kind."""
    found: dict[str, list[Mutation]] = {}
    for mutation in mutations_of(name, cell):
        found.setdefault(mutation.kind, []).append(mutation)
    return found


def mutations_of(name: str, cell: Cell) -> Iterator[Mutation]:
    """Yield everything that may be wrong with a cell."""
    kind, operands = cell["type"], cell["connections"]
    if kind == "$dff":
        yield Mutation(cell=name, kind="never written", port="D")
        yield from _bits(name, "stuck at 0", "D", operands["D"])
        yield from _bits(name, "stuck at 1", "D", operands["D"])
        return
    for operator in OPERATORS.get(kind, ()):
        yield Mutation(cell=name, kind="another operator:", port="Y", detail=operator)
    if kind == "$mux":
        for wrong in ("choice inverted", "always the first", "always the second"):
            yield Mutation(cell=name, kind=wrong, port="S")
    if kind in ("$and", "$or"):
        for port in "AB":
            yield Mutation(cell=name, kind="operand left out:", port="Y", detail="BA"["AB".index(port)])
    if len(operands["Y"]) == 1 and kind != "$mux":
        yield Mutation(cell=name, kind="inverted", port="Y")
    yield from _bits(name, "stuck at 0", "Y", operands["Y"])
    yield from _bits(name, "stuck at 1", "Y", operands["Y"])
    for port in _OPERANDS:
        bits = operands.get(port, ())
        yield from _bits(name, "constant changed, bit", port, bits, constant=True)
        if len(bits) > 1 and len(set(bits)) > 1:
            yield Mutation(cell=name, kind="operand one place lower", port=port)
            yield Mutation(cell=name, kind="operand one place higher", port=port)


def _bits(name: str, kind: str, port: str, bits: Any, constant: bool = False) -> Iterator[Mutation]:
    """A mutation for each bit that is a constant, or that is none."""
    for number, bit in enumerate(bits):
        if isinstance(bit, str) == constant:
            yield Mutation(cell=name, kind=kind, port=port, detail=str(number))
