"""A difference in plain numbers: the state, the event, what differs, and a record that `utrap replay` accepts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from utrap.config import Config
from utrap_formal.equivalence.cases import Case
from utrap_formal.equivalence.correspondence import model_state
from utrap_formal.equivalence.netlist import Netlist, substituted
from utrap_formal.equivalence.symbolic import Number
from utrap_testbench import golden
from utrap_testbench.boundary import Answer, expected
from utrap_testbench.golden import Retire, State
from utrap_testbench.harts import model_config
from utrap_testbench.vectors.of_event import text_of_event

__all__ = ["Counterexample", "explain", "registers"]


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """What to look at.

    Attributes:
        event: The event in words.
        before: The registers before it, as records have them; those that are not 0.
        differences: Name, model's value, RTL's value.
        record: A file of one record, as objects: see `text_of_event`.
    """

    event: str
    before: dict[str, int]
    differences: list[tuple[str, int, int]]
    record: str


def explain(config: Config, netlist: Netlist, case: Case | None, values: Mapping[str, int]) -> Counterexample:
    """Work a solver's values out on both sides; `case` None: any event shows it, so one without effect is taken."""
    model = model_config(config)
    before = model_state(config, values)
    event = _concrete(case.event, netlist, values) if case else Retire()
    after, outcome = golden.step(model, before, event)
    wanted = {name.replace(".", "_"): value for name, value in expected(Answer(model, before, event, outcome)).items()}
    seen, following = _rtl(netlist, values)
    rtl_after = model_state(config, {**values, **following})
    differences = [(name, value, seen[name]) for name, value in wanted.items() if value != seen[name]]
    differences += [
        (f"next {name}", getattr(after, name), getattr(rtl_after, name))
        for name in (field.name for field in dataclasses.fields(State))
        if getattr(after, name) != getattr(rtl_after, name)
    ]
    held = {name: value for name, value in golden.registers(model, before).items() if value}
    record = text_of_event(model, before, event, "utrap prove")
    return Counterexample(event=str(event), before=held, differences=differences, record=record)


def registers(netlist: Netlist, values: Mapping[str, int]) -> list[str]:
    """What is driven, what the registers hold and what follows, one a line; nothing of what is 0 and stays 0."""
    _, following = _rtl(netlist, values)
    lines = [f"{name} = {values[name]:#x}" for name in netlist.inputs if values[name]]
    lines += [
        f"{name}: {values[name]:#x}, then {following[name]:#x}"
        for name in netlist.registers
        if values[name] or following[name]
    ]
    return lines


def _concrete(event: golden.Event, netlist: Netlist, values: Mapping[str, int]) -> Any:
    """The event with numbers for what was symbolic."""
    known = [(constant, z3.BitVecVal(values[name], constant.size())) for name, constant in netlist.inputs.items()]

    def plain(value: Any) -> Any:
        return z3.simplify(z3.substitute(value.term, known)).as_long() if isinstance(value, Number) else value

    return dataclasses.replace(
        event, **{field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    )


def _rtl(netlist: Netlist, values: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Outputs, and registers after the clock edge, for these inputs and registers."""
    constants = {**netlist.inputs, **netlist.registers}
    known = [(constant, z3.BitVecVal(values[name], constant.size())) for name, constant in constants.items()]
    outputs, following = (
        {name: term.as_long() for name, term in substituted(terms, known).items()}
        for terms in (netlist.outputs, netlist.following)
    )
    return outputs, following
