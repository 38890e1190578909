"""Proves one group: all paths of the model against the RTL's terms.

A path gives values of the model under the path's conditions. Paths that give
one output or field the same value are put together, and the solver is asked
once: is there a state, an event and a path on which something differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import z3

from utrap.config import Config
from utrap_formal.equivalence.cases import Case, Group, cases
from utrap_formal.equivalence.correspondence import (
    CorrespondenceError,
    check,
    correspondence,
    model_state,
)
from utrap_formal.equivalence.explorer import Explorer
from utrap_formal.equivalence.invariants import invariants
from utrap_formal.equivalence.netlist import Netlist, substituted
from utrap_formal.equivalence.symbolic import Condition, Number, as_bits
from utrap_testbench import golden
from utrap_testbench.boundary import BY_EVENT, BY_STATE, OUTPUTS, Answer, Now
from utrap_testbench.golden import State
from utrap_testbench.harts import model_config

__all__ = ["Found", "Prover", "Stuck", "check_netlist"]

#: Bits of one state and event, with what is the same in both put in first, and wide values that are free taken out.
_TACTICS = (
    "simplify",
    "propagate-values",
    "solve-eqs",
    "elim-uncnstr",
    "simplify",
    "max-bv-sharing",
    "ackermannize_bv",
    "bit-blast",
    "sat",
)

Terms = Mapping[str, Any]
Values = list[tuple[str, Any]]


class Stuck(Exception):
    """The solver did not come to an end: nothing is proved, nothing refuted."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A difference: values of all inputs and registers, and the case in which they differ (None: in any)."""

    case: Case | None
    values: dict[str, int]


@dataclass
class _Compared:
    """One field or output: the RTL's term, and the model's values with the paths that give them."""

    term: Any
    values: dict[int, tuple[Any, list[Any]]] = field(default_factory=dict)

    def add(self, value: Any, path: Any) -> None:
        key = value.term.get_id() if isinstance(value, (Number, Condition)) else ~int(value)
        self.values.setdefault(key, (value, []))[1].append(path)

    def differences(self) -> list[Any]:
        """Conditions under which model and RTL differ; none where the terms are the same."""
        parts = []
        for value, paths in self.values.values():
            if isinstance(value, Number) and value.term.eq(self.term):
                continue
            width = max(self.term.size(), _width(value))
            differs = z3.simplify(as_bits(value, width) != as_bits(Number(self.term), width))
            if not z3.is_false(differs):
                parts.append(z3.And(z3.Or(*paths), differs))
        return parts


def _width(value: Any) -> int:
    if isinstance(value, Number):
        return value.width
    return int(value).bit_length() if isinstance(value, int) else 1


def check_netlist(config: Config, netlist: Netlist) -> None:
    """Raise CorrespondenceError where the RTL does not have the registers of the model's state, or its outputs."""
    check(config, netlist)
    _check_outputs(model_config(config), netlist)


def _check_outputs(config: golden.Config, netlist: Netlist) -> None:
    rows = {row.verilog: width for row in OUTPUTS if (width := row.width(config))}
    if without := netlist.outputs.keys() - rows.keys():
        raise CorrespondenceError(f"outputs that nothing is said about: {', '.join(sorted(without))}")
    if missing := rows.keys() - netlist.outputs.keys():
        raise CorrespondenceError(f"outputs that the RTL lacks: {', '.join(sorted(missing))}")
    for name, width in rows.items():
        if netlist.outputs[name].size() != width:
            raise CorrespondenceError(f"{name} has {netlist.outputs[name].size()} bits and not {width}")


