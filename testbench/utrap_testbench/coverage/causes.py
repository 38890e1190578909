"""The cover point of causes for which medeleg has no bit: M takes them, whatever delegation says of all others."""

from __future__ import annotations

from utrap_testbench.golden import Config, State, TakeException

from .axes import Axes, Bin, Point, always

__all__ = ["Undelegated", "points"]

_NAME = "causes that no bit delegates"
_FROM = ("the host", "a guest")
#: A cause is a number of six bits (warl:xcause).
_CAUSES = range(64)


def _causes(config: Config) -> list[int]:
    """warl:medeleg: the reserved ones, those kept for custom use, and the ones that never leave M."""
    return [cause for cause in _CAUSES if not config.rules.medeleg >> cause & 1]


def points(config: Config) -> list[Point]:
    """Every such cause, from below M, while medeleg has all its bits."""
    if not config.rules.medeleg:
        return []
    causes = [str(cause) for cause in _causes(config)]
    return [Axes(_NAME, "cause x from", [causes, [*_FROM[: 1 + config.h]]], always).point(config)]


class Undelegated:
    """Gathers the causes that came while medeleg had all its bits, as bits of a number."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._all = config.rules.medeleg
        self._seen = [0, 0]

    def sample(self, state: State, event: TakeException) -> None:
        """Take in an exception from below M."""
        if state.medeleg == self._all:
            self._seen[state.v] |= 1 << event.cause

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        seen = [*zip(_FROM, self._seen, strict=True)] if self._all else []
        return {_NAME: {(str(c), who): 1 for c in _causes(self._config) for who, bits in seen if bits >> c & 1}}
