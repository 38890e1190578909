"""Timing diagrams as WaveJSON, drawn from a simulation of the unit, so that they cannot lie.

What the unit answers, and what its CSRs hold, comes from Amaranth's simulator; a signal that means
nothing in a cycle is shown as unknown there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from amaranth.hdl import ClockDomain, Module, Value
from amaranth.sim import Simulator

from utrap.csr.configured import csr_rows
from utrap.isa import CommitOp, CsrOp, Mode
from utrap.products.port_list import Port, port_groups
from utrap.unit import TrapUnit
from utrap_documents.timing_scenarios import CONFIG, FOREIGN_CSRS, Cycle, Scenario

__all__ = ["simulate", "wave_json"]

#: Every port's and CSR's value in one cycle.
Values = Mapping[str, int]
_PERIOD = 1e-6


@cache
def simulate(scenario: Scenario) -> tuple[list[Values], dict[str, Port]]:
    """Return all values in each cycle of a scenario, just before the clock edge, and the unit's ports."""
    unit = TrapUnit(CONFIG)
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
        yield _debug_access(name, CsrOp.WRITE, value)
    if scenario.mode is not Mode.M:
        # MPP, which no scenario in another mode sets, and MPV.
        yield _debug_access("mstatus", CsrOp.SET, (scenario.mode & 3) << 11 | (scenario.mode >> 2) << 39)
        yield {"commit_op": CommitOp.MRET}


def _debug_access(name: str, operation: CsrOp, value: int) -> Cycle:
    return {
        "commit_op": CommitOp.DEBUG_CSR,
        "commit_csr_address": csr_rows(CONFIG)[name].address,
        "commit_csr_op": operation,
        "commit_csr_wdata": value,
    }


def _op_is(*operations: CommitOp) -> Callable[[Values], bool]:
    return lambda values: values["commit_op"] in operations


def _port_is_high(name: str) -> Callable[[Values], bool]:
    return lambda values: values[name] == 1


def _always(_: Values) -> bool:
    return True


#: When a port means something; one that is not here always does.
_MEANS_SOMETHING: Mapping[str, Callable[[Values], bool]] = {
    "commit_csr_address": _op_is(CommitOp.CSR),
    "commit_csr_op": _op_is(CommitOp.CSR),
    "commit_csr_wdata": lambda v: v["commit_op"] == CommitOp.CSR and v["commit_csr_op"] != CsrOp.READ,
    "commit_cause": _op_is(CommitOp.EXCEPTION),
    "commit_pc": _op_is(CommitOp.EXCEPTION, CommitOp.INTERRUPT),
    "commit_tval2": _op_is(CommitOp.EXCEPTION),
    "answer_fault": lambda v: v["commit_op"] not in (CommitOp.NONE, CommitOp.EXCEPTION, CommitOp.INTERRUPT),
    "answer_target": _port_is_high("answer_redirect"),
    "answer_rdata": lambda v: v["commit_op"] == CommitOp.CSR and v["answer_fault"] == 0,
    "interrupt_cause": _port_is_high("interrupt_request"),
    "interrupt_target": _port_is_high("interrupt_request"),
    "extension_exists": _port_is_high("extension_select"),
    "extension_rdata": _port_is_high("extension_exists"),
    "extension_wdata": _port_is_high("extension_write"),
}


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


def _line(port: Port | None, name: str, cycles: Iterable[Values]) -> dict[str, Any]:
    """One signal of a diagram; a CSR is no port."""
    wave, data = "", []
    last: object = None
    for values in cycles:
        now = values[name] if _MEANS_SOMETHING.get(name, _always)(values) else None
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
    signals += [_line(ports.get(name), name, cycles) for name in scenario.shown]
    lines = ",\n".join("    " + json.dumps(signal) for signal in signals)
    return f'{{\n  "signal": [\n{lines}\n  ],\n  "config": {{"hscale": 3}}\n}}\n'
