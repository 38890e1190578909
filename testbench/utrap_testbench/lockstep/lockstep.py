"""The golden model beside a running core: every event at the commit port is stepped and compared.

The state that an event leaves is seen with the next one, and the run's last
cycle is one; so nothing that the unit holds or says stays unseen. What the core
tells of itself the model takes as given; `Obedience` says how far it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from utrap_testbench.boundary import OPERANDS, Answer, Decoder, Layout, Levels, Op, UnknownBits, operation
from utrap_testbench.env import Cycle, Difference, Expected, Scoreboard, describe
from utrap_testbench.golden import Config, Mode, State, ecall_cause, pending_interrupt, reset_state

from .obedience import Committed, Obedience

__all__ = ["Disagreement", "Lockstep", "Seen"]

_OPERANDS = {operand.name: operand for operand in OPERANDS}
#: A level that counts in its own cycle alone.
_PULSE = "lcofi"


class Seen(Protocol):
    """A cycle of a run, as whoever watches it has seen it: an event, a change of the lines, or the last one.

    Attributes:
        cycle: Its number.
        retired: Instructions that had retired before it; None where that is not known.
        inputs, outputs: What the ports and the registers had in it, in hexadecimal.
    """

    @property
    def cycle(self) -> int: ...
    @property
    def retired(self) -> int | None: ...
    @property
    def inputs(self) -> str: ...
    @property
    def outputs(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """The first difference between a core and the model.

    Attributes:
        differences: The fields, with both values.
        event: The event to blame, in words: for a register the one that left it so.
        mode: The mode in which it happened.
        cycle: Its cycle.
        pc: The pc that the event had, or None where it has none.
        core: What the core is called: "hart".
        step: The event with the model's state before it and what the model said to it; None where a port that the model
            needs had unknown bits.
        seen: The cycle in which the difference was seen.
    """

    differences: tuple[Difference, ...]
    event: str
    mode: str
    cycle: int
    pc: int | None
    core: str
    step: Expected | None
    seen: int

    def __str__(self) -> str:
        place = "" if self.pc is None else f", pc {self.pc:#x}"
        fields = "; ".join(map(str, self.differences))
        return (
            f"the {self.core} and the golden model differ at cycle {self.cycle}{place}: "
            f"{self.event} in {self.mode}: {fields}"
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """An event as the model took it, and where it was."""

    expected: Expected
    number: int
    pc: int | None


class _Reader:
    """Reads input ports by their names. An operand with unknown bits is 0 and is noted: it may not matter."""

    def __init__(self, layout: Layout, text: str) -> None:
        self._value: Callable[[str], int] = partial(layout.value, text)
        self.unknown: dict[str, str] = {}

    def __call__(self, name: str) -> int:
        try:
            return self._value(name)
        except UnknownBits as error:
            if name not in _OPERANDS:
                raise
            self.unknown[name] = str(error)
            return 0


class Lockstep:
    """Steps the model through the events of one run, from reset on.

    Args:
        config: The hart.
        inputs, outputs: What the events' vectors hold.
        core: What the core is called in messages: "hart".
        in_order: What `Obedience` means by it; it then gives its pc with every event, and not just where the unit
            stores it.

    Attributes:
        compared: Events that agreed.
    """

    def __init__(
        self, config: Config, inputs: Layout, outputs: Layout, core: str = "core", in_order: bool = False
    ) -> None:
        self.config = config
        self.compared = 0
        self._inputs, self._outputs = inputs, outputs
        self._core, self._in_order = core, in_order
        self._decoder = Decoder(config)
        self._pc_events = _OPERANDS["commit.pc"].events
        self._scoreboard: Scoreboard | None = None
        self._levels: Levels | None = None
        self._before: _Step | None = None
        self._start()

    def _start(self) -> None:
        self._obedience = Obedience(self.config.xlen, self._in_order)
        self._before = None

    @property
    def state(self) -> State:
        """The model's state behind the last event."""
        return reset_state(self.config) if self._scoreboard is None else self._scoreboard.state

    def reset(self, seen: Seen) -> None:
        """Step the model through a cycle in which `rst` is 1; what the unit says in it is no matter."""
        try:
            read = _Reader(self._inputs, seen.inputs)
            self._board(read).step(self._cycle(read, is_reset=True))
        except UnknownBits:
            # Lines that are not known while the reset lasts: what counts is what they are after it.
            self._levels = None
        self._start()

    def compare(self, seen: Seen, pc: int | None = None) -> Disagreement | None:
        """Step the model through the next event; gives the difference if there is one.

        Args:
            seen: The cycle.
            pc: The pc of the instruction that ends in it, or that its event is about, where somebody knows better than
                `commit.pc` does.
        """
        read = _Reader(self._inputs, seen.inputs)
        try:
            board = self._board(read)
            cycle = self._cycle(read)
        except UnknownBits as error:
            return self._unknown(seen, str(error))
        except ValueError:
            return self._unknown(seen, f"commit.op is {self._inputs.value(seen.inputs, 'commit.op'):#x}, no event,")
        stores_pc = isinstance(cycle.event, self._pc_events)
        given = read("commit.pc") if stores_pc or self._tells_pc(cycle) else None
        expected = board.step(cycle)
        step = _Step(expected, seen.cycle, given if pc is None else pc)
        if read.unknown and (missing := self._looked_at(read, expected)):
            return self._unknown(seen, missing)
        differences = board.compare(expected, seen.outputs)
        if stores_pc and pc not in (None, given):
            differences.append(Difference("commit.pc", pc, given, False))
        differences += self._obedience.differences(self._committed(seen, step, board.state))
        if differences:
            return self._blame(step, tuple(differences))
        self._before = step
        self.compared += 1
        return None

    def _tells_pc(self, cycle: Cycle) -> bool:
        return self._in_order and operation(cycle.event) is not Op.NONE

    def _board(self, read: _Reader) -> Scoreboard:
        if self._scoreboard is None:
            self._scoreboard = Scoreboard(self.config, self._outputs, self._number(read))
        return self._scoreboard

    def _number(self, read: _Reader) -> int:
        return read("hartid") if "hartid" in self._inputs.offset else 0

    def _cycle(self, read: _Reader, is_reset: bool = False) -> Cycle:
        """What the ports carry as the model's; of the levels what is new."""
        levels, before = self._decoder.levels(read), self._levels
        news = {
            name: level
            for name, level in levels._asdict().items()
            if name == _PULSE or before is None or level != getattr(before, name)
        }
        if "mtvec_reset" in self._inputs.offset:
            news["mtvec_reset"] = read("mtvec_reset")
        self._levels = levels
        return Cycle(reset=True, **news) if is_reset else Cycle(self._decoder.event(read), **news)

    def _looked_at(self, read: _Reader, expected: Expected) -> str:
        """An operand with unknown bits that the unit looks at, or ""."""
        answer = Answer(self.config, expected.before, expected.cycle.event, expected.outcome)
        return next((text for name, text in read.unknown.items() if _OPERANDS[name].when(answer)), "")

    def _committed(self, seen: Seen, step: _Step, after: State) -> Committed:
        expected = step.expected
        outcome, read = expected.outcome, _Reader(self._inputs, seen.inputs)
        return Committed(
            op=operation(expected.cycle.event),
            pc=step.pc,
            cause=read("commit.cause"),
            retired=seen.retired,
            fault=outcome.fault,
            target=outcome.target if outcome.redirect else None,
            ecall_cause=ecall_cause(self.config, expected.before),
            is_requested=self._is_due(expected.before),
            is_pending=self._is_due(after),
        )

    def _is_due(self, state: State) -> bool:
        return pending_interrupt(self.config, state).pending == 1

    def _blame(self, step: _Step, differences: tuple[Difference, ...]) -> Disagreement:
        """A register was left so by the event before, whatever this one answers then; else it is this one's answer."""
        is_state = any(difference.is_state for difference in differences)
        guilty = self._before if is_state and self._before is not None else step
        return Disagreement(
            differences=differences,
            event=describe(self.config, guilty.expected.cycle),
            mode=self._mode(guilty.expected.outcome.from_mode),
            cycle=guilty.number,
            pc=guilty.pc,
            core=self._core,
            step=guilty.expected,
            seen=step.number,
        )

    def _mode(self, number: int) -> str:
        return "HS" if number == Mode.S and self.config.h else Mode(number).name

    def _unknown(self, seen: Seen, what: str) -> Disagreement:
        """A bit of a port that the model needs is neither 0 nor 1, or it carries no event."""
        field = what.partition(" ")[0]
        return Disagreement(
            differences=(Difference(field, 0, None, False),),
            event=f"{what} at the unit's ports",
            mode="an unknown mode",
            cycle=seen.cycle,
            pc=None,
            core=self._core,
            step=None,
            seen=seen.cycle,
        )
