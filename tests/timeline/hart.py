"""Records a waveform of the unit in Amaranth's simulator, and what the golden model says of the same cycles."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amaranth.sim import Simulator

from utrap.config import Config
from utrap.unit import TrapUnit
from utrap_sim.configs import model_config
from utrap_sim.expected import commit_op
from utrap_testbench.env import Cycle
from utrap_testbench.golden import (
    CsrAccess,
    CsrOp,
    Outcome,
    Retire,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    reset_state,
    step,
)

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


def uart(config: Config) -> list[Cycle]:
    """A guest reads a UART: straight into U, then through HS; a timer in between, a hypercall, a nested trap."""
    set_up = {
        "mtvec": 0x8000_0000, "stvec": 0x8020_0000, "vstvec": 0xFFFF_8000, "utvec": 0x40_0000,
        "medeleg": FAULTS | 0x1F5, "mideleg": 0x222, "huedeleg": FAULTS, "hudcfg": 3, "hugpaw0": UART >> 2 | 1,
        "hedeleg": 0x100, "mie": 0xA0, "mstatus": 0x1800,
    }  # fmt: skip
    fault = TakeException(cause=21, pc=0xFFFF_9010, tval=0xFFFF_C005, gva=1, tval2=UART + 5 >> 2, tinst=0x5_4503)
    notify = TakeException(cause=23, pc=0xFFFF_9040, tval=0xFFFF_D050, gva=1, tval2=VIRTIO + 0x50 >> 2, tinst=0x5_2023)
    return [
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


def play(cycles: Iterable[Cycle], config: Config, path: Path) -> list[Step]:
    """Run the cycles on the unit and on the model; the waveform goes to `path`."""
    model = model_config(config)
    unit = TrapUnit(config)
    state, steps = reset_state(model), []

    async def bench(context: Any) -> None:
        nonlocal state
        await context.tick()
        for number, cycle in enumerate(cycles, 1):
            _drive(context, unit, cycle)
            before = state
            if cycle.lines is not None:
                from utrap_testbench.golden import SetLines

                before, _ = step(model, before, SetLines(lines=cycle.lines))
            after, outcome = step(model, before, cycle.event)
            steps.append(Step(number, cycle, before, after, outcome))
            state = after
            await context.tick()
        _drive(context, unit, Cycle())
        await context.tick().repeat(2)

    simulator = Simulator(unit)
    simulator.add_clock(10e-9)
    simulator.add_testbench(bench)
    with simulator.write_vcd(str(path)):
        simulator.run()
    return steps


def _drive(context: Any, unit: Any, cycle: Cycle) -> None:
    event, commit = cycle.event, unit.commit
    context.set(commit.op, commit_op(event))
    if cycle.lines is not None:
        for name, bit in LINES.items():
            if hasattr(unit.lines, name):
                context.set(getattr(unit.lines, name), cycle.lines >> bit & 1)
    if isinstance(event, CsrAccess):
        context.set(commit.csr_address, event.address)
        context.set(commit.csr_op, event.op.value)
        context.set(commit.csr_wdata, event.wdata)
    elif isinstance(event, TakeException):
        context.set(commit.cause, event.cause)
        context.set(commit.pc, event.pc)
        context.set(commit.tval, event.tval)
        for name in ("gva", "tval2", "tinst"):
            if hasattr(commit, name):
                context.set(getattr(commit, name), getattr(event, name))
    elif isinstance(event, TakeInterrupt):
        context.set(commit.pc, event.pc)
    else:
        assert isinstance(event, TrapReturn | Retire)
