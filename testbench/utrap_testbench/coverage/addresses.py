"""The cover point of registers that are narrower than addresses may be: what came to each, and how (warl:va_bits)."""

from __future__ import annotations

from utrap_testbench.golden import Config, CsrAccess, Mode, Outcome

from .axes import Axes, Bin, Point, always

__all__ = ["Addresses", "points"]

_NAME = "addresses kept"
_UPPER = ("zeros", "ones", "neither")
_PREFIX = {Mode.M: "m", Mode.S: "s", Mode.VS: "vs", Mode.U: "u"}
_WRITTEN = ("epc", "tvec", "tval")


def _registers(config: Config) -> dict[int, str]:
    names = {f"{x}{what}" for x in _PREFIX.values() for what in _WRITTEN} | {"mnepc", "dpc"}
    names -= {f"{x}tval" for x in _PREFIX.values()} if config.tval == "none" else set()
    return {row.address: row.name for row in config.rules.csrs.values() if row.name in names} if config.va_bits else {}


def points(config: Config) -> list[Point]:
    """Each register with each kind of address: the bits from va_bits up, and the one below them."""
    registers = [*_registers(config).values()]
    ways = [f"{name} written" for name in registers]
    ways += [f"{name} by a trap" for name in registers if name.endswith(("epc", "tval")) and name != "mnepc"]
    if not registers:
        return []
    return [Axes(_NAME, "register x upper bits x bit below", [ways, [*_UPPER], ["0", "1"]], always).point(config)]


class Addresses:
    """Gathers what came."""

    def __init__(self, config: Config) -> None:
        self._registers, self._bits = _registers(config), config.va_bits
        self._there = {*self._registers.values()}
        self._ones = (1 << 64 - config.va_bits) - 1
        self._seen: set[Bin] = set()

    def write(self, event: CsrAccess, outcome: Outcome) -> None:
        """Take in a write that was allowed."""
        if name := self._registers.get(event.address):
            self._see(f"{name} written", outcome.written)

    def trap(self, outcome: Outcome) -> None:
        """Take in a trap into a mode."""
        if self._there:
            x = _PREFIX[Mode(outcome.to_mode)]
            self._see(f"{x}epc by a trap", outcome.epc)
            if not outcome.is_interrupt and f"{x}tval" in self._there:
                self._see(f"{x}tval by a trap", outcome.tval)

    def _see(self, way: str, address: int) -> None:
        upper = address >> self._bits
        kind = _UPPER[0 if upper == 0 else 1 if upper == self._ones else 2]
        self._seen.add((way, kind, str(address >> self._bits - 1 & 1)))

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        return {_NAME: dict.fromkeys(self._seen, 1)}
