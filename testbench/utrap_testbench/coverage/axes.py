"""Cover points: what they are, and how the modules of extensions make them and count into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import product

from utrap_testbench.golden import Config

__all__ = ["Axes", "Bin", "Hits", "Point", "always"]

Bin = tuple[str, ...]
#: Cover points by name, each with how often each of its bins was hit.
Hits = Mapping[str, MutableMapping[Bin, int]]


@dataclass(frozen=True)
class Point:
    """One cover point.

    Attributes:
        name: As reports show it.
        columns: What the parts of a bin are.
        bins: Every combination; None where it can happen, else the rule that forbids it.
    """

    name: str
    columns: tuple[str, ...]
    bins: dict[Bin, str | None] = field(repr=False)

    @property
    def reachable(self) -> list[Bin]:
        """The bins that a regression must hit."""
        return [key for key, rule in self.bins.items() if rule is None]

    @property
    def forbidden(self) -> dict[Bin, str]:
        """The others, with the rule that forbids each."""
        return {key: rule for key, rule in self.bins.items() if rule is not None}


@dataclass(frozen=True)
class Axes:
    """A cover point before its bins are judged.

    Attributes:
        name: As reports show it.
        columns: What the parts of a bin are, with " x " between them.
        parts: The values of each.
        rule: The rule that forbids a bin; None where it can happen.
    """

    name: str
    columns: str
    parts: list[list[str]]
    rule: Callable[..., str | None]

    def point(self, config: Config) -> Point:
        """The cover point of a hart."""
        return Point(
            self.name,
            tuple(self.columns.split(" x ")),
            {key: self.rule(config, *key) for key in product(*self.parts)},
        )


def always(config: Config, *key: str) -> str | None:
    """A rule that forbids no bin."""
    return None
