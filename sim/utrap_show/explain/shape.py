"""What an answer is made of; `Answer.to_json` is the shape that docs/explain.md describes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from utrap import __version__

__all__ = ["Answer", "Interrupt", "Seen", "Step", "Window", "Write"]

_FORMAT = "utrap-explain/1"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a test looked at, and its value."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One test of the decision."""

    rule: str
    text: str
    looked_at: list[Seen]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A delegation window, and whether the page lies in it."""

    name: str
    enabled: bool
    order: int
    page: str
    mask: str
    matches: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Interrupt:
    """One pending interrupt: `state` is taken, waiting (another goes first) or blocked."""

    name: str
    number: int
    target: str
    state: str
    steps: list[Step]


@dataclass(frozen=True, kw_only=True)
class Write:
    """A field that was written: `field` is empty where the CSR is one value."""

    csr: str
    field: str
    old: str
    new: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything that `utrap explain` says."""

    event: dict[str, Any]
    verdict: str
    text: str
    from_mode: str
    to_mode: str
    steps: list[Step]
    windows: list[Window] = field(default_factory=list)
    interrupts: list[Interrupt] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    pc: str | None = None
    pc_steps: list[Step] = field(default_factory=list)
    read: str | None = None
    notes: list[str] = field(default_factory=list)
    profile: str
    xlen: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; every key is always there. docs/schemas/explain.schema.json says what they are."""
        return {"format": _FORMAT, "utrap": __version__, **asdict(self)}
