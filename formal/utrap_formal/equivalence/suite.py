"""The suite `equivalence`: its material, its tasks, and what proves one of them."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from utrap.config import Config
from utrap.products.verilog_module import verilog
from utrap_formal.equivalence.cases import groups
from utrap_formal.equivalence.correspondence import correspondence
from utrap_formal.equivalence.counterexample import Counterexample, explain, registers
from utrap_formal.equivalence.invariants import invariants
from utrap_formal.equivalence.netlist import load, to_smt2
from utrap_formal.equivalence.prover import Prover, Stuck, check_netlist
from utrap_formal.task import Result, Run, Status, Suite, Task
from utrap_testbench.boundary import OUTPUTS

__all__ = ["NAME", "open_suite", "suite"]

NAME = "equivalence"
_ENGINE = "z3"
_SHOWN = 6


def suite(config: Config, text: str | None = None) -> Suite:
    """The suite for a configuration; `text` is Verilog to prove in the place of the generated."""
    smt2 = to_smt2(verilog(config) if text is None else text)
    netlist = load(smt2)
    check_netlist(config, netlist)
    pieces = {name: [asdict(piece) for piece in all_] for name, all_ in correspondence(config).items()}
    tasks = (
        Task(name=group.name, kind=group.kind, index=number) for number, group in enumerate(groups(config, netlist))
    )
    assumed = [
        (invariant.name, invariant.statement, "the equivalence" if invariant.is_needed else "counterexamples alone")
        for invariant in invariants(config, netlist.registers)
    ]
    compared = [("next state", "always", "")]
    compared += [(row.verilog, row.when.text, row.when.reason) for row in OUTPUTS if row.verilog in netlist.outputs]
    return Suite(
        name=NAME,
        title="every state and event: next state and answers of the RTL are the golden model's",
        material={"config": config.to_json(), "smt2": smt2, "correspondence": pieces},
        # What takes long is started first.
        tasks=tuple(sorted(tasks, key=lambda task: task.kind not in _LONG)),
        sources=(
            "utrap_testbench.golden",
            "utrap_testbench.boundary",
            "utrap_testbench.vectors",
            "utrap_formal.equivalence",
        ),
        open=open_suite,
        counts=("paths", "queries"),
        notes=(
            ("Invariants, proved in the suite", ("Invariant", "Statement", "Used by"), assumed),
            ("What is compared", ("Output", "When", "Why not elsewhere"), compared),
        ),
    )


_LONG = ("CSR access outside", "exception", "interrupt")


def open_suite(material: dict[str, Any]) -> Run:
    """Return what proves a task of a suite with this material."""
    config = Config.from_json(material["config"])
    netlist = load(material["smt2"])
    all_groups = list(groups(config, netlist))

    def run(task: Task) -> Result:
        start = time.perf_counter()
        prover = Prover(config, netlist)
        status, note, files = Status.PROVED, "", {}
        try:
            found = prover.prove(all_groups[task.index])
        except Stuck as error:
            found, status, note = None, Status.UNPROVED, f"z3 gave up: {error}"
        if found is not None and task.kind in ("reset", "invariant"):
            # No event of the model's: what the registers hold says it all.
            status, note = Status.REFUTED, "\n".join(registers(netlist, found.values))
        elif found is not None:
            example = explain(config, netlist, found.case, found.values)
            status, note = Status.REFUTED, _words(example)
            if example.record:
                files[f"{task.name.replace(' ', '-')}.jsonl"] = example.record
        return Result(
            task=task,
            status=status,
            engine=_ENGINE,
            seconds=round(time.perf_counter() - start, 3),
            counts={"paths": prover.paths, "queries": prover.queries},
            note=note,
            files=files,
        )

    return lambda tasks: [run(task) for task in tasks]


def _words(example: Counterexample) -> str:
    lines = [f"event: {example.event}"]
    lines.append("state: " + ", ".join(f"{name}={value:#x}" for name, value in example.before.items()))
    lines += [f"{name}: model {model:#x}, RTL {rtl:#x}" for name, model, rtl in example.differences[:_SHOWN]]
    if len(example.differences) > _SHOWN:
        lines.append(f"and {len(example.differences) - _SHOWN} more")
    return "\n".join(lines)
