"""The golden model beside an instance in a waveform: VCD or FST, of whatever simulator."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_show.waveform import Recording, Sample, Scope, Wire, choose_scope, number, open_recording, samples
from utrap_testbench.lockstep import Disagreement

from .checker import Checker
from .instance import CLOCK, EVENT, Instance, Misfit

__all__ = ["Checked", "check"]

#: By these an instance is found; the clock does not tell it from anything else.
_SIGNS = (CLOCK, EVENT, "answer_redirect", "interrupt_request", "trace_kind")
#: What the wires of a core are called among those of the unit, where no wire can have such a name.
_RETIRES, _PC = " retires", " pc"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a file says.

    Attributes:
        instance: The instance, by its scope.
        cycles: Rising edges of its clock.
        compared: Cycles with news that agree, from the reset on.
        disagreement: The first difference, or None.
        edge: When the edge was at which the guilty event took effect, in the file's unit; None where it is not known.
        cycle: How long a cycle is, in the same unit.
        time: The edge's time as "130 ns"; "" where it is not known.
        notes: What was not looked at.
    """

    instance: str
    cycles: int
    compared: int
    disagreement: Disagreement | None
    edge: int | None
    cycle: int
    time: str
    notes: tuple[str, ...]


def check(
    file: str,
    config: Config,
    instance: str | None = None,
    *,
    retires: str | None = None,
    pc: str | None = None,
    in_order: bool = False,
) -> Checked:
    """Step the model through a waveform, up to the first difference.

    Args:
        file: The file.
        config: What the unit was generated for.
        instance: Its scope, whole or from a dot on; found where there is one.
        retires, pc: Wires of the core, each with its scope, whole or from a dot on: how many instructions retire in a
            cycle, and the pc of the first of them.
        in_order: The core keeps what `Obedience` says of cores in order.

    Raises:
        UserError: When the file cannot be read, has no such unit or several, or not its state after reset.
    """
    path = Path(file)
    with open_recording(path) as recording:
        scope = choose_scope(recording, _SIGNS, "trap unit", instance, option="--instance")
        try:
            looked_at = Instance(config, lambda name: _width(scope, name))
        except Misfit as error:
            raise UserError(f"{path}: {scope.name} {error}") from None
        core = {
            name: _wire(recording, option, asked)
            for name, option, asked in ((_RETIRES, "--retires", retires), (_PC, "--pc", pc))
            if asked is not None
        }
        checker = Checker(looked_at, in_order)
        return _Check(recording, Scope(scope.name, {**scope.wires, **core}), looked_at, checker, tuple(core)).run()


def _width(scope: Scope, name: str) -> int | None:
    wire = scope.wires.get(name)
    return None if wire is None else 0 if wire.problem else wire.width or 0


def _wire(recording: Recording, option: str, asked: str) -> Wire:
    """The one wire of this name."""
    where, _, name = asked.rpartition(".")
    found = [
        scope
        for scope in recording.scopes.values()
        if name in scope.wires and (scope.name == where or scope.name.endswith(f".{where}") or not where)
    ]
    found = [scope for scope in found if scope.name == where] or found
    if not found:
        raise UserError(f"{option} {asked}: {recording.path} has no such wire")
    if len({scope.wires[name].pieces for scope in found}) > 1:
        there = ", ".join(f"{scope.name}.{name}" for scope in found[:4])
        raise UserError(f"{option} {asked}: {recording.path} has several: write one in full: {there}")
    wire = found[0].wires[name]
    if wire.problem:
        raise UserError(f"{option} {asked}: {found[0].name}.{name} {wire.problem}")
    if wire.width is None:
        raise UserError(f"{option} {asked}: it has names or real numbers, not bits")
    return wire


class _Check:
    """One run through a file."""

    def __init__(
        self, recording: Recording, scope: Scope, instance: Instance, checker: Checker, core: tuple[str, ...]
    ) -> None:
        self._recording, self._scope, self._instance, self._core = recording, scope, instance, core
        self._checker = checker
        self._times: dict[int, int] = {}
        # The first and the last sample: the cycle's number, and its time.
        self._first: tuple[int, int] | None = None
        self._last = (0, 0)

    def run(self) -> Checked:
        """Up to the first difference, or the end."""
        wires = [*self._instance.wires, *self._core]
        loud = self._instance.telling | set(self._core)
        event = (EVENT, lambda digits: bool(digits.strip(b"0")))
        found, cycles = None, 0
        with closing(samples(self._recording, self._scope, CLOCK, wires, loud, event)) as taken:
            for sample in taken:
                cycles = sample.cycle + (not sample.is_last)
                if sample.is_last and not self._goes_on(sample):
                    break
                found = self._take(sample)
                if found is not None:
                    break
        if not self._checker.has_begun:
            raise UserError(
                f"{self._recording.path}: {self._scope.name}.{self._instance.reset} is never active, and the file does"
                " not begin in the "
                "state after reset: record from the reset on"
            )
        return Checked(
            instance=self._scope.name,
            cycles=cycles,
            compared=self._checker.compared,
            disagreement=found,
            edge=self._times.get(found.cycle) if found else None,
            cycle=self._length(),
            time=self._time(found.cycle) if found else "",
            notes=self._notes(),
        )

    def _length(self) -> int:
        """How long a cycle is."""
        (first, start), (last, end) = self._first or self._last, self._last
        return max(1, (end - start) // max(1, last - first))

    def _goes_on(self, sample: Sample) -> bool:
        """Whether the file goes on behind its last edge: only then is known what that edge has done."""
        return sample.time > self._times.get(sample.cycle - 1, sample.time)

    def _take(self, sample: Sample) -> Disagreement | None:
        self._times[sample.cycle] = sample.time
        self._last = (sample.cycle, sample.time)
        self._first = self._first or self._last
        values = sample.values
        retires, pc = (number(values[name]) or 0 if name in self._core else None for name in (_RETIRES, _PC))
        found = self._checker.take(sample.cycle, lambda wire: values[wire].decode(), retires, pc)
        while len(self._times) > 2:
            del self._times[min(self._times)]
        return found

    def _time(self, cycle: int) -> str:
        recording = self._recording
        if cycle not in self._times:
            return ""
        return f"{self._times[cycle] * recording.magnitude} {recording.unit}".rstrip()

    def _notes(self) -> tuple[str, ...]:
        notes = list(self._recording.notes)
        if unseen := self._instance.unseen:
            notes.append(f"not compared, for the file has them not: {', '.join(unseen)}")
        if len(self._core) < 2:
            notes.append("where the core goes was not looked at: --retires and --pc name its wires")
        return tuple(notes)
