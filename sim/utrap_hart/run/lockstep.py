"""The golden model beside the running hart: every event at the commit port is stepped and compared.

The state that an event leaves is seen with the next one, and the run's last
cycle is one; so nothing that the unit holds or says stays unseen. What the core
tells of itself the model takes as given; `Obedience` says how far it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from utrap.config import Config
from utrap_testbench.boundary import Decoder, Levels, Op, UnknownBits, operation
from utrap_testbench.env import Cycle, Difference, Expected, Scoreboard, describe
from utrap_testbench.golden import ecall_cause, pending_interrupt
from utrap_testbench.harts import model_config

from . import simulation
from .mode_names import MODES
from .obedience import Committed, Obedience
from .sources import Sources

__all__ = ["Disagreement", "Lockstep"]


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
        self._decoder = Decoder(self.config)
        self._scoreboard: Scoreboard | None = None
        self._levels: Levels | None = None
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
            self._scoreboard = Scoreboard(self.config, self._outputs, hartid)
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
        outcome, read = expected.outcome, partial(self._inputs.value, event.inputs)
        return Committed(
            op=Op(read("commit.op")),
            pc=read("commit.pc"),
            cause=read("commit.cause"),
            retired=event.retired,
            fault=outcome.fault,
            target=outcome.target if outcome.redirect else None,
            ecall_cause=ecall_cause(self.config, expected.before),
            is_pending=bool(pending_interrupt(self.config, self._scoreboard.state).pending),
        )

    def _step(self, event: simulation.Event) -> _Step:
        """The event at the ports as the model's."""
        read = partial(self._inputs.value, event.inputs)
        levels = self._decoder.levels(read)
        lines, hgeip, time = (None, None, None) if levels == self._levels else levels[:3]
        self._levels = levels
        made = self._decoder.event(read)
        pc = None if operation(made) is Op.NONE else read("commit.pc")
        return _Step(
            Cycle(made, lines, hgeip, time=time), event.cycle, self._outputs.value(event.outputs, "hart.mode"), pc
        )

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
