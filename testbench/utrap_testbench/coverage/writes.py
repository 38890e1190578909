"""The cover point of writes: by each way to a CSR, each bit that a write can change has gone to 1, and to 0."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.golden import Config, CsrAccess, Mode, Outcome, State
from utrap_testbench.golden.csrs import Csr
from utrap_testbench.golden.writable import Writes, writes

from .axes import Bin, Point

__all__ = ["Changes", "points"]

_NAME = "changes by writes"
_M = Mode.M.value


def points(config: Config) -> list[Point]:
    """A bin for neighbouring bits of a CSR, by way and direction."""
    bins: dict[Bin, str | None] = {}
    for one in writes(config):
        bins |= dict.fromkeys((key for key, _, _ in _groups(one)), None)
    return [Point(_NAME, ("way", "bits", "change"), bins)]


def _groups(one: Writes) -> Iterator[tuple[Bin, int, bool]]:
    """Neighbouring bits that go the same way: the bin, their mask, and whether they rise."""
    for bits, change in ((one.rises, "0 to 1"), (one.falls, "1 to 0")):
        low = 0
        while bits >> low:
            low += (bits >> low & -(bits >> low)).bit_length() - 1
            width = (~(bits >> low) & (bits >> low) + 1).bit_length() - 1
            place = f"{low + width - 1}:{low}" if width > 1 else f"{low}"
            yield (one.way, f"{one.name}[{place}]", change), (1 << width) - 1 << low, change == "0 to 1"
            low += width


class Changes:
    """Gathers the bits that writes have changed: a bin is hit when all of its bits have."""

    def __init__(self, config: Config) -> None:
        self._rules = config.rules
        self._ways = writes(config)
        number = {(one.way, one.address): place for place, one in enumerate(self._ways)}
        rows = config.rules.csrs
        self._own: dict[int, tuple[int, Csr]] = {}
        self._guest: dict[int, tuple[int, Csr]] = {}
        self._debugger: dict[int, tuple[int, Csr]] = {}
        for (way, address), place in number.items():
            row = rows[address]
            if way == "guest":
                assert row.guest is not None
                self._guest[address] = place, row.guest
            else:
                (self._debugger if way == "debugger" else self._own)[address] = place, row
        self._rose = [0] * len(self._ways)
        self._fell = [0] * len(self._ways)

    def sample(self, event: CsrAccess, outcome: Outcome, after: State) -> None:
        """Take in a write that was allowed."""
        if event.debug:
            found = self._debugger.get(event.address)
            if after.v:
                after = after.replace(prv=_M, v=0)  # a debugger reads what M-mode does
        else:
            found = (self._guest.get(event.address) if after.v else None) or self._own.get(event.address)
        if found is not None:
            place, row = found
            value, before = row.read(self._rules, after), outcome.rdata
            self._rose[place] |= value & ~before
            self._fell[place] |= before & ~value

    def hits(self) -> dict[str, dict[Bin, int]]:
        """The bins all of whose bits have changed."""
        found: dict[Bin, int] = {}
        for one, rose, fell in zip(self._ways, self._rose, self._fell, strict=True):
            for key, mask, is_rise in _groups(one):
                if (rose if is_rise else fell) & mask == mask:
                    found[key] = 1
        return {_NAME: found}
