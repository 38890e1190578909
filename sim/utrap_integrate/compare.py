"""One program on the core as it is and on the core with the unit: what each did, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from utrap_hart.run.image import Image

from .beside import Beside
from .building import Built, unit_config
from .simulation import End, Event, Trap, simulate

__all__ = ["Comparison", "Run", "run"]


@dataclass(kw_only=True)
class Run:
    """How a program went on one build.

    Attributes:
        end: How it ended.
        traps: Those that the core took.
        compared: Events at the unit's ports that agree with the golden model.
        differs: The first difference from the golden model in words, or "".
    """

    end: End
    traps: list[Trap] = field(default_factory=list)
    compared: int = 0
    differs: str = ""

    @property
    def verdict(self) -> str:
        """PASS, FAIL with the program's number, or TIMEOUT."""
        if self.end.code is None:
            return "TIMEOUT"
        return "PASS" if self.end.code == 1 else f"FAIL {self.end.code >> 1}"


def run(built: Built, image: Image, max_cycles: int, has_model: bool = True, waves: Path | None = None) -> Run:
    """Run a program to its end, with the golden model beside the unit if there is one."""
    beside = None
    if has_model and built.layout is not None:
        beside = Beside(unit_config(built.core, built.variant), built.layout, built.core.counts_commits)
    result = Run(end=End(None, 0, 0))
    for happening in simulate(built, image, max_cycles, waves):
        if isinstance(happening, Trap):
            result.traps.append(happening)
        elif isinstance(happening, End):
            result.end = happening
        elif isinstance(happening, Event) and beside is not None and not result.differs:
            result.differs = beside.compare(happening)
    result.compared = beside.compared if beside is not None else 0
    return result


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A program's two runs.

    Attributes:
        name: The program's.
        original: On the core with its own CSR file; None where it cannot run it.
        unit: On the core with the unit.
        more_cycles: So many more cycles are explained.
        because: By this.
    """

    name: str
    original: Run | None
    unit: Run
    more_cycles: int = 0
    because: str = ""

    @property
    def differences(self) -> list[str]:
        """What is not the same, in words, and nothing where all is as it must be."""
        found = [self.unit.differs] if self.unit.differs else []
        if self.original is None:
            return found if self.unit.verdict == "PASS" else [*found, f"with the unit {self.unit.verdict}"]
        before, after = self.original, self.unit
        if before.verdict != after.verdict:
            found.append(f"verdict {before.verdict} with its own CSR file, {after.verdict} with the unit")
        if after.end.cycles != before.end.cycles + self.more_cycles:
            explained = f", of which {self.more_cycles} are explained" if self.more_cycles else ""
            found.append(f"{after.end.cycles - before.end.cycles:+} cycles{explained}")
        if after.end.retired != before.end.retired:
            found.append(f"{after.end.retired - before.end.retired:+} instructions")
        ours, theirs = ([(trap.cause, trap.pc) for trap in run.traps] for run in (after, before))
        if ours != theirs:
            number = next(
                (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
            )
            found.append(
                f"trap {number}: {_trap(before, number)} with its own CSR file, {_trap(after, number)} with the unit"
            )
        return found

    @property
    def is_unfinished(self) -> bool:
        """A run was cut off."""
        return any(run is not None and run.end.code is None for run in (self.original, self.unit))

    @property
    def is_same(self) -> bool:
        """All is as it must be."""
        return not self.differences


def _trap(run: Run, number: int) -> str:
    if number >= len(run.traps):
        return "none"
    trap = run.traps[number]
    kind = "interrupt" if trap.cause >> 63 else "exception"
    return f"{kind} {trap.cause & ~(1 << 63)} at {trap.pc:#x} in cycle {trap.cycle}"
