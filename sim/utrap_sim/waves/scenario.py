"""What a scenario is: a function that plays on a hart, what the hart must have for it, and what it must show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap_show.names import cause_name
from utrap_testbench.boundary import Op
from utrap_testbench.golden import Config, irq_name

from .model_hart import Hart

__all__ = ["NEEDS", "Scenario", "event_name", "path_of"]

#: Events whose names are those of the operations.
_NAMED = frozenset(Op) - {Op.NONE, Op.CSR, Op.EXCEPTION, Op.INTERRUPT, Op.DEBUG_CSR}

#: What a scenario may need: whether a configuration has it, how it is called, and how to get it.
NEEDS: dict[str, tuple[Callable[[Config], bool], str, str]] = {
    "s": (lambda c: c.s, "S-mode", "--profile msu"),
    "h": (lambda c: c.h, "the hypervisor extension", "--profile msuh"),
    "n": (lambda c: c.n, "the N extension", "--profile msun"),
    "shudeleg": (lambda c: c.shudeleg, "Shudeleg", "--profile full"),
    "sstc": (lambda c: c.sstc, "Sstc", "--set sstc=true"),
    "sdext": (lambda c: c.sdext, "Sdext", "--set sdext=true"),
    "smrnmi": (lambda c: c.smrnmi, "Smrnmi", "--set smrnmi=true"),
    "ssdbltrp": (lambda c: c.ssdbltrp, "Ssdbltrp", "--set ssdbltrp=true"),
    "smdbltrp": (lambda c: c.smdbltrp, "Smdbltrp", "--set smdbltrp=true"),
    "unguarded": (lambda c: not c.smdbltrp, "an M-mode without Smdbltrp", "--set smdbltrp=false"),
    "smstateen": (lambda c: c.smstateen, "Smstateen", "--set smstateen=true"),
    "windows": (lambda c: c.windows > 0, "a delegation window", "--set windows=1"),
}

#: What every scenario has to show, in the order of the events: those of `path_of`.
Shows = tuple[str, ...] | Callable[[Config], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One sequence.

    Attributes:
        name: As the command line has it, and its files.
        title: What it shows, in a sentence.
        play: Plays it on a hart that is as after reset.
        shows: Every trap and return with its modes, in order: "LOAD_GUEST_PAGE_FAULT VS->U", "URET U->VS".
            None where nobody has said.
        needs: Keys of `NEEDS`.
        source: The file that it is from; None for those of the library.
    """

    name: str
    title: str
    play: Callable[[Hart], None]
    shows: Shows | None = None
    needs: tuple[str, ...] = ()
    source: Path | None = None

    def lacks(self, config: Config) -> str:
        """What the configuration lacks for it, as the end of a line; empty where it lacks nothing."""
        for need in self.needs:
            has, name, remedy = NEEDS[need]
            if not has(config):
                return f"needs {name}, which the configuration has not: {remedy} would do"
        return ""

    def check(self, config: Config, path: Iterable[str]) -> None:
        """Refuse what does not show what it must.

        Raises:
            UserError: The first event that is another one.
        """
        if self.shows is None:
            return
        wanted, seen = self.shows(config) if callable(self.shows) else self.shows, tuple(path)
        if seen == wanted:
            return
        place = next((i for i, pair in enumerate(zip(wanted, seen, strict=False)) if pair[0] != pair[1]), None)
        place = min(len(wanted), len(seen)) if place is None else place
        should, did = (events[place] if place < len(events) else "the end" for events in (wanted, seen))
        raise UserError(f"{self.name} does not show what it must: event {place + 1} is {did} and not {should}")


def event_name(kind: int, cause: int) -> str:
    """A trap's, a return's, an RNMI's or a halt's name in `Scenario.shows`; empty for other events."""
    if kind == Op.EXCEPTION:
        return cause_name(cause).upper().replace(" ", "_").replace("-", "_")
    if kind == Op.INTERRUPT:
        return irq_name(cause)
    return Op(kind).name if kind in _NAMED else ""


def path_of(hart: Hart, seen: Iterable[dict[str, int]]) -> tuple[str, ...]:
    """The traps and returns that the unit's trace port has shown, cycle by cycle, and that the hart has stopped."""
    path, had_stopped = [], False
    for cycle in seen:
        has_stopped = any(cycle.get(f"hart.{name}") for name in ("critical_error", "critical_halts"))
        if has_stopped and not had_stopped:
            path.append(shown(hart, "CRITICAL_ERROR", cycle["hart.mode"], cycle["hart.mode"]))
        had_stopped = has_stopped
        name = event_name(cycle["trace.kind"], cycle["trace.cause"])
        if name:
            path.append(shown(hart, name, cycle["trace.from_mode"], cycle["trace.to_mode"]))
    return tuple(path)


def shown(hart: Hart, name: str, from_mode: int, to_mode: int) -> str:
    """An event as `Scenario.shows` has it."""
    return f"{name} {hart.names.mode_name(from_mode)}->{hart.names.mode_name(to_mode)}"
