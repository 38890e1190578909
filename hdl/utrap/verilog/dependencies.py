"""Which output follows from which input within a cycle: the paths through a netlist that no flip-flop cuts.

A core that feeds an answer back into a question must know that no loop closes. So the netlist itself is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from utrap.verilog.netlist import Bit, Bits, Cell, Netlist

__all__ = ["inputs_of_outputs"]

#: Operators of which a bit of the result follows from the same bit of each operand.
_BITWISE = ("$and", "$or", "$xor", "$xnor", "$not", "$pos", "$mux")


def inputs_of_outputs(netlist: Netlist, cut: Collection[str] = ()) -> dict[str, frozenset[str]]:
    """Return the inputs that each output port depends on in the same cycle.

    Args:
        netlist: The netlist.
        cut: Names of wires behind which is not looked.
    """
    sources = _Sources(netlist, cut)
    return {
        name: frozenset().union(*(sources.of(bit) for bit in bits))
        for name, (direction, bits) in netlist.ports.items()
        if direction == "output"
    }


class _Sources:
    """The input ports behind each net, looked for once."""

    def __init__(self, netlist: Netlist, cut: Collection[str]) -> None:
        self._found: dict[Bit, frozenset[str]] = {
            bit: frozenset({name})
            for name, (direction, bits) in netlist.ports.items()
            if direction == "input"
            for bit in bits
        }
        for name in cut:
            self._found |= dict.fromkeys(netlist.wires.get(name, ()), frozenset())
        self._behind: dict[Bit, tuple[Bit, ...]] = {}
        for cell in netlist.cells:
            if cell.kind != "$dff":
                self._behind |= _operands(cell)

    def of(self, bit: Bit) -> frozenset[str]:
        """The inputs that a net depends on; a flip-flop and a constant depend on none."""
        waiting = [bit]
        while waiting:
            here = waiting[-1]
            missing = [b for b in self._behind.get(here, ()) if b not in self._found]
            if here in self._found or not missing:
                waiting.pop()
                behind = (self._found[b] for b in self._behind.get(here, ()))
                self._found.setdefault(here, frozenset().union(*behind) if here in self._behind else frozenset())
            else:
                waiting += missing
        return self._found[bit]


def _operands(cell: Cell) -> Mapping[Bit, tuple[Bit, ...]]:
    """The nets that each net of a cell's result follows from at once."""
    operands: dict[str, Bits] = {port: bits for port, bits in cell.ports.items() if port != "Y"}
    if cell.kind in _BITWISE:
        shared = operands.pop("S", ())
        return {bit: (*shared, *_same_place(list(operands.values()), place)) for place, bit in enumerate(cell.output)}
    every = tuple(bit for bits in operands.values() for bit in bits)
    return dict.fromkeys(cell.output, every)


def _same_place(operands: Sequence[Bits], place: int) -> tuple[Bit, ...]:
    """An operand that is narrower is extended by its highest bit, or by 0."""
    return tuple(bits[min(place, len(bits) - 1)] for bits in operands)