class Prover:
    """Proves groups of one configuration.

    Args:
        config: The configuration.
        netlist: The RTL.
        timeout_seconds: The solver's patience for one question.
        all_invariants: Look at states alone in which every invariant holds: what counts for RTL that is known to
            keep them all.

    Attributes:
        paths: How many ways through the model were walked.
        queries: How often the solver was asked.
    """

    def __init__(
        self, config: Config, netlist: Netlist, timeout_seconds: int = 300, all_invariants: bool = False
    ) -> None:
        check_netlist(config, netlist)
        self._model = model_config(config)
        self.config = config
        self.netlist = netlist
        self.paths = 0
        self.queries = 0
        self._timeout_ms = timeout_seconds * 1000
        self._fields = [field.name for field in fields(golden.State)]
        self._before = model_state(config, {**netlist.registers, **netlist.inputs})
        known = invariants(config, netlist.registers)
        self._needed = [invariant.term for invariant in known if invariant.is_needed or all_invariants]
        self._legal = [invariant.term for invariant in known]

    def prove(self, group: Group) -> Found | None:
        """Return a difference, or None where it is proved that there is none.

        Raises:
            Stuck: The solver gave up.
        """
        if group.kind == "reset":
            return self._reset()
        if group.kind == "invariant":
            return self._invariant(group.name.removeprefix("invariant "))
        if group.kind == "state output":
            return self._state_output(group.name)
        terms = self._fixed({**self._answers(), **self._following()}, {"rst": 0, **group.shared})
        for case in cases(group, self.config, self.netlist.inputs):
            fixed = {"commit_op": int(case.op), **case.fixed}
            values = self._search(
                lambda case=case: self._event_values(case),  # type: ignore[misc]
                self._fixed(terms, fixed),
                [*self._needed, *case.assumed],
                {"rst": 0, **group.shared, **fixed},
            )
            if values is not None:
                return Found(case=case, values=values)
        return None

    # --- what is compared --------------------------------------------------

    def _event_values(self, case: Case) -> Values:
        """Run the model on an event; every value that is compared, by name."""
        after, outcome = golden.step(self._model, self._before, case.event)
        answer = Answer(self._model, self._before, case.event, outcome)
        values: Values = [(f"next {name}", getattr(after, name)) for name in self._fields]
        for row in BY_EVENT:
            if row.verilog in self.netlist.outputs and row.when.holds(answer):
                values.append((row.verilog, row.value(answer)))
        return values

    def _state_output(self, name: str) -> Found | None:
        """An output that follows from state and lines, whatever is committed."""
        row = next(row for row in BY_STATE if row.verilog == name)

        def values() -> Values:
            now = Now(self._model, self._before)
            return [(name, row.value(now))] if row.when.holds(now) else []

        terms = self._fixed({name: self.netlist.outputs[name]}, {"rst": 0})
        found = self._search(values, terms, self._needed, {"rst": 0})
        return None if found is None else Found(case=None, values=found)

    def _reset(self) -> Found | None:
        """With rst the state becomes the model's, whatever the inputs, and it is the model's at the start."""
        given = {name for name, pieces in correspondence(self.config).items() if any(p.is_input for p in pieces)}

        def values_of(state: State) -> Values:
            return [(f"next {name}", getattr(state, name)) for name in self._fields if name not in given]

        before = model_state(self.config, {**self.netlist.inputs, **self.netlist.registers})
        found = self._search(
            lambda: values_of(golden.reset(self._model, before)),
            self._fixed(self._following(), {"rst": 1}),
            [],
            {"rst": 1},
        )
        if found is None:
            start = {f"next {name}": term for name, term in self._state_terms(self.netlist.registers).items()}
            found = self._search(lambda: values_of(golden.reset_state(self._model)), start, [self.netlist.initial], {})
        return None if found is None else Found(case=None, values=found)

    def _invariant(self, name: str) -> Found | None:
        """Holds at the start, and after every event if all hold before."""
        place = [invariant.name for invariant in invariants(self.config, self.netlist.registers)].index(name)
        here = invariants(self.config, self.netlist.registers)[place].term
        found = self._ask([self.netlist.initial], z3.Not(here), {})
        if found is None:
            after = invariants(self.config, self.netlist.following)[place].term
            found = self._ask(self._legal, z3.simplify(z3.Not(after)), {})
        return None if found is None else Found(case=None, values=found)

    # --- the RTL's terms ----------------------------------------------------

    def _answers(self) -> Terms:
        names = (row.verilog for row in BY_EVENT)
        return {name: self.netlist.outputs[name] for name in names if name in self.netlist.outputs}

    def _following(self) -> Terms:
        return {f"next {name}": term for name, term in self._state_terms(self.netlist.following).items()}

    def _state_terms(self, registers: Terms) -> dict[str, Any]:
        """All of the model's fields: what the RTL stores or is given, and 0 for what it lacks."""
        state = model_state(self.config, {**self.netlist.inputs, **registers})
        values = {name: getattr(state, name) for name in self._fields}
        return {name: as_bits(value, max(1, _width(value))) for name, value in values.items()}

    def _fixed(self, terms: Terms, values: Mapping[str, int]) -> Terms:
        """The terms with inputs at known values."""
        inputs = self.netlist.inputs
        known = [(inputs[name], z3.BitVecVal(value, inputs[name].size())) for name, value in values.items()]
        return substituted(dict(terms), known)

    # --- the solver ---------------------------------------------------------

    def _search(
        self, run: Callable[[], Values], terms: Terms, assumed: Iterable[Any], fixed: Mapping[str, int]
    ) -> dict[str, int] | None:
        """Inputs and registers for which a value of the model is not the RTL's; None where there are none."""
        assumed = list(assumed)
        solver = z3.SimpleSolver()
        solver.add(*assumed)
        explorer = Explorer(solver)
        if not explorer.can_be():
            raise AssertionError("what is assumed contradicts itself, and would prove anything")
        compared: dict[str, _Compared] = {}
        paths: list[Any] = []
        for values in explorer.walk(run):
            paths.append(z3.And(*explorer.conditions()))
            for name, value in values:
                compared.setdefault(name, _Compared(terms[name])).add(value, paths[-1])
        self.paths += explorer.paths
        self.queries += explorer.queries
        if self._model_of(assumed, z3.Not(z3.Or(*paths))) is not None:
            raise AssertionError("the paths leave out a state or an event")
        differences = [part for each in compared.values() for part in each.differences()]
        return self._ask(assumed, z3.Or(*differences), fixed)

    def _ask(self, assumed: list[Any], wrong: Any, fixed: Mapping[str, int]) -> dict[str, int] | None:
        """Values under which the assumptions hold and something is wrong, of a state that software can reach if any."""
        model = self._model_of(assumed, wrong)
        if model is None:
            return None
        # One that software can bring about can be replayed.
        model = self._model_of([*assumed, *self._legal], wrong) or model
        known = {**self.netlist.registers, **self.netlist.inputs}
        return {name: model.eval(constant, model_completion=True).as_long() for name, constant in known.items()} | dict(
            fixed
        )

    def _model_of(self, assumed: list[Any], wrong: Any) -> Any:
        """A solution; None where there is none."""
        wrong = z3.simplify(wrong)
        if z3.is_false(wrong):
            return None
        solver = z3.Then(*_TACTICS).solver()
        solver.set("timeout", self._timeout_ms)
        solver.add(*assumed, wrong)
        self.queries += 1
        verdict = solver.check()
        if verdict == z3.unknown:
            raise Stuck(solver.reason_unknown())
        return solver.model() if verdict == z3.sat else None
