"""A suite of properties as `utrap prove` runs it: one task for each property, many of them in one run of SymbiYosys."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap_formal.properties import (
    addresses,
    conservative,
    cover,
    debug,
    double_traps,
    entry,
    environment,
    escalation,
    interrupts,
    overflow,
    rnmis,
    round_trip,
    routing,
    stateen,
    timers,
    unexpected,
    verdicts,
    windows,
)
from utrap_formal.properties.cut import Logic, Register, cut
from utrap_formal.properties.harness import TOP, Harness, reaching
from utrap_formal.properties.property import Properties, Property
from utrap_formal.properties.sby import INDUCTION, PDR, Engine, Outcome, Verdict, run_sby
from utrap_formal.properties.waveform import events
from utrap_formal.properties.window import PLAIN, UNIT, without_shudeleg
from utrap_formal.task import Result, Run, Status, Suite, Task

__all__ = ["SUITES", "open_suite", "suite"]

_MODULES = (
    *(routing, escalation, round_trip, entry, conservative, windows, verdicts, interrupts, timers),
    *(debug, overflow, stateen, environment, double_traps, rnmis, unexpected, addresses),
    cover,
)
#: By name, in the order in which they run.
SUITES: dict[str, Properties] = {module.PROPERTIES.name: module.PROPERTIES for module in _MODULES}

_ASSUMPTIONS = (
    ("1", "the registers hold at the start what the Verilog declares", "it is what rst gives: `equivalence`, reset"),
    ("2", "nothing is claimed of a cycle in which rst is 1", "every state that follows from it is the start again"),
    ("3", "a hart that a trap has stopped is left to `double`", "it takes no event and keeps its state"),
)
_ASSUMPTIONS_OF_TWO = (
    ("4", "a core without Shudeleg has no CSR at an address that it adds", "else the two are not the same hart"),
)
#: How many properties one run of SymbiYosys takes at most: most of its time goes into the unit, and not into them.
_BATCH = 160


def suite(config: Config, name: str, text: str | None = None) -> Suite | None:
    """A suite for a configuration, None where no property of it has a meaning; `text` is Verilog to prove instead."""
    properties = SUITES[name]
    chosen = tuple(properties.of(config))
    if not chosen:
        return None
    units = {UNIT: _cut(verilog(config) if text is None else text)}
    assumed = _ASSUMPTIONS + (_ASSUMPTIONS_OF_TWO if properties.compares else ())
    if properties.compares:
        units[PLAIN] = _cut(verilog(without_shudeleg(config)), PLAIN)
    return Suite(
        name=name,
        title=properties.title,
        material={
            "config": config.to_json(),
            "covers": properties.covers,
            "units": {module: _to_json(unit) for module, unit in units.items()},
        },
        tasks=tuple(Task(name=each.name, kind=each.kind, index=number) for number, each in enumerate(chosen)),
        sources=("utrap_formal.properties", "utrap_testbench.boundary"),
        open=open_suite,
        batch=_BATCH,
        shows=properties.covers,
        notes=(
            ("Properties", ("Property", "What it says", "Rules"), [(p.name, p.says, p.rules) for p in chosen]),
            ("Assumptions", ("Number", "Assumption", "Why it may be made"), assumed),
        ),
    )


#: The suites of a configuration are about the same units.
_cut = cache(cut)


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
    """Return what proves tasks of all suites with this material: a property's name is in one of them alone."""
    config = Config.from_json(material["config"])
    units = {module: _from_json(unit) for module, unit in material["units"].items()}
    prover = Prover(config, units, material["covers"])
    by_name = {each.name: each for properties in SUITES.values() for each in properties}
    return lambda tasks: prover.prove({task: by_name[task.name] for task in tasks})


@dataclass
class Prover:
    """Proves properties of a unit.

    Attributes:
        config: Its configuration.
        units: Its logic, by the module's name.
        covers: The properties say what can come about.
    """

    config: Config
    units: Mapping[str, Logic]
    covers: bool = False

    def prove(self, chosen: Mapping[Task, Property]) -> list[Result]:
        """Prove properties, and that their conditions can come about."""
        start = time.perf_counter()
        properties = list(chosen.values())
        if self.covers:
            reached = self.run(properties, waveforms=True)
            seconds = round((time.perf_counter() - start) / len(chosen), 3)
            return [_covered(task, each, reached, seconds) for task, each in chosen.items()]
        reached = self.run(properties, reaches=True)
        claimed = self._decide(properties, reached)
        failed = [each for each in properties if claimed[each.name].verdicts[each.name] is Verdict.FAILS]
        shown = self.run(failed, waveforms=True).waveforms if failed else {}
        seconds = round((time.perf_counter() - start) / len(chosen), 3)
        return [
            _result(task, each, claimed[each.name], reached, shown.get(each.name, ""), seconds)
            for task, each in chosen.items()
        ]

    def _decide(self, properties: Sequence[Property], outcome: Outcome) -> dict[str, Outcome]:
        """What is known of each property: of all at once, and of what that left, one by one."""
        known = {each.name: outcome for each in properties}
        for each in properties:
            if outcome.verdicts[each.name] is Verdict.UNKNOWN and not outcome.is_lost:
                known[each.name] = self.run([each], engine=INDUCTION)
        return known

    def run(
        self, properties: Sequence[Property], *, reaches: bool = False, engine: Engine = PDR, waveforms: bool = False
    ) -> Outcome:
        """Run SymbiYosys on properties, with `reaches` also on whether their conditions can come about (then
        `reaching` fails).
        """
        harness = Harness(self.config, self.units, properties)
        files = {f"{module}.il": unit.text for module, unit in self.units.items()}
        files["harness.il"] = harness.rtlil(reaches=reaches)
        names = [each.name for each in properties]
        return run_sby(files, TOP, names + list(map(reaching, names)) * reaches, engine, waveforms)


def _result(task: Task, each: Property, claimed: Outcome, reached: Outcome, waveform: str, seconds: float) -> Result:
    status, note, files = Status.PROVED, "", {}
    claim, reach = claimed.verdicts[each.name], reached.verdicts[reaching(each.name)]
    if claim is Verdict.FAILS:
        status, note = Status.REFUTED, each.says
        if waveform:
            note = "\n".join([each.says, *events(waveform)])
            files = {f"{task.name}.vcd": waveform, f"{task.name}.txt": note + "\n"}
    elif claim is Verdict.UNKNOWN:
        status, note = Status.UNPROVED, claimed.note
    elif reach is Verdict.HOLDS:
        status, note = Status.REFUTED, "it is empty: no reachable state has an event to which it applies"
    elif reach is Verdict.UNKNOWN:
        status, note = Status.UNPROVED, f"whether it ever applies is not known: {reached.note}"
    return Result(task=task, status=status, engine=claimed.engine.name, seconds=seconds, note=note, files=files)


def _covered(task: Task, each: Property, reached: Outcome, seconds: float) -> Result:
    status, note, files = Status.PROVED, "", {}
    verdict = reached.verdicts[each.name]
    if verdict is Verdict.HOLDS:
        status, note = Status.REFUTED, f"this cannot come about: {each.says}"
    elif verdict is Verdict.UNKNOWN:
        status, note = Status.UNPROVED, reached.note
    elif waveform := reached.waveforms.get(each.name, ""):
        files = {f"{task.name}.vcd": waveform, f"{task.name}.txt": "\n".join([each.says, *events(waveform), ""])}
    else:
        status, note = Status.UNPROVED, "it comes about, but there is no waveform that shows it"
    return Result(task=task, status=status, engine=reached.engine.name, seconds=seconds, note=note, files=files)
