"""Reset in the middle of other things."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle

from .source import Source
from .traps import random_walk

__all__ = ["reset_in_mid_sequence"]


def reset_in_mid_sequence(source: Source) -> Iterator[Cycle]:
    """Reset in the cycles of events of every kind, in every mode, some of them several cycles long."""
    for number, cycle in enumerate(random_walk(source)):
        cycle.mtvec_reset = source.word()
        cycle.reset = number % 12 == 11 or (number > 40 and source.chance(0.1))
        yield cycle
        if cycle.reset and source.chance(0.5):
            yield from source.set_up("medeleg", "mideleg", "mie", "mtvec", "stvec", "hedeleg", share=0.7)
            yield from source.go_somewhere()
    for mode in source.rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        yield Cycle(source.exception(), reset=True, mtvec_reset=source.word())
