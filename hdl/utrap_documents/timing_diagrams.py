"""Timing diagrams as WaveJSON, drawn from a simulation of the unit, so that they cannot lie.

What the unit answers, and what its CSRs hold, comes from Amaranth's simulator; a signal that means
nothing in a cycle, as the rows of the testbench's boundary have it, is shown as unknown there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from amaranth.hdl import ClockDomain, Module, Value
from amaranth.sim import Simulator

from utrap.config import Config
from utrap.csr.configured import csr_rows
from utrap.isa import CommitOp, CsrOp, Mode
from utrap.products.port_list import Port, port_groups
from utrap.unit import TrapUnit
from utrap_documents.timing_scenarios import CONFIG, FOREIGN_CSRS, Cycle, Scenario
from utrap_testbench import golden
from utrap_testbench.boundary import OPERANDS, OUTPUTS, Answer, Decoder, Op
from utrap_testbench.golden.interrupts import set_lines

__all__ = ["simulate", "wave_json"]

#: Every port's and CSR's value in one cycle.
Values = Mapping[str, int]
_PERIOD = 1e-6


@cache
def simulate(scenario: Scenario) -> tuple[list[Values], dict[str, Port]]:
    """Return all values in each cycle of a scenario, just before the clock edge, and the unit's ports."""
    unit = TrapUnit(scenario.config)
    ports = {port.name: port for group in port_groups(unit) for port in group.ports}
    wires = {"_".join(path): Value.cast(value) for path, _, value in unit.signature.flatten(unit)}
    inputs = [name for name, port in ports.items() if port.direction == "input" and name in wires]
    top, domain = Module(), ClockDomain("sync")
    top.domains += domain
    top.submodules += unit
    wires |= unit.state.views | {"rst": domain.rst}
    found: list[Values] = []

    async def bench(ctx: Any) -> None:
        async def cycle(driven: Cycle) -> Values:
            for name in [*inputs, "rst"]:
                ctx.set(wires[name], driven.get(name, 0))
            await ctx.delay(_PERIOD / 4)
            values = {name: int(ctx.get(wire)) for name, wire in wires.items()}
            await ctx.tick()
            return values

        for driven in _before(scenario):
            await cycle(driven)
        for driven in scenario.cycles:
            found.append(await cycle(driven))

    simulator = Simulator(top)
    simulator.add_clock(_PERIOD)
    simulator.add_testbench(bench)
    simulator.run()
    if found[0]["hart_mode"] != scenario.mode:
        raise ValueError(f"{scenario.name} begins in mode {found[0]['hart_mode']}, not {scenario.mode}")
    return found, ports


def _before(scenario: Scenario) -> Iterable[Cycle]:
    """The cycles that establish what a scenario begins with."""
    for name, value in scenario.before.items():
        yield _debug_access(scenario.config, name, CsrOp.WRITE, value)
    if scenario.mode is not Mode.M:
        # MPP, which no scenario in another mode sets, and MPV.
        yield _debug_access(
            scenario.config, "mstatus", CsrOp.SET, (scenario.mode & 3) << 11 | (scenario.mode >> 2) << 39
        )
        yield {"commit_op": CommitOp.MRET}


def _debug_access(config: Config, name: str, operation: CsrOp, value: int) -> Cycle:
    return {
        "commit_op": CommitOp.DEBUG_CSR,
        "commit_csr_address": csr_rows(config)[name].address,
        "commit_csr_op": operation,
        "commit_csr_wdata": value,
    }


#: Where nothing is judged the verdict is NONE; a diagram shows it where something is, so that it is seen.
_JUDGED = (Op.CSR, Op.DEBUG_CSR, Op.MRET, Op.SRET, Op.URET, Op.MNRET)


def _meaningless(scenario: Scenario) -> Iterator[set[str]]:
    """The ports that mean nothing in each cycle of a scenario, as the golden model goes through it."""
    config = golden.Config.from_json(scenario.config.to_json())
    decoder, state = Decoder(config), golden.reset_state(config)
    cycles = [*_before(scenario), *scenario.cycles]
    for number, driven in enumerate(cycles, len(scenario.cycles) - len(cycles)):

        def read(name: str, driven: Cycle = driven) -> int:
            return driven.get(name.replace(".", "_"), 0)

        levels, event = decoder.levels(read), decoder.event(read)
        state = set_lines(config.rules, state, *levels[:3])
        state.line_rnmi, state.rnmi_cause = levels.rnmi, levels.rnmi_cause
        after, outcome = golden.step(config, state, event)
        answer = Answer(config, state, event, outcome)
        if number >= 0:
            names = [row.name for row in OUTPUTS if not row.when.holds(answer)]
            names += [row.name for row in OPERANDS if not (isinstance(event, row.events) and row.when(answer))]
            names += [] if answer.op in _JUDGED else ["answer.fault"]
            yield {name.replace(".", "_") for name in names}
        state = golden.reset_state(config) if driven.get("rst") else after


def _label(port: Port | None, name: str, value: int) -> str:
    if port and port.encoding:
        return port.encoding[value]
    if name == "commit_csr_address":
        names = {row.address: row.name for row in csr_rows(CONFIG).values()}
        return (names | {number: csr for csr, number in FOREIGN_CSRS.items()})[value]
    if name.endswith("cause"):
        is_interrupt = not port and value >> CONFIG.xlen - 1
        return f"{value & 63}" + (" (interrupt)" if is_interrupt else "")
    return f"{value:#x}"


def _line(port: Port | None, name: str, cycles: Iterable[Values], meaningless: Iterable[set[str]]) -> dict[str, Any]:
    """One signal of a diagram; a CSR is no port."""
    wave, data = "", []
    last: object = None
    for values, hatched in zip(cycles, meaningless, strict=True):
        now = None if name in hatched else values[name]
        if wave and now == last:
            wave += "."
        elif now is None:
            wave += "x"
        elif port and port.width == 1:
            wave += str(now)
        else:
            wave += "="
            data.append(_label(port, name, now))
        last = now
    return {"name": name, "wave": wave, **({"data": data} if data else {})}


def wave_json(scenario: Scenario) -> str:
    """Return a scenario's diagram as WaveJSON text."""
    cycles, ports = simulate(scenario)
    signals = [{"name": "clk", "wave": "p" + "." * (len(cycles) - 1)}]
    meaningless = list(_meaningless(scenario))
    signals += [_line(ports.get(name), name, cycles, meaningless) for name in scenario.shown]
    lines = ",\n".join("    " + json.dumps(signal) for signal in signals)
    return f'{{\n  "signal": [\n{lines}\n  ],\n  "config": {{"hscale": 3}}\n}}\n'
