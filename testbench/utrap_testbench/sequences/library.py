"""The table of sequences: name, what the hart needs for it, how often it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Config

from . import (
    addresses,
    csrs,
    debug,
    double_traps,
    guests,
    interrupts,
    overflow,
    pointers,
    resets,
    rnmis,
    stateen,
    timers,
    traps,
    views,
    writes,
)
from .source import Source

__all__ = ["SEQUENCES", "Sequence", "stream"]


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One member of the library.

    Attributes:
        name: As reports show it.
        make: The generator.
        weight: How often it is drawn in a round.
        needs: Whether the hart can do it.
    """

    name: str
    make: Callable[[Source], Iterator[Cycle]]
    weight: int
    needs: Callable[[Config], bool] = lambda config: True


#: Every sequence; the docstring of `make` says what it does. The directed ones, of weight 1 or 2, are long:
#: each of them alone goes through all bins of its cover points.
SEQUENCES: tuple[Sequence, ...] = (
    Sequence(name="random walk", make=traps.random_walk, weight=8),
    Sequence(name="trap storm", make=traps.trap_storm, weight=12),
    Sequence(name="nested traps", make=traps.nested_traps, weight=8, needs=lambda config: config.s),
    Sequence(name="delegation changed", make=traps.delegation_changed, weight=8, needs=lambda c: c.s or c.n),
    Sequence(name="routes", make=traps.routes, weight=1),
    Sequence(name="causes without a bit", make=traps.undelegated, weight=1, needs=lambda c: c.s or c.n),
    Sequence(name="returns", make=traps.returns, weight=1),
    Sequence(name="back to back", make=traps.back_to_back, weight=8),
    Sequence(name="interrupt races", make=interrupts.races, weight=12),
    Sequence(name="interrupt routes", make=interrupts.routes, weight=1),
    Sequence(name="interrupt pairs", make=interrupts.pairs, weight=1),
    Sequence(name="masked rivals", make=interrupts.rivals, weight=1),
    Sequence(name="CSR sweep", make=csrs.sweep, weight=4),
    Sequence(name="CSR verdicts", make=csrs.verdicts, weight=1),
    Sequence(name="CSR rights", make=csrs.rights, weight=8),
    Sequence(name="CSR by CSR", make=csrs.judged, weight=1),
    Sequence(name="debugger's accesses", make=csrs.debuggers, weight=1),
    Sequence(name="numbers", make=csrs.numbers, weight=1),
    Sequence(name="writes every way", make=writes.every_way, weight=1),
    Sequence(name="views", make=views.masked, weight=2, needs=lambda c: c.s or c.n),
    Sequence(name="masked writes", make=views.written, weight=2, needs=lambda c: c.s or c.n),
    Sequence(name="lines and software", make=views.lines, weight=2, needs=lambda c: c.s or c.n),
    Sequence(name="WARL torture", make=csrs.torture, weight=2),
    Sequence(name="delegation windows", make=guests.windows, weight=1, needs=lambda config: config.shudeleg),
    Sequence(name="device exits", make=guests.device_exits, weight=24, needs=lambda config: config.h),
    Sequence(name="timers", make=timers.comparisons, weight=12, needs=lambda config: config.sstc),
    Sequence(name="timer edges", make=timers.edges, weight=2, needs=lambda config: config.sstc),
    Sequence(name="timer rights", make=timers.ladder, weight=1, needs=lambda config: config.sstc),
    Sequence(name="debugger visits", make=debug.visits, weight=8, needs=lambda config: config.sdext),
    Sequence(name="halts", make=debug.halts, weight=1, needs=lambda config: config.sdext),
    Sequence(name="Debug Mode", make=debug.inside, weight=2, needs=lambda config: config.sdext),
    Sequence(name="single steps", make=debug.steps, weight=1, needs=lambda config: config.sdext),
    Sequence(name="EBREAK", make=debug.ebreaks, weight=2, needs=lambda config: config.sdext),
    Sequence(name="debug registers", make=debug.rights, weight=1, needs=lambda config: config.sdext),
    Sequence(name="counter requests", make=overflow.requests, weight=2, needs=lambda config: config.sscofpmf),
    Sequence(name="counter overflows", make=overflow.overflows, weight=2, needs=lambda config: config.sscofpmf),
    Sequence(name="state enables", make=stateen.ladder, weight=1, needs=lambda config: config.smstateen),
    Sequence(name="hidden state enables", make=stateen.hidden, weight=8, needs=lambda config: config.smstateen),
    Sequence(name="double traps", make=double_traps.below_m, weight=2, needs=lambda config: config.ssdbltrp),
    Sequence(name="critical errors", make=double_traps.in_m, weight=2, needs=lambda config: config.smdbltrp),
    Sequence(name="returns and double traps", make=double_traps.returns, weight=2, needs=double_traps.has_either),
    Sequence(name="narrow addresses", make=addresses.kept, weight=1, needs=lambda c: c.va_bits > 0),
    Sequence(name="pointer masking", make=pointers.masking, weight=1, needs=lambda c: c.has_pointer_masking),
    Sequence(name="RNMIs", make=rnmis.entries, weight=4, needs=lambda config: config.smrnmi),
    Sequence(name="RNMI handler", make=rnmis.in_handler, weight=4, needs=lambda config: config.smrnmi),
    Sequence(name="reset", make=resets.reset_in_mid_sequence, weight=2),
)


def stream(source: Source) -> Iterator[tuple[str, Cycle]]:
    """Sequences without end, each cycle with its sequence's name: first each once, then round after round by weight."""
    able = [sequence for sequence in SEQUENCES if sequence.needs(source.config)]
    weighted = [sequence for sequence in able for _ in range(sequence.weight)]
    opening = source.rng.sample(able, len(able))
    while True:
        sequence = opening.pop() if opening else source.draw("sequences", weighted)
        # What a debugger has left behind would mask interrupts.
        for cycle in chain(debug.leave(source), source.settle(), sequence.make(source)):
            yield sequence.name, cycle
            if source.has_stopped and source.chance(0.5):
                yield "reset of a hart that has stopped", Cycle(reset=True)
