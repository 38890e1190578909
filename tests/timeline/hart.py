"""Records a waveform of the unit in Amaranth's simulator, and what the golden model says of the same cycles."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amaranth.hdl import ClockDomain, Module
from amaranth.sim import Simulator

from utrap.config import Config
from utrap.unit import TrapUnit
from utrap_testbench.boundary import operation
from utrap_testbench.env import Cycle
from utrap_testbench.golden import (
    CsrAccess,
    CsrOp,
    Outcome,
    Retire,
    Return,
    SetLines,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    reset_state,
    step,
)
from utrap_testbench.harts import model_config
from utrap_testbench.sequences import Source, stream

#: Cycles that may depend on the model's state.
Cycles = Callable[[Callable[[], State]], Iterable[Cycle]]
LINES = {"meip": 11, "seip": 9, "ueip": 8, "mtip": 7, "msip": 3}
UART, VIRTIO, FAULTS = 0x1000_0000, 0x1000_1000, 0xB0_0000


@dataclass(frozen=True)
class Step:
    """A cycle with the model's state before and after it, and its outcome."""

    number: int
    cycle: Cycle
    before: State
    after: State
    outcome: Outcome


def write(name: str, value: int, config: Config, debug: bool = False) -> Cycle:
    """A CSR write."""
    numbers = {row.name: address for address, row in model_config(config).rules.csrs.items()}
    return Cycle(CsrAccess(address=numbers[name], op=CsrOp.WRITE, wdata=value, debug=debug))


def idle(cycles: int) -> list[Cycle]:
    return [Cycle()] * cycles


def returns(insn: str) -> Cycle:
    return Cycle(TrapReturn(insn=Return(insn)))


def uart(config: Config) -> Cycles:
    """A guest reads a UART: straight into U, then through HS; a timer in between, a hypercall, a nested trap."""
    set_up = {
        "mtvec": 0x8000_0000, "stvec": 0x8020_0000, "vstvec": 0xFFFF_8000, "utvec": 0x40_0000,
        "medeleg": FAULTS | 0x1F5, "mideleg": 0x222, "huedeleg": FAULTS, "hudcfg": 3, "hugpaw0": UART >> 2 | 1,
        "hedeleg": 0x100, "mie": 0xA0, "mstatus": 0x1800,
    }  # fmt: skip
    fault = TakeException(cause=21, pc=0xFFFF_9010, tval=0xFFFF_C005, gva=1, tval2=UART + 5 >> 2, tinst=0x5_4503)
    notify = TakeException(cause=23, pc=0xFFFF_9040, tval=0xFFFF_D050, gva=1, tval2=VIRTIO + 0x50 >> 2, tinst=0x5_2023)
    cycles = [
        *(write(name, value, config, debug=True) for name, value in set_up.items()),
        write("mstatus", 0x80 | 0x800, config), write("mepc", 0x8020_1000, config), returns("mret"), *idle(2),
        write("hstatus", 0x180, config), write("sstatus", 0x100, config), write("sepc", 0xFFFF_9000, config),
        returns("sret"), *idle(14),
        Cycle(fault), *idle(6), write("uepc", 0xFFFF_9014, config), returns("uret"), *idle(900),
        Cycle(notify), *idle(9), write("sepc", 0xFFFF_9044, config), returns("sret"), *idle(5),
        Cycle(lines=1 << 7), Cycle(TakeInterrupt(pc=0xFFFF_9060)), *idle(3), Cycle(lines=0), returns("mret"), *idle(8),
        write("sstatus", 0x20, config), write("sepc", 0x1_0000, config), returns("sret"), *idle(3),
        Cycle(TakeException(cause=8, pc=0x1_0004)), *idle(2), returns("sret"), *idle(40),
        Cycle(fault), *idle(2), Cycle(TakeException(cause=3, pc=0x40_0010, tval=0x40_0010)), *idle(3),
        returns("mret"), *idle(1), returns("uret"), *idle(4),
        Cycle(TakeException(cause=10, pc=0x1_0020)), *idle(6),
    ]  # fmt: skip
    return lambda state: cycles


def random_cycles(config: Config, seed: int, count: int) -> Cycles:
    """The first cycles of a regression's seed."""

    def cycles(state: Callable[[], State]) -> Iterator[Cycle]:
        source = Source(model_config(config), random.Random(seed), state)
        return (cycle for _, (_, cycle) in zip(range(count), stream(source), strict=False))

    return cycles


def play(cycles: Cycles, config: Config, path: Path) -> list[Step]:
    """Run the cycles on the unit and on the model; the waveform goes to `path`."""
    model = model_config(config)
    unit, domain = TrapUnit(config), ClockDomain("sync")
    state, steps = reset_state(model), []

    def current() -> State:
        return state

    async def bench(context: Any) -> None:
        nonlocal state
        await context.tick()
        for number, cycle in enumerate(cycles(current), 1):
            _drive(context, unit, domain, cycle)
            before = _with_lines(model, state, cycle)
            after, outcome = step(model, before, cycle.event)
            if cycle.reset:
                after = _with_lines(model, reset_state(model), Cycle(lines=_lines(before), hgeip=before.hgeip))
            steps.append(Step(number, cycle, before, after, outcome))
            state = after
            await context.tick()
        _drive(context, unit, domain, Cycle())
        await context.tick().repeat(2)

    module = Module()
    module.domains += domain
    module.submodules.unit = unit
    simulator = Simulator(module)
    simulator.add_clock(10e-9)
    simulator.add_testbench(bench)
    with simulator.write_vcd(str(path)):
        simulator.run()
    return steps


def _lines(state: State) -> int:
    return sum(getattr(state, f"line_{name}") << bit for name, bit in LINES.items())


def _with_lines(model: Any, state: State, cycle: Cycle) -> State:
    if cycle.lines is None and cycle.hgeip is None:
        return state
    lines = _lines(state) if cycle.lines is None else cycle.lines
    hgeip = state.hgeip if cycle.hgeip is None else cycle.hgeip
    return step(model, state, SetLines(lines=lines, hgeip=hgeip))[0]


def _drive(context: Any, unit: Any, domain: ClockDomain, cycle: Cycle) -> None:
    event, commit = cycle.event, unit.commit
    values: dict[Any, int] = {"op": operation(event)}
    if isinstance(event, CsrAccess):
        values |= {"csr_address": event.address, "csr_op": event.op.value, "csr_wdata": event.wdata}
        context.set(unit.extension.exists, event.ext_exists)
        context.set(unit.extension.rdata, event.ext_rdata)
    if isinstance(event, CsrAccess | Retire):
        values |= {"fs_dirty": event.fs_dirty, "vs_dirty": event.vs_dirty}
    if isinstance(event, TakeException):
        names = ("cause", "pc", "tval", "gva", "tval2", "tinst")
        values |= {name: getattr(event, name) for name in names}
    if isinstance(event, TakeInterrupt):
        values["pc"] = event.pc
    for name, value in values.items():
        if hasattr(commit, name):
            context.set(getattr(commit, name), value)
    for name, bit in LINES.items():
        if cycle.lines is not None and hasattr(unit.lines, name):
            context.set(getattr(unit.lines, name), cycle.lines >> bit & 1)
    if cycle.hgeip is not None and hasattr(unit.lines, "hgeip"):
        context.set(unit.lines.hgeip, cycle.hgeip)
    context.set(domain.rst, int(cycle.reset))
