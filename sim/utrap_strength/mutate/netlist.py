"""The unit's netlist with mutations in it, each behind one bit of an input, so that many are compiled at once.

The netlist is that of which the generated Verilog is the readable form: one
cell for each operator of the source, at word level.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from utrap.config import Config
from utrap.unit import TrapUnit
from utrap.verilog.netlist import TOP, make_document, to_rtlil
from utrap.verilog.yosys import run_yosys

from .kinds import Mutation, kinds_of

__all__ = ["MUTANT", "chosen", "mutated", "unit_module"]

#: The input of which a bit turns a mutation on.
MUTANT = "mutant"
Module = dict[str, Any]


def unit_module(config: Config) -> Module:
    """The unit's module as Yosys writes it in JSON, with places in the source.

    Of its wires only those of registers and CSRs keep their names: those that benches and proofs look at.
    """
    unit = TrapUnit(config)
    module: Module = make_document(to_rtlil(unit, with_places=True))["modules"][TOP]
    module["cells"] = dict(sorted(module["cells"].items()))
    return module


def chosen(module: Module, count: int, seed: int) -> list[Mutation]:
    """So many different mutations: a cell at random, then a kind, then a place; fewer where there are no more."""
    rng = random.Random(seed)
    left = {name: kinds for name, cell in module["cells"].items() if (kinds := kinds_of(name, cell))}
    found: list[Mutation] = []
    while left and len(found) < count:
        cell = rng.choice(list(left))
        kind = rng.choice(list(left[cell]))
        of_kind = left[cell][kind]
        found.append(of_kind.pop(rng.randrange(len(of_kind))))
        if not of_kind:
            del left[cell][kind]
        if not left[cell]:
            del left[cell]
    return found


def mutated(config: Config, module: Module, mutations: Sequence[Mutation], is_chosen: bool = True) -> str:
    """The Verilog of the unit with mutations.

    Args:
        config: What the unit is generated for.
        module: As `unit_module` gives it.
        mutations: What is wrong.
        is_chosen: Bit n of the input `mutant` turns mutation n on; else all of them are there, and no such input is.
    """
    work = _Work(module)
    selects: list[Any] = [work.fresh() for _ in mutations] if is_chosen else ["1"] * len(mutations)
    for mutation, select in zip(mutations, selects, strict=True):
        work.mutate(mutation, select)
    document = {"modules": {TOP: work.finished(TrapUnit(config), selects if is_chosen else [])}}
    passes = ("read_json unit.json", "write_verilog -noattr unit.v")
    return run_yosys(passes, {"unit.json": json.dumps(document)}, "unit.v", allows_warnings=True)


def _registers(unit: TrapUnit, module: Module) -> dict[str, Any]:
    """The wires of the registers."""
    names = [key.replace(".", "_") for key in unit.state.stored]
    names += ["mode_prv", "mode_v", "mode_debug", "mode_critical"]
    found = {name: module["netnames"][name] for name in names if name in module["netnames"]}
    flip_flops = {tuple(cell["connections"]["Q"]) for cell in module["cells"].values() if cell["type"] == "$dff"}
    assert flip_flops == {tuple(net["bits"]) for net in found.values()}, "a register without a name"
    return found


class _Work:
    """A copy of the module that is being changed."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self.cells: dict[str, Any] = copy.deepcopy(module["cells"])
        nets = (*module["netnames"].values(), *module["ports"].values())
        self._last = max(bit for net in nets for bit in net["bits"] if isinstance(bit, int))

    def fresh(self) -> int:
        """A new net of one bit."""
        self._last += 1
        return self._last

    def _add(self, kind: str, ports: Mapping[str, Sequence[Any]], width: int) -> list[Any]:
        """A new cell; gives its result."""
        result = [self.fresh() for _ in range(width)]
        parameters = {f"{port}_SIGNED": "0" for port in "AB" if port in ports and kind != "$mux"}
        parameters |= {f"{port}_WIDTH": f"{len(ports[port]):b}" for port in "AB" if port in ports and kind != "$mux"}
        parameters |= {"WIDTH": f"{width:b}"} if kind == "$mux" else {"Y_WIDTH": f"{width:b}"}
        self.cells[f"$mutate${len(self.cells)}"] = {
            "hide_name": 1,
            "type": kind,
            "parameters": parameters,
            "attributes": {},
            "port_directions": {**dict.fromkeys(ports, "input"), "Y": "output"},
            "connections": {**{port: list(bits) for port, bits in ports.items()}, "Y": result},
        }
        return result

    def _choice(self, good: Sequence[Any], bad: Sequence[Any], select: Any) -> list[Any]:
        return self._add("$mux", {"A": good, "B": bad, "S": [select]}, len(good))

    def mutate(self, mutation: Mutation, select: Any) -> None:
        """Put a mutation in."""
        cell = self.cells[mutation.cell]
        good = cell["connections"][mutation.port]
        if mutation.port != "Y":
            cell["connections"][mutation.port] = self._choice(good, self._operand(mutation, cell, good), select)
            return
        inner = [self.fresh() for _ in good]
        cell["connections"]["Y"] = inner
        result = self._choice(inner, self._result(mutation, cell, inner), select)
        # What the cell drove is now what was chosen.
        last = self.cells[next(reversed(self.cells))]
        assert last["connections"]["Y"] == result
        last["connections"]["Y"] = good

    def _operand(self, mutation: Mutation, cell: Any, good: list[Any]) -> list[Any]:
        """The operand as it must not be."""
        match mutation.kind:
            case "never written":
                return list(cell["connections"]["Q"])
            case "choice inverted":
                return self._add("$not", {"A": good}, 1)
            case "always the first":
                return ["0"]
            case "always the second":
                return ["1"]
            case "operand one place lower":
                return [*good[1:], good[0]]
            case "operand one place higher":
                return [good[-1], *good[:-1]]
        return self._bit(mutation, good)

    def _result(self, mutation: Mutation, cell: Any, inner: list[Any]) -> list[Any]:
        """The result as it must not be."""
        match mutation.kind:
            case "another operator:":
                operands = {port: bits for port, bits in self._original(mutation).items() if port != "Y"}
                other = self._add(mutation.detail, operands, len(inner))
                made = self.cells[next(reversed(self.cells))]
                made["parameters"] = dict(cell["parameters"])
                return other
            case "operand left out:":
                kept = self._original(mutation)[mutation.detail]
                return [*kept[: len(inner)], *["0"] * (len(inner) - len(kept))]
            case "inverted":
                return self._add("$not", {"A": inner}, 1)
        return self._bit(mutation, inner)

    def _original(self, mutation: Mutation) -> dict[str, list[Any]]:
        """The cell's operands without other mutations."""
        operands: dict[str, list[Any]] = self._module["cells"][mutation.cell]["connections"]
        return operands

    def _bit(self, mutation: Mutation, good: list[Any]) -> list[Any]:
        """One bit of it changed, or stuck."""
        place = int(mutation.detail)
        values = {"stuck at 0": "0", "stuck at 1": "1", "constant changed, bit": "10"["01".find(str(good[place]))]}
        return [*good[:place], values[mutation.kind], *good[place + 1 :]]

    def finished(self, unit: TrapUnit, selects: Sequence[Any]) -> Module:
        """The module.

        A net has one name: what outputs and CSRs show of a register are wires of their own. What a cell drives is
        one wire, and not as many as it has bits.
        """
        unit._MustUse__used = True
        nets = _registers(unit, self._module)
        ports = copy.deepcopy(self._module["ports"])
        for number, cell in enumerate(self.cells.values()):
            if cell["type"] != "$dff":
                nets[f"n{number}"] = _net(cell["connections"]["Y"])
        for port in ports.values():
            if port["direction"] == "output":
                port["bits"] = self._add("$pos", {"A": port["bits"]}, len(port["bits"]))
        for name in unit.state.views:
            shown = self._module["netnames"][name]["bits"]
            nets[name] = _net(self._add("$pos", {"A": shown}, len(shown)))
        if selects:
            ports[MUTANT] = {"direction": "input", "bits": list(selects)}
        nets |= {name: _net(port["bits"]) for name, port in ports.items()}
        return {"attributes": {"top": "1"}, "ports": ports, "cells": self.cells, "netnames": nets}


def _net(bits: Sequence[Any]) -> dict[str, Any]:
    return {"hide_name": 0, "bits": list(bits), "attributes": {}}
