"""Driving the trap unit in Amaranth's own simulator, through its ports.

A test is an `async def` with a fixture `bench`: one scenario that runs in
simulation from reset on. `conftest.py` runs it.

Only `Bench.state` looks beyond the ports: at the signals that show every CSR
under its own name in a waveform; `test_csr_map.py` compares them with what the
CSRs read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from random import Random
from typing import Any

import pytest
from amaranth.hdl import Cat, ClockDomain, Signal, Value
from amaranth.sim import Simulator

from utrap.config import Config
from utrap.isa import CommitOp, CsrOp, Fault, Mode, operations
from utrap.ports import RNMI_VECTORS
from utrap.unit import TrapUnit
from utrap_sim.replay.amaranth_player import scatter

from .configs import name_of
from .manual import ADDRESS

__all__ = ["DELEGATION", "Bench", "Seen", "bench_of", "on"]

#: An exception code that nothing delegates: it takes the hart to M.
UNDELEGATED = 63
#: Output ports; members of `answer` go by their own names, others after the port's.
OUTPUTS = ("answer", "interrupt", "legality", "hart", "trace")
#: What masks the views of others, but for hedeleg and huedeleg, which mask none.
DELEGATION = ("medeleg", "mideleg", "hideleg", "sideleg")
EXTENSION_OUTPUTS = ("select", "accept", "write", "wdata")

Layout = dict[str, tuple[int, int]]


def pack(signals: dict[str, Any]) -> tuple[Value, Layout]:
    """Concatenate signals, so that the simulator touches them all at once."""
    layout, at = {}, 0
    for name, signal in signals.items():
        layout[name] = (at, (1 << len(signal)) - 1)
        at += len(signal)
    return Cat(*signals.values()), layout


class Seen:
    """Outputs of the unit in one cycle, as attributes: `fault`, `hart_mode`, `trace_kind` ...

    Those that were not asked for beforehand can be read until the inputs
    change or the clock ticks.
    """

    def __init__(self, bench: Bench, names: Iterable[str] = ()) -> None:
        self._bench, self._moment = bench, bench.moment
        self._known = {name: bench.output(name) for name in names}

    def __getattr__(self, name: str) -> int:
        if name not in self._known:
            assert self._moment == self._bench.moment, f"{name} was not looked at in time"
            self._known[name] = self._bench.output(name)
        return self._known[name]


class Bench:
    """A simulator for one configuration, and what a scenario does with it.

    Attributes:
        moment: Counts the times when outputs may have changed.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.unit = unit = TrapUnit(config)
        clock = ClockDomain("sync")
        inputs = {name: getattr(unit.commit, name) for name in unit.commit.signature.members}
        inputs |= {name: getattr(unit.lines, name) for name in unit.lines.signature.members}
        inputs |= {"ext_exists": unit.extension.exists, "ext_rdata": unit.extension.rdata}
        inputs |= {"hartid": unit.hartid} if config.mhartid == "port" else {}
        inputs |= {"mtime": unit.mtime} if config.sstc else {}
        if config.sscofpmf:
            inputs |= {"lcofi": unit.counters.lcofi, "of": unit.counters.of}
        if config.mtvec_reset == "port":
            inputs["mtvec_reset"] = unit.mtvec_reset
        if config.rnmi_vectors == "port":
            inputs |= {name: getattr(unit, name) for name in RNMI_VECTORS}
        inputs["rst"] = clock.rst
        outputs: dict[str, Any] = {}
        for port_name in OUTPUTS:
            port = getattr(unit, port_name)
            prefix = "" if port_name == "answer" else f"{port_name}_"
            outputs |= {prefix + name: getattr(port, name) for name in port.signature.members}
        outputs |= {f"extension_{name}": getattr(unit.extension, name) for name in EXTENSION_OUTPUTS}
        self._outputs = outputs
        self._eager = [name for name in outputs if not name.startswith(("legality_", "hart_", "extension_"))]
        self._inputs = Signal(sum(map(len, inputs.values())), name="inputs")
        _, self._in_layout = pack(inputs)
        wires = [
            signal.eq(self._inputs[at : at + len(signal)])
            for signal, (at, _) in zip(inputs.values(), self._in_layout.values(), strict=True)
        ]
        self._views, self._view_layout = pack({**unit.state.views, "mode": unit.hart.mode})
        self.moment = 0
        self._levels: dict[str, int] = {}
        self._ctx: Any = None
        self._scenario: Callable[[], Awaitable[None]] | None = None
        self._has_run = False
        self._simulator = Simulator(scatter(unit, clock, wires))
        self._simulator.add_clock(1e-6)
        self._simulator.add_testbench(self._run_scenario)

    def run(self, scenario: Callable[[], Awaitable[None]]) -> None:
        """Run a scenario from reset on."""
        self._scenario = scenario
        self._levels = {}
        if self._has_run:
            self._simulator.reset()
        self._has_run = True
        self._simulator.run()

    async def _run_scenario(self, ctx: Any) -> None:
        assert self._scenario is not None
        self._ctx = ctx
        await self._scenario()

    # Inputs and outputs

    def drive(self, **inputs: int) -> Seen:
        """Set inputs, all others to 0 or to their level; return the outputs. No clock edge."""
        bits = 0
        for name, value in {**self._levels, **inputs}.items():
            at, mask = self._in_layout[name]
            assert 0 <= value <= mask, (name, value)
            bits |= value << at
        self.moment += 1
        self._ctx.set(self._inputs, bits)
        return Seen(self)

    async def tick(self) -> None:
        """Let a clock edge pass."""
        await self._ctx.tick()
        self.moment += 1

    def output(self, name: str) -> int:
        """An output now."""
        value: int = self._ctx.get(self._outputs[name])
        return value

    async def step(self, **inputs: int) -> Seen:
        """Drive inputs and let a clock edge pass; return the outputs before the edge."""
        self.drive(**inputs)
        seen = Seen(self, self._eager)
        await self.tick()
        return seen

    def level(self, **levels: int) -> Seen:
        """Set inputs that stay: interrupt lines, hart number, the extension's answers."""
        self._levels |= levels
        return self.drive()

    def outputs(self) -> Seen:
        """The outputs in a cycle without an event."""
        return self.drive()

    @property
    def operations(self) -> Iterable[int]:
        """What the configuration's core can commit."""
        return operations(self.config)

    def has(self, name: str) -> bool:
        """Whether the configuration has an input."""
        return name in self._in_layout

    # CSRs

    def peek(
        self, csr: str | int, value: int = 0, kind: CsrOp = CsrOp.READ, *, debug: bool = False, **more: int
    ) -> Seen:
        """The answer to a CSR access in the current mode, without executing it."""
        op = CommitOp.DEBUG_CSR if debug else CommitOp.CSR
        return self.drive(op=op, csr_address=_address(csr), csr_op=kind, csr_wdata=value, **more)

    async def csr(
        self, csr: str | int, value: int = 0, kind: CsrOp = CsrOp.WRITE, *, debug: bool = False, **more: int
    ) -> Seen:
        """Execute a CSR access in the current mode."""
        self.peek(csr, value, kind, debug=debug, **more)
        seen = Seen(self, ("fault", "redirect", "rdata"))
        await self.tick()
        return seen

    def get(self, csr: str | int) -> int:
        """What a CSR reads, in whatever mode: a debugger's access."""
        seen = self.peek(csr, debug=True)
        assert seen.fault == Fault.NONE, csr
        return seen.rdata

    async def put(self, csr: str | int, value: int, kind: CsrOp = CsrOp.WRITE) -> int:
        """Write a CSR in whatever mode; return what it read before."""
        seen = await self.csr(csr, value, kind, debug=True)
        assert seen.fault == Fault.NONE, csr
        return seen.rdata

    async def delegate_everything(self) -> None:
        """Delegate as far down as it goes, so that views show every bit."""
        for name in DELEGATION:
            if name in self.unit.state.views:
                await self.put(name, (1 << self.config.xlen) - 1)

    def state(self) -> dict[str, int]:
        """Every CSR and the mode, by name."""
        bits = self._ctx.get(self._views)
        return {name: bits >> at & mask for name, (at, mask) in self._view_layout.items()}

    async def scramble(self, random: Random, *csrs: str) -> None:
        """Write random values to the CSRs that the configuration has of those given; by default to all."""
        for name in csrs or self.unit.state.views:
            if name in self.unit.state.views and ADDRESS[name] >> 10 != 3:
                await self.put(name, random.getrandbits(self.config.xlen))

    # Events

    async def exception(self, cause: int, **inputs: int) -> Seen:
        return await self.step(op=CommitOp.EXCEPTION, cause=cause, **inputs)

    async def interrupt(self, pc: int = 0) -> Seen:
        return await self.step(op=CommitOp.INTERRUPT, pc=pc)

    async def mret(self) -> Seen:
        return await self.step(op=CommitOp.MRET)

    async def sret(self) -> Seen:
        return await self.step(op=CommitOp.SRET)

    async def uret(self) -> Seen:
        return await self.step(op=CommitOp.URET)

    async def reset(self) -> None:
        await self.step(rst=1)

    @property
    def mode(self) -> Mode:
        return Mode(self._ctx.get(self.unit.hart.mode))

    @property
    def modes(self) -> list[Mode]:
        """The modes of the configuration."""
        modes = [Mode.M, Mode.U]
        if self.config.s:
            modes.insert(1, Mode.S)
        if self.config.h:
            modes += [Mode.VS, Mode.VU]
        return modes

    async def enter(self, mode: int) -> None:
        """Go to a mode. Writes trap state of M, clears mstatus but for MPIE."""
        mode = Mode(mode)
        if self.mode is not Mode.M:
            await self.exception(UNDELEGATED)
        mpp, is_virtual = mode & 3, mode >> 2
        if self.config.xlen == 64:
            await self.put("mstatus", mpp << 11 | is_virtual << 39)
        else:
            await self.put("mstatus", mpp << 11)
            if self.config.h:
                await self.put("mstatush", is_virtual << 7)
        await self.mret()
        assert self.mode is mode


def _address(csr: str | int) -> int:
    return ADDRESS[csr] if isinstance(csr, str) else csr


@cache
def bench_of(config: Config) -> Bench:
    """The one simulator of a configuration: elaborating it takes longest."""
    return Bench(config)


def on(*configs: Config) -> pytest.MarkDecorator:
    """Run a scenario in each of the configurations."""
    return pytest.mark.parametrize("bench", configs, indirect=True, ids=name_of)
