"""A netlist as named Verilog expressions: which nets get a name, and which stand inside another's.

A net keeps its name if the source gave it one (a port, a CSR, a stored field, a named signal). One
without a name that is used once becomes part of the expression that uses it, unless that grows too
long; any other is called after the part of a CSR that it is, or numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from utrap.design_error import DesignError
from utrap.verilog.expression import Concat, Constant, Expression, Name, Net, Unary
from utrap.verilog.netlist import Bit, Bits, Cell, Netlist
from utrap.verilog.operators import Codes, expression

__all__ = ["Definition", "Logic", "span"]

#: An expression with more operators is split.
_MOST_OPERATORS = 40


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
        views: Wires that show state, with the places at which a constant in them is cut.
        named: Wires that keep their names wherever something uses them.
        outputs: Ports that will be defined.
        codes: Names for the values of wires: wire -> value -> name.
        define: Called with each net that a handed-out expression needs, in the order in which they
            are to be written.
    """

    def __init__(
        self,
        netlist: Netlist,
        registers: Collection[str],
        views: Mapping[str, Collection[int]],
        named: Sequence[str],
        outputs: Sequence[str],
        codes: Mapping[str, Codes],
        define: Callable[[Definition], None],
    ) -> None:
        shown = [*views, *outputs]
        self._netlist = netlist
        self._cuts = views
        self._codes = codes
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
        self._composite: dict[Bits, str] = {}
        self._vectors = [*views, *named]
        self._name_nets(registers, [*views, *named, *outputs])
        self._name_composites(named)
        self._uses = self._count_uses(shown)
        self._within = self._find_containers(shown)

    # --- names ------------------------------------------------------------

    def _name_nets(self, registers: Collection[str], preferred: Sequence[str]) -> None:
        by_bits: dict[Bits, list[str]] = {}
        for name, bits in self._netlist.wires.items():
            by_bits.setdefault(bits, []).append(name)
        for cell in self.flip_flops:
            names = [name for name in by_bits.get(cell.output, ()) if name in registers]
            if len(names) != 1:
                known = [name for name in by_bits.get(cell.output, ()) if name not in preferred]
                raise DesignError(
                    f"a flip-flop of {len(cell.output)} bits, {', '.join(names or known) or 'without a name'}, is not"
                    " one stored field of the CSR table, or the mode"
                )
            self._settle(names[0], cell.output)
        for name, (direction, bits) in self._netlist.ports.items():
            if direction == "input":
                self._settle(name, bits)
        rank = {name: number for number, name in enumerate(preferred)}
        for cell in self._netlist.cells:
            if cell.kind == "$dff":
                continue
            for bit in cell.output:
                self._driver[bit] = cell
            names = [name for name in by_bits.get(cell.output, ()) if name not in registers]
            if names:
                self._settle(min(names, key=lambda name: (rank.get(name, len(rank)), name)), cell.output)

    def _name_composites(self, named: Sequence[str]) -> None:
        """Give wires that several cells drive side by side their names."""
        views = {self._netlist.wires[view] for view in self._cuts}
        for name in named:
            bits = self._netlist.wires[name]
            if bits in views:
                continue
            cells = {id(self._driver[bit]): self._driver[bit] for bit in bits if bit in self._driver}
            inside = [
                cell
                for cell in cells.values()
                if not any(bit in self._homes for bit in cell.output) and _is_part(cell.output, bits)
            ]
            if self._homes.get(bits[0], ("", 0))[0] == name or not (inside or self._is_mixed(bits)):
                continue
            self._composite.setdefault(bits, name)
            if not inside:
                continue
            self._widths[name] = len(bits)
            own = {bit for cell in inside for bit in cell.output}
            for position, bit in enumerate(bits):
                if bit in own:
                    self._homes[bit] = (name, position)

    def _is_mixed(self, bits: Bits) -> bool:
        """Whether some nets are parts of several others, so that a name for them says more."""
        return len({self._homes[bit][0] for bit in bits if bit in self._homes}) > 1

    def _settle(self, name: str, bits: Bits) -> None:
        self._widths[name] = len(bits)
        for position, bit in enumerate(bits):
            self._homes[bit] = (name, position)

    def _find_containers(self, shown: Sequence[str]) -> dict[Bit, tuple[str, int]]:
        """Where in a shown wire each nameless net stands first."""
        places: dict[Bit, tuple[str, int]] = {}
        for name in [*shown, *sorted(self._netlist.wires)]:
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

    def has(self, name: str) -> bool:
        """Whether a wire has nets that are called after it."""
        return name in self._widths and name not in self._defined

    def show(self, name: str) -> Expression:
        """What a wire is to be assigned."""
        self._defined.add(name)
        bits = self._netlist.wires[name]
        cell, codes = self._driver.get(bits[0]), self._codes.get(name)
        if cell is not None and self._homes.get(bits[0]) == (name, 0) and cell.output == bits:
            return self._expression(cell, codes)
        if name in self._composite.values():
            return self._value_of_composite(name, bits)
        value = self.operand(bits, len(bits), codes, name)
        if isinstance(value, Concat):
            # From here on this wire stands for its parts.
            self._whole.setdefault(bits, name)
        return value

    def _value_of_composite(self, name: str, bits: Bits) -> Expression:
        parts: list[Expression] = []
        position = 0
        while position < len(bits):
            if self._homes.get(bits[position]) == (name, position):
                cell = self._driver[bits[position]]
                parts.append(self._expression(cell))
                position += len(cell.output)
            else:
                part, length = self._run(bits[position:])
                parts.append(part)
                position += length
        return _concat(parts)

    def vector(self, bits: Bits, size: int) -> tuple[str, int]:
        """The wire of at least so many bits that begins with some nets and goes on with zeros, and its width."""
        for name in self._vectors:
            wire = self._netlist.wires[name]
            if len(wire) >= size and wire == bits + ("0",) * (len(wire) - len(bits)):
                self._need(name)
                return name, len(wire)
        return "", 0

    def codes_of(self, bits: Bits) -> Codes | None:
        """The names of what some nets can hold, where they are a wire with such names."""
        name, low = self._homes.get(bits[0], ("", 0)) if bits else ("", 0)
        if low == 0 and self._widths.get(name) == len(bits) and self._netlist.wires.get(name) == bits:
            return self._codes.get(name)
        return None

    def operand(self, bits: Bits, width: int, codes: Codes | None = None, view: str = "") -> Expression:
        """The expression of some nets, widened with zeros to a width; a constant by its name in `codes`."""
        bits = bits[:width] + ("0",) * (width - len(bits))
        if codes and all(isinstance(bit, str) for bit in bits):
            name = codes.get(int("".join(map(str, reversed(bits))), 2))
            if name is not None:
                return Name(name)
        if bits in self._composite and self._composite[bits] != view:
            self._need(self._composite[bits])
            return Name(self._composite[bits])
        if bits in self._whole:
            return Name(self._whole[bits])
        parts: list[Expression] = []
        position = 0
        while position < width:
            part, length = self._composite_at(bits[position:], view) or self._run(bits[position:], codes)
            if view in self._cuts:
                part = self._named_part(view, part, bits[position : position + length], position)
            parts += _cut(part, position, self._cuts.get(view, ()))
            position += length
        return _concat(parts)

    def _composite_at(self, bits: Bits, view: str) -> tuple[Expression, int] | None:
        """The named wire that some nets begin with, if several cells drive it."""
        for wire, name in self._composite.items():
            if wire[0] == bits[0] and len(wire) < len(bits) and bits[: len(wire)] == wire and name in self._widths:
                if name == view or view in self._cuts:
                    return None
                self._need(name)
                return Name(name), len(wire)
        return None

    def _named_part(self, view: str, part: Expression, bits: Bits, position: int) -> Expression:
        """A part of a CSR under a name of its own, where it is more than a net."""
        if (part.size == 0 and not isinstance(part, Unary)) or bits == self._netlist.wires[view]:
            return part
        cell = self._driver[bits[0]]
        self._settle(self._fresh_name(cell.output), cell.output)
        return self._run(bits)[0]

    def _run(self, bits: Bits, codes: Codes | None = None) -> tuple[Expression, int]:
        """The expression of the first nets that stand side by side, and how many they are."""
        first = bits[0]
        if isinstance(first, str):
            length = next((n for n, bit in enumerate(bits) if not isinstance(bit, str)), len(bits))
            return Constant("".join(map(str, reversed(bits[:length])))), length
        copies = next((n for n, bit in enumerate(bits) if bit != first), len(bits))
        if copies > 1:
            return Name(f"{{{copies}{{{self._run((first,))[0].operand}}}}}"), copies
        if first not in self._homes:
            if first not in self._driver:
                raise self._undriven(first)
            cell = self._driver[first]
            if bits[: len(cell.output)] == cell.output:
                inner = self._expression(cell, codes if len(cell.output) == len(bits) else None)
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
        if first in self._driver:
            self._need(name)
        width = self._widths[name]
        if length == 1 < width:
            return Name(self._part(name, low, length), Net(name, width, self._codes.get(name)), low), length
        return Name(self._part(name, low, length)), length

    def _undriven(self, bit: Bit) -> DesignError:
        """A named wire is used in part, and Yosys took away what makes the rest of it."""
        found = ((name, bits.index(bit)) for name, bits in self._netlist.wires.items() if bit in bits)
        name, place = next(found, ("a wire without a name", 0))
        return DesignError(f"nothing uses bit {place} of {name}: name the part that is used")

    def _part(self, name: str, low: int, length: int) -> str:
        width = self._widths[name]
        if length == width:
            return name
        return f"{name}[{low}]" if length == 1 else f"{name}[{low + length - 1}:{low}]"

    def _need(self, name: str) -> None:
        """See to it that a net is defined before what is being built."""
        if name in self._defined:
            return
        bits = self._netlist.wires.get(name)
        if bits is not None:
            self._define(Definition(name=name, width=len(bits), value=self.show(name)))
            return
        self._defined.add(name)
        cell = next(cell for cell in self._driver.values() if self._homes.get(cell.output[0]) == (name, 0))
        self._define(Definition(name=name, width=len(cell.output), value=self._expression(cell)))

    def _expression(self, cell: Cell, codes: Codes | None = None) -> Expression:
        if cell.output not in self._built:
            self._built[cell.output] = expression(cell, self, codes)
        return self._built[cell.output]


def _concat(parts: Sequence[Expression]) -> Expression:
    """Parts, lowest first, side by side."""
    return parts[0] if len(parts) == 1 else Concat(tuple(reversed(parts)))


def _is_part(some: Bits, bits: Bits) -> bool:
    """Whether some nets stand side by side among others."""
    if some[0] not in bits:
        return False
    low = bits.index(some[0])
    return bits[low : low + len(some)] == some


def _cut(part: Expression, position: int, cuts: Collection[int]) -> list[Expression]:
    """A constant cut at borders, but for zeros that stand side by side; lowest first."""
    if not isinstance(part, Constant):
        return [part]
    bits = part.bits[::-1]
    borders = [0, *sorted(cut - position for cut in cuts if 0 < cut - position < len(bits)), len(bits)]
    pieces: list[str] = []
    for low, high in pairwise(borders):
        piece = bits[low:high]
        if pieces and "1" not in pieces[-1] + piece:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return [Constant(piece[::-1]) for piece in pieces]


def _is_plain(value: Expression) -> bool:
    """Whether it is a net or the complement of one."""
    return isinstance(value, Name) or (isinstance(value, Unary) and value.symbol == "~" and _is_plain(value.argument))
