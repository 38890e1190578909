"""A regression's stimuli and what must be seen, recorded once in a file that every mutant is run against.

The golden model does not look at the unit, so what it expects is the same for
all mutants. A record is one cycle: what is driven, what must be seen, and which
bits of that mean something, each a whole number of bytes, the highest first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from utrap_sim.regress.stimuli import Stimuli
from utrap_sim.simulators.played import octets
from utrap_testbench.boundary import Layout

__all__ = ["Trace"]


class Trace:
    """The recorded cycles of one seed.

    Args:
        job: Which: see `utrap_sim.regress.seed.job_of`.
    """

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._driven, self._seen = (octets(Layout(job[name]).width) for name in ("inputs", "outputs"))
        self._outputs = Layout(job["outputs"])

    def record(self, path: Path) -> str:
        """Write all cycles, from the initial values of the registers on; gives a hash of it all."""
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for _, driven, expected in Stimuli(self._job):
                line = self._line(driven, expected.bits, expected.mask)
                digest.update(line)
                file.write(line)
        return digest.hexdigest()

    def _line(self, driven: int, bits: int, mask: int) -> bytes:
        return b"".join((driven.to_bytes(self._driven), (bits & mask).to_bytes(self._seen), mask.to_bytes(self._seen)))

    def differences(self, path: Path, cycle: int, seen: str) -> list[str]:
        """The fields that are not as they must be: of the record of a cycle, and what a mutant showed in it."""
        length = self._driven + 2 * self._seen
        with path.open("rb") as file:
            file.seek(cycle * length + self._driven)
            bits, mask = (int.from_bytes(file.read(self._seen)) for _ in range(2))
        shown = int(seen, 16)
        wrong = (shown ^ bits) & mask
        return [
            field.name
            for field in self._outputs.fields
            if wrong >> self._outputs.offset[field.name] & ((1 << field.width) - 1)
        ]
