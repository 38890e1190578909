"""A netlist as named Verilog expressions: which nets get a name, and which stand inside another's.

A net keeps its name if the source gave it one (a port, a CSR, a stored field, a named signal). One
without a name that is used once becomes part of the expression that uses it, unless that grows too
long; any other is called after the part of a CSR that it is, or numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from utrap.verilog.expression import Concat, Constant, Expression, Name, Unary
from utrap.verilog.netlist import Bit, Bits, Cell, Netlist
from utrap.verilog.operators import expression

__all__ = ["Definition", "Logic", "span"]

#: An expression with more operators is split.
_MOST_OPERATORS = 6


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One net with its expression, to be written after what it uses."""

    name: str
    width: int
    value: Expression


def span(width: int) -> str:
    """The range of a net in its declaration, with a space before what follows; "" for one bit."""
    return f"[{width - 1}:0] " if width > 1 else ""


class Logic:
    """Gives every net of a netlist its name, and hands out expressions.

    Args:
        netlist: The netlist.
        registers: Names for the outputs of flip-flops.
        shown: Wires that will be defined, whether anything uses them or not.
        define: Called with each net that a handed-out expression needs, in the order in which they
            are to be written.
    """

    def __init__(
        self,
        netlist: Netlist,
        registers: Collection[str],
        shown: Sequence[str],
        define: Callable[[Definition], None],
    ) -> None:
        self._netlist = netlist
        self._define = define
        self._homes: dict[Bit, tuple[str, int]] = {}
        self._widths: dict[str, int] = {}
        self._driver: dict[Bit, Cell] = {}
        self._built: dict[Bits, Expression] = {}
        self._defined: set[str] = set()
        self._whole: dict[Bits, str] = {}
        self._taken = set(netlist.wires) | set(netlist.ports)
        self._count = 0
        self.flip_flops = [cell for cell in netlist.cells if cell.kind == "$dff"]
        self._name_nets(registers, shown)
        self._uses = self._count_uses(shown)
        self._within = self._find_containers(shown)

    # --- names ------------------------------------------------------------

    def _name_nets(self, registers: Collection[str], shown: Sequence[str]) -> None:
        by_bits: dict[Bits, list[str]] = {}
        for name, bits in self._netlist.wires.items():
            if "__" not in name:
                by_bits.setdefault(bits, []).append(name)
        for cell in self.flip_flops:
            names = [name for name in by_bits.get(cell.output, ()) if name in registers]
            if len(names) != 1:
                raise ValueError(f"a flip-flop of {len(cell.output)} bits is called {names or 'nothing'}")
            self._settle(names[0], cell.output)
        for name, (direction, bits) in self._netlist.ports.items():
            if direction == "input":
                self._settle(name, bits)
        rank = {name: number for number, name in enumerate(shown)}
        for cell in self._netlist.cells:
            if cell.kind == "$dff":
                continue
            for bit in cell.output:
                self._driver[bit] = cell
            names = [name for name in by_bits.get(cell.output, ()) if name not in registers]
            if names:
                self._settle(min(names, key=lambda name: (rank.get(name, len(rank)), name)), cell.output)

    def _settle(self, name: str, bits: Bits) -> None:
        self._widths[name] = len(bits)
        for position, bit in enumerate(bits):
            self._homes[bit] = (name, position)

    def _find_containers(self, shown: Sequence[str]) -> dict[Bit, tuple[str, int]]:
        """Where in a shown wire each nameless net stands first."""
        places: dict[Bit, tuple[str, int]] = {}
        named = [*shown, *sorted(name for name in self._netlist.wires if "__" not in name)]
        for name in named:
            for position, bit in enumerate(self._netlist.wires.get(name, ())):
                if isinstance(bit, int) and bit not in self._homes:
                    places.setdefault(bit, (name, position))
        return places

    def _fresh_name(self, bits: Bits) -> str:
        wire, low = self._within.get(bits[0], ("", 0))
        if wire and self._netlist.wires[wire][low : low + len(bits)] == bits:
            high = low + len(bits) - 1
            name = f"{wire}_{low}" if high == low else f"{wire}_{high}_{low}"
            if name not in self._taken:
                self._taken.add(name)
                return name
        while True:
            self._count += 1
            if f"n{self._count}" not in self._taken:
                return f"n{self._count}"

    def name_of(self, bits: Bits) -> str:
        """The name of the net that is exactly these."""
        name, low = self._homes[bits[0]]
        assert (low, self._widths[name]) == (0, len(bits)), name
        return name

    def is_defined(self, name: str) -> bool:
        """Whether a wire has been written already."""
        return name in self._defined

    # --- uses -------------------------------------------------------------

    def _count_uses(self, shown: Sequence[str]) -> Counter[int]:
        """How often the whole of each cell's output is used; a use of a part of it counts double."""
        uses: Counter[int] = Counter()

        def count(bits: Bits) -> None:
            position = 0
            while position < len(bits):
                cell = self._driver.get(bits[position])
                if cell is not None and bits[position : position + len(cell.output)] == cell.output:
                    uses[id(cell)] += 1
                    position += len(cell.output)
                    continue
                if cell is not None:
                    uses[id(cell)] += 2
                position += 1

        for cell in self._netlist.cells:
            for port, bits in cell.ports.items():
                if port not in ("Y", "Q", "CLK"):
                    count(bits)
        for name in shown:
            bits = self._netlist.wires[name]
            if self._homes.get(bits[0], ("", 0))[0] != name:
                count(bits)
        return uses

    def sole_driver(self, bits: Bits, kind: str) -> Cell | None:
        """The cell that drives exactly these nets and nothing else uses, if it is nameless and of the kind."""
        cell = self._driver.get(bits[0])
        if cell is None or cell.output != bits or cell.kind != kind:
            return None
        return cell if self._uses[id(cell)] == 1 and bits[0] not in self._homes else None

    # --- expressions ------------------------------------------------------

    def show(self, name: str) -> Expression:
        """What a wire is to be assigned."""
        bits = self._netlist.wires[name]
        cell = self._driver.get(bits[0])
        if cell is not None and self._homes.get(bits[0]) == (name, 0) and cell.output == bits:
            self._defined.add(name)
            return self._expression(cell)
        value = self.operand(bits, len(bits))
        if isinstance(value, Concat):
            # From here on this wire stands for its parts.
            self._whole.setdefault(bits, name)
        return value

    def operand(self, bits: Bits, width: int) -> Expression:
        """The expression of some nets, widened with zeros to a width."""
        bits = bits[:width] + ("0",) * (width - len(bits))
        if bits in self._whole:
            return Name(self._whole[bits])
        parts: list[Expression] = []
        position = 0
        while position < width:
            part, length = self._run(bits[position:])
            parts.append(part)
            position += length
        return parts[0] if len(parts) == 1 else Concat(tuple(reversed(parts)))

    def _run(self, bits: Bits) -> tuple[Expression, int]:
        """The expression of the first nets that stand side by side, and how many they are."""
        first = bits[0]
        if isinstance(first, str):
            length = next((n for n, bit in enumerate(bits) if not isinstance(bit, str)), len(bits))
            return Constant("".join(map(str, reversed(bits[:length])))), length
        copies = next((n for n, bit in enumerate(bits) if bit != first), len(bits))
        if copies > 1:
            return Name(f"{{{copies}{{{self._run((first,))[0].operand}}}}}"), copies
        if first not in self._homes:
            cell = self._driver[first]
            if bits[: len(cell.output)] == cell.output:
                inner = self._expression(cell)
                is_short = self._uses[id(cell)] == 1 and inner.size <= _MOST_OPERATORS
                if first not in self._homes and (is_short or _is_plain(inner)):
                    return inner, len(cell.output)
            if first not in self._homes:
                self._settle(self._fresh_name(cell.output), cell.output)
        name, low = self._homes[first]
        length = next(
            (n for n, bit in enumerate(bits) if self._homes.get(bit) != (name, low + n)),
            len(bits),
        )
        self._need(name, first)
        return Name(self._part(name, low, length)), length

    def _part(self, name: str, low: int, length: int) -> str:
        width = self._widths[name]
        if length == width:
            return name
        return f"{name}[{low}]" if length == 1 else f"{name}[{low + length - 1}:{low}]"

    def _need(self, name: str, bit: Bit) -> None:
        """See to it that a net is defined before what is being built."""
        cell = self._driver.get(bit)
        if cell is None or name in self._defined:
            return
        self._defined.add(name)
        self._define(Definition(name=name, width=len(cell.output), value=self._expression(cell)))

    def _expression(self, cell: Cell) -> Expression:
        if cell.output not in self._built:
            self._built[cell.output] = expression(cell, self.operand)
        return self._built[cell.output]


def _is_plain(value: Expression) -> bool:
    """Whether it is a net or the complement of one."""
    return isinstance(value, Name) or (isinstance(value, Unary) and value.symbol == "~" and _is_plain(value.argument))
