"""The generated Verilog as z3 terms: every output and every register's next value over inputs and registers.

Yosys reads the Verilog and writes SMT-LIB; z3 reads that. Flip-flops are not
optimised: a register that only ever holds one value after reset is a register
here, and proofs are about all of its values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import z3

from utrap.design_error import DesignError
from utrap.verilog.netlist import TOP
from utrap.verilog.yosys import run_yosys

__all__ = ["Netlist", "load", "refuse_unknown", "substituted", "to_smt2"]

_PASSES = (
    "read_verilog unit.v",
    f"prep -flatten -top {TOP}",
    "async2sync",
    "dffunmap",
    "write_smt2 -wires -stdt unit.smt2",
)
#: Yosys's comments that say what the module has.
_WIRE = re.compile(r"^; yosys-smt2-(input|output|register) (\S+) (\d+)$", re.MULTILINE)
_UNKNOWN = re.compile(r"'s?[bodh][0-9a-f_]*[xz?][0-9a-f_xz?]*", re.IGNORECASE)
_IS_BOOL = re.compile(rf"^\(define-fun \|{TOP}_n (\S+)\| \(\(state \|{TOP}_s\|\)\) Bool ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Netlist:
    """A module with one clock, as terms.

    Attributes:
        inputs: A constant for each input, by name.
        registers: A constant for each register's value before the clock edge.
        outputs: A term over these for each output.
        following: A term for each register's value after the edge.
        initial: What is known of the registers at the start.
    """

    inputs: dict[str, Any]
    registers: dict[str, Any]
    outputs: dict[str, Any]
    following: dict[str, Any]
    initial: Any


def to_smt2(verilog: str) -> str:
    """What Yosys makes of the unit's Verilog, as SMT-LIB.

    Raises:
        DesignError: When the Verilog has unknown bits, which would become 0.
    """
    refuse_unknown(verilog)
    return run_yosys(_PASSES, {"unit.v": verilog}, "unit.smt2")


def refuse_unknown(verilog: str) -> None:
    """Raise DesignError when the Verilog has unknown bits, which Yosys would make 0 or leave free."""
    if unknown := _UNKNOWN.search(verilog):
        raise DesignError(f"the Verilog has an unknown value: {unknown[0]}")


def load(smt2: str) -> Netlist:
    """Read what `to_smt2` returned.

    Raises:
        DesignError: When the module is not as this reader expects.
    """
    widths: dict[str, dict[str, int]] = {"input": {}, "output": {}, "register": {}}
    for kind, name, width in _WIRE.findall(smt2):
        widths[kind][name] = int(width)
    del widths["input"]["clk"]
    bools = set(_IS_BOOL.findall(smt2))
    names = [name for kind in widths.values() for name in kind]
    transition, initial, *values = _parse(smt2, names, bools)
    accessors = dict(zip(names, values, strict=True))

    constants = {
        kind: {name: z3.BitVec(name, width) for name, width in widths[kind].items()} for kind in ("input", "register")
    }
    placed = [
        piece
        for kind in constants.values()
        for name, constant in kind.items()
        for piece in _pieces(accessors[name], constant)
    ]
    pieces = _fields(placed)
    state = z3.Const("state", transition.arg(0).arg(1).arg(0).sort())
    after = [(field.decl()(state), expression) for expression, field in map(_sides, _conjuncts(transition))]
    outputs = {name: accessors[name] for name in widths["output"]}
    # A register's pieces, with each field as it is in the next state.
    following = substituted({name: accessors[name] for name in widths["register"]}, after)
    known = substituted({**outputs, **{f"next {name}": term for name, term in following.items()}}, pieces)
    return Netlist(
        inputs=constants["input"],
        registers=constants["register"],
        outputs={name: known[name] for name in outputs},
        following={name: known[f"next {name}"] for name in following},
        initial=substituted({"": initial}, pieces)[""],
    )


def substituted(terms: dict[str, Any], replacements: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """The terms with parts replaced, and simplified; what they share is visited once."""
    together = z3.Function("together", *(term.sort() for term in terms.values()), z3.BoolSort())
    changed = z3.simplify(z3.substitute(together(*terms.values()), *replacements))
    return dict(zip(terms, changed.children(), strict=True))


def _parse(smt2: str, names: list[str], bools: set[str]) -> list[Any]:
    """The transition relation, the initial condition, and every wire as a bit-vector."""
    lines = [
        smt2,
        f"(declare-const state |{TOP}_s|)",
        f"(declare-const next |{TOP}_s|)",
        f"(assert (|{TOP}_t| state next))",
        f"(assert (|{TOP}_i| state))",
    ]
    for name in names:
        value = f"(|{TOP}_n {name}| state)"
        if name in bools:
            value = f"(ite {value} #b1 #b0)"
        lines.append(f"(assert (= {value} {value}))")
    parsed = list(z3.parse_smt2_string("\n".join(lines)))
    return parsed[:2] + [equation.arg(0) for equation in parsed[2:]]


def _conjuncts(term: Any) -> list[Any]:
    return [part for child in term.children() for part in _conjuncts(child)] if z3.is_and(term) else [term]


def _sides(equation: Any) -> tuple[Any, Any]:
    if not z3.is_eq(equation):
        raise DesignError(f"the transition is no list of equations: {equation.decl()}")
    return equation.arg(0), equation.arg(1)


#: A field of the solver's state, the lowest of its bits, and what these bits and those above it are.
_Piece = tuple[Any, int, Any]


def _pieces(value: Any, constant: Any) -> list[_Piece]:
    """The solver's fields, or parts of them, that make up an input or a register, with its parts of the constant."""
    if z3.is_app_of(value, z3.Z3_OP_CONCAT):
        found, high = [], value.size()
        for part in value.children():
            found += _pieces(part, z3.Extract(high - 1, high - part.size(), constant))
            high -= part.size()
        return found
    if z3.is_app_of(value, z3.Z3_OP_ITE):
        # A wire of one bit: "field", or "bit of field is 1".
        condition = value.arg(0)
        if _is_field(condition):
            return [(condition, 0, constant)]
        if z3.is_eq(condition):
            value = condition.arg(0)
    low = 0
    if z3.is_app_of(value, z3.Z3_OP_EXTRACT) and value.size() == constant.size():
        low, value = value.params()[1], value.arg(0)
    elif value.size() != constant.size():
        raise DesignError(f"{constant} is no plain piece of the state: {value}")
    if not _is_field(value):
        raise DesignError(f"{constant} is no plain piece of the state: {value}")
    return [(value, low, constant)]


def _fields(pieces: Sequence[_Piece]) -> list[tuple[Any, Any]]:
    """The fields of the state, each with all that it is."""
    parts: dict[str, tuple[Any, list[tuple[int, Any]]]] = {}
    for field, low, constant in pieces:
        parts.setdefault(str(field), (field, []))[1].append((low, constant))
    found = []
    for name, (field, placed) in parts.items():
        if z3.is_bool(field):
            ((_, constant),) = placed
            found.append((field, constant == 1))
            continue
        placed.sort(key=lambda part: part[0])
        sizes = [constant.size() for _, constant in placed]
        if [low for low, _ in placed] != [sum(sizes[:n]) for n in range(len(sizes))] or sum(sizes) != field.size():
            raise DesignError(f"{name} is no row of inputs and registers: {placed}")
        ordered = [constant for _, constant in reversed(placed)]
        found.append((field, z3.Concat(*ordered) if len(ordered) > 1 else ordered[0]))
    return found


def _is_field(term: Any) -> bool:
    """Whether it is a field of the state: a function of Yosys's, applied to `state`."""
    return bool(term.num_args() == 1 and str(term.arg(0)) == "state")
