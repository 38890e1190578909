"""Judges mutants that no simulation has caught, by proof: equivalent in all that can be seen, or missed.

The unit without a mutant is proved equal to the golden model (`utrap prove
equivalence`). So a mutant is first compared with that: where no output and no
register can differ, in any state that can come about and for any event, it is
equivalent. Where something can, the state and the event that the solver finds
are played on the golden model; if the difference is one that the model has a
word for, the mutant was missed. Else it may lie where nothing is compared;
then the equivalence with the model is proved for the events in which the mutant
differs at all.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import z3

from utrap.config import Config
from utrap_formal.equivalence.cases import Case, Group, cases, groups
from utrap_formal.equivalence.counterexample import Counterexample, explain
from utrap_formal.equivalence.invariants import invariants
from utrap_formal.equivalence.netlist import Netlist, load, substituted, to_smt2
from utrap_formal.equivalence.prover import Prover, Stuck
from utrap_testbench.boundary import BY_STATE, OUTPUTS, Decoder, Op
from utrap_testbench.harts import model_config

from .netlist import MUTANT

__all__ = ["EQUIVALENT", "MISSED", "UNDECIDED", "judge"]

EQUIVALENT, MISSED, UNDECIDED = "equivalent", "missed", "undecided"
_TIMEOUT_MS = 120_000
_STATE_OUTPUTS = frozenset(row.verilog for row in BY_STATE)


def _is_op(unit: Netlist, *ops: Op) -> Any:
    port = unit.inputs["commit_op"]
    return z3.Or(*(port == int(op) for op in ops if int(op) >> port.size() == 0))


def _is_access(unit: Netlist) -> Any:
    return _is_op(unit, Op.CSR, Op.DEBUG_CSR)


#: When an output means something, by the words of its row in `utrap_testbench.boundary`: by the unit's own signs, and
#: perhaps more often than the row says. A difference elsewhere is none.
_SIGNS: dict[str, Callable[[Netlist], Any]] = {
    "always": lambda unit: True,
    "with redirect": lambda unit: unit.outputs["answer_redirect"] == 1,
    "CSR access without a fault": lambda unit: z3.And(_is_access(unit), unit.outputs["answer_fault"] == 0),
    "with extension_write": lambda unit: z3.And(_is_access(unit), unit.outputs["extension_write"] == 1),
    "a trap is taken": lambda unit: _is_op(unit, Op.EXCEPTION, Op.INTERRUPT, Op.RNMI),
    "a trap is taken, or the hart halts": lambda unit: _is_op(unit, Op.EXCEPTION, Op.INTERRUPT, Op.RNMI, Op.HALT),
    "an exception is taken": lambda unit: _is_op(unit, Op.EXCEPTION),
    "a guest-page fault is taken": lambda unit: _is_op(unit, Op.EXCEPTION),
    "with request": lambda unit: unit.outputs["interrupt_request"] == 1,
    "CSR access": lambda unit: _is_op(unit, Op.CSR),
}


def judge(request: str) -> int:
    """Judge every mutant of a netlist, and print a line of JSON for each; `request` is the file that says which.

    A function of words, for a child process.
    """
    asked = json.loads(Path(request).read_text())
    court = Judge(Config.from_json(asked["config"]), load(to_smt2(asked["verilog"])))
    for number in range(asked["mutants"]):
        print(json.dumps(court.verdict(number)), flush=True)
    return 0


class Judge:
    """Judges the mutants of one netlist.

    Args:
        config: The configuration.
        netlist: The unit with the input that chooses a mutant.
    """

    def __init__(self, config: Config, netlist: Netlist) -> None:
        self._config, self._netlist = config, netlist
        self._inputs = {name: term for name, term in netlist.inputs.items() if name != MUTANT}
        self._good = self._chosen(0)
        self._legal = [invariant.term for invariant in invariants(config, netlist.registers)]
        self._signs = {
            row.verilog: _SIGNS[row.when.text](self._good) for row in OUTPUTS if row.verilog in netlist.outputs
        }
        self._known = {**self._inputs, **netlist.registers}

    def _chosen(self, value: int) -> Netlist:
        """The unit with the mutants whose bits are 1."""
        select = self._netlist.inputs[MUTANT]
        terms = {("output", name): term for name, term in self._netlist.outputs.items()}
        terms |= {("next", name): term for name, term in self._netlist.following.items()}
        numbered = {str(number): term for number, term in enumerate(terms.values())}
        fixed = substituted(numbered, [(select, z3.BitVecVal(value, select.size()))])
        placed = dict(zip(terms, fixed.values(), strict=True))
        return dataclasses.replace(
            self._netlist,
            inputs=self._inputs,
            outputs={name: placed["output", name] for name in self._netlist.outputs},
            following={name: placed["next", name] for name in self._netlist.following},
        )

    def verdict(self, number: int) -> dict[str, Any]:
        """Whether a mutant is equivalent, with what shows that it is not."""
        bad = self._chosen(1 << number)
        try:
            found = self._missed(bad)
        except Stuck as error:
            return {"verdict": UNDECIDED, "note": f"z3 gave up: {error}"}
        return {"verdict": EQUIVALENT} if found is None else {"verdict": MISSED, **found}

    def _missed(self, bad: Netlist) -> dict[str, Any] | None:
        outputs = [
            (name, z3.And(term != bad.outputs[name], self._signs[name]))
            for name, term in self._good.outputs.items()
            if not term.eq(bad.outputs[name])
        ]
        following = [
            term != bad.following[name]
            for name, term in self._good.following.items()
            if not term.eq(bad.following[name])
        ]
        rst = self._inputs["rst"]
        solver = z3.Then("simplify", "solve-eqs", "simplify", "bit-blast", "sat").solver()
        solver.set("timeout", _TIMEOUT_MS)
        solver.add(*self._legal, self._is_event(), rst == 0)
        found = self._ask(solver, z3.Or(*(wrong for _, wrong in outputs), *following))
        if found is not None:
            shown = self._shown(bad, found)
            if shown.differences:
                return _told(shown)
            if (proved := self._refuted(bad, outputs, following, found)) is not None:
                return proved
        # In reset outputs mean nothing; what the registers hold after it does.
        solver = z3.Solver()
        solver.set("timeout", _TIMEOUT_MS)
        solver.add(*self._legal, rst == 1)
        if self._ask(solver, z3.Or(*following)) is not None:
            return {"event": "reset", "state": "any", "differences": ["a register after reset"], "record": ""}
        return None

    def _is_event(self) -> Any:
        """The operations that there are."""
        op = self._inputs["commit_op"]
        config = self._config
        ops = [Op.NONE, Op.CSR, Op.EXCEPTION, Op.INTERRUPT, Op.MRET, Op.SRET, Op.URET, Op.DEBUG_CSR]
        ops += [Op.MNRET, Op.RNMI] * config.smrnmi + [Op.HALT, Op.RESUME] * config.sdext
        return z3.Or(*(op == int(each) for each in ops))

    def _ask(self, solver: Any, wrong: Any) -> dict[str, int] | None:
        """Inputs and registers for which something differs."""
        wrong = z3.simplify(wrong)
        if z3.is_false(wrong):
            return None
        solver.push()
        solver.add(wrong)
        answer = solver.check()
        if answer == z3.unknown:
            raise Stuck(solver.reason_unknown())
        model = solver.model() if answer == z3.sat else None
        solver.pop()
        if model is None:
            return None
        return {name: model.eval(term, model_completion=True).as_long() for name, term in self._known.items()}

    def _shown(self, bad: Netlist, values: Mapping[str, int]) -> Counterexample:
        """A state and an event on the model and on the mutant."""
        event = Decoder(model_config(self._config)).event(lambda name: values[name.replace(".", "_")])
        return explain(self._config, bad, Case(event=event), values)

    def _refuted(
        self, bad: Netlist, outputs: list[tuple[str, Any]], following: list[Any], seen: Mapping[str, int]
    ) -> dict[str, Any] | None:
        """Prove the equivalence with the model for the groups of events in which the mutant differs at all."""
        prover = Prover(self._config, bad, all_invariants=True)
        # One that keeps what it knows from one question to the next.
        solver = z3.SolverFor("QF_FD")
        solver.set("timeout", _TIMEOUT_MS)
        solver.add(*self._legal, self._inputs["rst"] == 0)
        wrongs = {name: z3.FreshBool() for name, _ in outputs if name in _STATE_OUTPUTS}
        by_event = z3.FreshBool()
        solver.add(*(z3.Implies(wrongs[name], wrong) for name, wrong in outputs if name in wrongs))
        rest = [wrong for name, wrong in outputs if name not in wrongs]
        solver.add(z3.Implies(by_event, z3.Or(*rest, *following)))
        for group in self._nearest_first(bad, seen):
            event = z3.BoolVal(True) if group.kind == "state output" else self._in_group(group)
            wrong = wrongs.get(group.name) if group.kind == "state output" else by_event
            if wrong is None or self._ask(solver, z3.And(event, wrong)) is None:
                continue
            found = prover.prove(group)
            if found is not None:
                return _told(explain(self._config, bad, found.case, found.values))
        return None

    def _nearest_first(self, bad: Netlist, seen: Mapping[str, int]) -> list[Group]:
        """The groups that are about events, that of the event that was seen first: there something differs."""
        known = [(term, z3.BitVecVal(seen[name], term.size())) for name, term in self._inputs.items()]
        about = [group for group in groups(self._config, bad) if group.kind not in ("reset", "invariant")]
        return sorted(
            about,
            key=lambda group: (
                group.kind == "state output"
                or not z3.is_true(z3.simplify(z3.substitute(self._in_group(group), *known)))
            ),
        )

    def _in_group(self, group: Group) -> Any:
        """That the event is one of a group."""
        return z3.Or(*(z3.And(*self._in_case(group, case)) for case in cases(group, self._config, self._inputs)))

    def _in_case(self, group: Group, case: Case) -> Iterator[Any]:
        for name, value in {"commit_op": int(case.op), **group.shared, **case.fixed}.items():
            yield self._inputs[name] == value
        yield from case.assumed


def _told(example: Counterexample) -> dict[str, Any]:
    return {
        "event": example.event,
        "state": ", ".join(f"{name}={value:#x}" for name, value in example.before.items()),
        "differences": [f"{name}: expected {good:#x}, got {bad:#x}" for name, good, bad in example.differences],
        "record": example.record,
    }
