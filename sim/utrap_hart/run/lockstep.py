"""The golden model beside the running hart: every event at the commit port is stepped and compared.

The state that an event leaves is seen with the next one, and the run's last
cycle is one; so nothing that the unit holds or says stays unseen. What the core
tells of itself the model takes as given; `Obedience` says how far it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap.config import Config
from utrap.isa import CommitOp
from utrap_sim.expected import expected_outputs
from utrap_sim.layout import UnknownBits
from utrap_testbench.env import Cycle, Difference, Expected, Scoreboard, describe
from utrap_testbench.golden import (
    CsrAccess,
    CsrOp,
    Event,
    Retire,
    Return,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    ecall_cause,
    pending_interrupt,
)
from utrap_testbench.harts import model_config

from . import simulation
from .mode_names import MODES
from .obedience import Committed, Obedience
from .sources import Sources

__all__ = ["Disagreement", "Lockstep"]

_CSR_OPS = tuple(CsrOp)
_RETURNS = {CommitOp.MRET: Return.MRET, CommitOp.SRET: Return.SRET, CommitOp.URET: Return.URET}

#: Members of the port `lines` by bit number in mip.
_LINES = (("lines.msip", 3), ("lines.mtip", 7), ("lines.ueip", 8), ("lines.seip", 9), ("lines.meip", 11))


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """The first difference between the hart and the model.

    Attributes:
        differences: The fields, with both values.
        event: The event to blame, in words: for a register the one that left it so.
        mode: The mode in which it happened.
        cycle: Its cycle.
        pc: The pc that the event had, or None where it has none.
    """

    differences: tuple[Difference, ...]
    event: str
    mode: str
    cycle: int
    pc: int | None

    def __str__(self) -> str:
        place = "" if self.pc is None else f", pc {self.pc:#x}"
        fields = "; ".join(map(str, self.differences))
        return (
            f"the hart and the golden model differ at cycle {self.cycle}{place}: {self.event} in {self.mode}: {fields}"
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """An event as the model takes it, and where it was."""

    cycle: Cycle
    number: int
    mode: int
    pc: int | None


class Lockstep:
    """Steps the model through the events of one run.

    Args:
        config: The unit's configuration.
        sources: What the events' vectors hold.

    Attributes:
        compared: Events that agreed.
    """

    def __init__(self, config: Config, sources: Sources) -> None:
        self.config = model_config(config)
        self.compared = 0
        self._inputs, self._outputs = sources.inputs, sources.outputs
        self._has = frozenset(self._inputs.offset)
        self._lines = tuple((name, bit) for name, bit in _LINES if name in self._has)
        self._scoreboard: Scoreboard | None = None
        self._levels: int | None = None
        self._before: _Step | None = None
        self._obedience = Obedience()

    def compare(self, event: simulation.Event) -> Disagreement | None:
        """Step the model through the next event; gives the difference if there is one."""
        try:
            step = self._step(event)
        except UnknownBits as error:
            return _unknown(event, str(error))
        if self._scoreboard is None:
            hartid = self._inputs.value(event.inputs, "hartid")
            self._scoreboard = Scoreboard(self.config, self._outputs, expected_outputs, hartid)
        expected = self._scoreboard.step(step.cycle)
        differences = self._scoreboard.compare(expected, event.outputs)
        differences += self._obedience.differences(self._committed(event, expected))
        if differences:
            return self._blame(step, tuple(differences))
        self._before = step
        self.compared += 1
        return None

    def _committed(self, event: simulation.Event, expected: Expected) -> Committed:
        assert self._scoreboard is not None
        outcome, value = expected.outcome, self._inputs.value
        return Committed(
            op=CommitOp(value(event.inputs, "commit.op")),
            pc=value(event.inputs, "commit.pc"),
            cause=value(event.inputs, "commit.cause"),
            retired=event.retired,
            fault=outcome.fault,
            target=outcome.target if outcome.redirect else None,
            ecall_cause=ecall_cause(self.config, expected.before),
            is_pending=bool(pending_interrupt(self.config, self._scoreboard.state).pending),
        )

    def _step(self, event: simulation.Event) -> _Step:
        """The event at the ports as the model's."""
        text, value = event.inputs, self._inputs.value
        levels = 0
        for name, bit in self._lines:
            levels |= value(text, name) << bit
        news = None if levels == self._levels else levels
        self._levels = levels
        op = CommitOp(value(text, "commit.op"))
        made = self._event(op, text)
        pc = None if op is CommitOp.NONE else value(text, "commit.pc")
        return _Step(Cycle(made, lines=news), event.cycle, self._outputs.value(event.outputs, "hart.mode"), pc)

    def _event(self, op: CommitOp, text: str) -> Event:
        value = self._inputs.value
        if op is CommitOp.CSR or op is CommitOp.DEBUG_CSR:
            return CsrAccess(
                address=value(text, "commit.csr_address"),
                op=_CSR_OPS[value(text, "commit.csr_op")],
                wdata=value(text, "commit.csr_wdata"),
                debug=op is CommitOp.DEBUG_CSR,
                ext_exists=value(text, "extension.exists"),
                ext_rdata=value(text, "extension.rdata"),
                **self._dirty(text),
            )
        if op is CommitOp.EXCEPTION:
            return TakeException(
                cause=value(text, "commit.cause"),
                pc=value(text, "commit.pc"),
                tval=value(text, "commit.tval"),
                gva=value(text, "commit.gva"),
                tval2=value(text, "commit.tval2"),
                tinst=value(text, "commit.tinst"),
            )
        if op is CommitOp.INTERRUPT:
            return TakeInterrupt(pc=value(text, "commit.pc"))
        if op is CommitOp.NONE:
            return Retire(**self._dirty(text))
        return TrapReturn(insn=_RETURNS[op])

    def _dirty(self, text: str) -> dict[str, int]:
        names = [name for name in ("fs_dirty", "vs_dirty") if f"commit.{name}" in self._has]
        return {name: self._inputs.value(text, f"commit.{name}") for name in names}

    def _blame(self, step: _Step, differences: tuple[Difference, ...]) -> Disagreement:
        """A register was left so by the event before, whatever this one answers then; else it is this one's answer."""
        is_state = any(difference.is_state for difference in differences)
        guilty = self._before if is_state and self._before is not None else step
        return Disagreement(
            differences=differences,
            event=describe(self.config, guilty.cycle),
            mode=_name(guilty.mode),
            cycle=guilty.number,
            pc=guilty.pc,
        )


def _name(mode: int) -> str:
    return MODES.get(mode, f"mode {mode}")


def _unknown(event: simulation.Event, what: str) -> Disagreement:
    """A bit of a port that the model needs is neither 0 nor 1."""
    field = what.partition(" ")[0]
    return Disagreement(
        differences=(Difference(field, 0, None, False),),
        event=f"{what} at the unit's ports",
        mode="an unknown mode",
        cycle=event.cycle,
        pc=None,
    )
