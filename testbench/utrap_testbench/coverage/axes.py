"""A cover point as the modules of extensions make it, and what they count into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass

from utrap_testbench.golden import Config

__all__ = ["Axes", "Hits", "always"]

#: Cover points by name, each with how often each of its bins was hit.
Hits = Mapping[str, MutableMapping[tuple[str, ...], int]]


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


def always(config: Config, *key: str) -> str | None:
    """A rule that forbids no bin."""
    return None
