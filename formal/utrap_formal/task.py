"""What every suite of proofs is made of: tasks that can be run apart, and results that a table can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["Result", "Run", "Status", "Suite", "Task"]


class Status(Enum):
    """How a task ended."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNPROVED = "unproved"  # the engine gave up: nothing is known


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to prove; `kind` is what the table adds up under one name, `index` what the suite knows it by."""

    name: str
    kind: str
    index: int


@dataclass(kw_only=True)
class Result:
    """What came of a task.

    Attributes:
        task: The task.
        status: How it ended.
        engine: What decided it.
        seconds: How long that took; of a cached result, how long it took then.
        counts: What the engine counted, for the table.
        note: Why it is unproved, or what the difference is, in a few lines.
        files: Files that show a refutation, or a proof of a suite that `shows`: name -> text.
        is_cached: It was known from an earlier run.
    """

    task: Task
    status: Status
    engine: str
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    note: str = ""
    files: dict[str, str] = field(default_factory=dict)
    is_cached: bool = False


#: Proves tasks, in the process that made it.
Run = Callable[[Sequence[Task]], Sequence[Result]]


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A suite, opened for one configuration.

    Attributes:
        name: As on the command line.
        title: What it proves, in a line.
        material: What it works on, as text; the same material gives the same results.
        tasks: What there is to prove.
        sources: Packages that say what is proved and how: when one changes, nothing is known any more.
        open: Makes, from the material, what proves tasks; called once in every process, so a plain function.
        batch: How many tasks it proves best at once.
        shows: Its proofs come with files, which are kept.
        counts: Names of what its results count.
        notes: What a reader of the table must know: assumptions, what is compared where; (title, columns, rows).
    """

    name: str
    title: str
    material: dict[str, Any]
    tasks: tuple[Task, ...]
    open: Callable[[dict[str, Any]], Run]
    sources: tuple[str, ...] = ()
    batch: int = 1
    shows: bool = False
    counts: tuple[str, ...] = ()
    notes: tuple[tuple[str, Sequence[str], Sequence[Sequence[str]]], ...] = ()
