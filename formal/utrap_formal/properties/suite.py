"""A suite of properties as `utrap prove` runs it: one task for each property, many of them in one run of SymbiYosys."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from utrap.config import Config
from utrap.emit.verilog import verilog
from utrap_formal.properties import routing, windows
from utrap_formal.properties.cut import Logic, Register, cut
from utrap_formal.properties.harness import TOP, Harness
from utrap_formal.properties.property import Properties, Property
from utrap_formal.properties.sby import INDUCTION, PDR, SINGLE_PDR, Outcome, Verdict, run_sby
from utrap_formal.properties.window import PLAIN, UNIT
from utrap_formal.task import Result, Run, Status, Suite, Task

__all__ = ["SUITES", "open_suite", "suite"]

#: By name, in the order in which they run.
SUITES: dict[str, Properties] = {each.name: each for each in (routing.PROPERTIES, windows.PROPERTIES)}

_ASSUMPTIONS = (
    ("1", "the registers hold at the start what the Verilog declares", "it is what rst gives: `equivalence`, reset"),
    ("2", "nothing is claimed of a cycle in which rst is 1", "every state that follows from it is the start again"),
)
#: How many properties one run of SymbiYosys takes at most.
_BATCH = 60


def suite(config: Config, name: str, text: str | None = None) -> Suite | None:
    """A suite for a configuration, None where no property of it has a meaning; `text` is Verilog to prove instead."""
    properties = SUITES[name]
    chosen = tuple(properties.of(config))
    if not chosen:
        return None
    units = {UNIT: cut(verilog(config) if text is None else text)}
    if properties.compares:
        units[PLAIN] = cut(verilog(config.replace(shudeleg=False, windows=0)), PLAIN)
    return Suite(
        name=name,
        title=properties.title,
        material={
            "config": config.to_json(),
            "suite": name,
            "units": {module: _to_json(unit) for module, unit in units.items()},
        },
        tasks=tuple(Task(name=each.name, kind=each.kind, index=number) for number, each in enumerate(chosen)),
        open=open_suite,
        batch=_BATCH,
        notes=(
            ("Properties", ("Property", "What it says", "Rules"), [(p.name, p.says, p.rules) for p in chosen]),
            ("Assumptions", ("Number", "Assumption", "Why it may be made"), _ASSUMPTIONS),
        ),
    )


def _to_json(unit: Logic) -> dict[str, Any]:
    registers = {name: [register.width, register.first] for name, register in unit.registers.items()}
    return {
        "text": unit.text,
        "inputs": unit.inputs,
        "outputs": unit.outputs,
        "registers": registers,
        "wires": unit.wires,
    }


def _from_json(unit: Mapping[str, Any]) -> Logic:
    registers = {name: Register(width=width, first=first) for name, (width, first) in unit["registers"].items()}
    return Logic(**{**unit, "registers": registers})


def open_suite(material: dict[str, Any]) -> Run:
    """Return what proves tasks of a suite with this material."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in material["config"].items()
    }
    config = Config(**values)
    properties = SUITES[material["suite"]]
    prover = Prover(config, {module: _from_json(unit) for module, unit in material["units"].items()})
    return lambda tasks: prover.prove({task: properties[task.name] for task in tasks})


@dataclass
class Prover:
    """Proves properties of a unit.

    Attributes:
        config: Its configuration.
        units: Its logic, by the module's name.
    """

    config: Config
    units: Mapping[str, Logic]

    def prove(self, chosen: Mapping[Task, Property]) -> list[Result]:
        """Prove properties, and that their conditions can come about."""
        start = time.perf_counter()
        claimed = self.decide(list(chosen.values()), reaches=False)
        reached = self.decide(list(chosen.values()), reaches=True)
        seconds = round((time.perf_counter() - start) / len(chosen), 3)
        return [
            self._result(task, each, claimed[each.name], reached[each.name], seconds) for task, each in chosen.items()
        ]

    def decide(self, properties: Sequence[Property], reaches: bool) -> dict[str, Outcome]:
        """What is known of each property, or of its condition: all at once, and what is left one by one."""
        if not properties:
            return {}
        outcome = self._run(properties, reaches)
        known = {each.name: outcome for each in properties}
        for each in properties:
            if outcome.verdicts[each.name] is Verdict.UNKNOWN and not reaches:
                known[each.name] = self._run([each], reaches, INDUCTION)
        return known

    def _run(self, properties: Sequence[Property], reaches: bool, engine: Any = PDR, waveform: bool = False) -> Outcome:
        harness = Harness(self.config, self.units, properties)
        files = {f"{module}.il": unit.text for module, unit in self.units.items()}
        files["harness.il"] = harness.rtlil(reaches)
        return run_sby(files, TOP, [each.name for each in properties], engine, waveform)

    def _result(self, task: Task, each: Property, claimed: Outcome, reached: Outcome, seconds: float) -> Result:
        status, note, files = Status.PROVED, "", {}
        claim, reach = claimed.verdicts[each.name], reached.verdicts[each.name]
        if claim is Verdict.FAILS:
            shown = self._run([each], False, SINGLE_PDR, waveform=True)
            status, note, files = Status.REFUTED, each.says, {f"{task.name}.vcd": shown.waveform}
        elif claim is Verdict.UNKNOWN:
            status, note = Status.UNPROVED, claimed.note
        elif reach is Verdict.HOLDS:
            status, note = Status.REFUTED, "it is empty: no reachable state has an event to which it applies"
        elif reach is Verdict.UNKNOWN:
            status, note = Status.UNPROVED, f"whether it ever applies is not known: {reached.note}"
        return Result(task=task, status=status, engine=claimed.engine.name, seconds=seconds, note=note, files=files)
