"""The cycles of a seed: what each drives and what the unit must show in it, whatever simulator plays them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from utrap_testbench.boundary import Layout
from utrap_testbench.env import Cycle, Drivers, Expected, Scoreboard
from utrap_testbench.golden import Config
from utrap_testbench.sequences import Source, stream

__all__ = ["Stimuli"]


class Stimuli:
    """The cycles of one seed, in their order, made as they are asked for.

    Args:
        job: Which: see `utrap_sim.regress.seed.job_of`.

    Attributes:
        config: The hart.
        driven: What the vectors that are driven hold.
        scoreboard: The model beside the unit, ahead of it by what has been asked for.
        first: What is driven in one cycle before those that are compared, where the job asks for it: reset.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self.config = Config.from_json(job["config"])
        rng = random.Random(job["seed"])
        hartid = rng.getrandbits(self.config.xlen)
        self.scoreboard = Scoreboard(self.config, Layout(job["outputs"]), hartid)
        self.driven = Layout(job["inputs"])
        self._drivers = Drivers(self.driven, random.Random(rng.random()), hartid)
        source = Source(self.config, rng, lambda: self.scoreboard.state)
        self._cycles = islice(stream(source), job["steps"])
        self.first = self._drivers.drive(Cycle(lines=0, hgeip=0, reset=True))

    def __iter__(self) -> Iterator[tuple[str, int, Expected]]:
        """Yield the name of the sequence, what is driven, and what must be seen."""
        for name, cycle in self._cycles:
            expected = self.scoreboard.step(cycle)
            yield name, self._drivers.drive(cycle), expected
