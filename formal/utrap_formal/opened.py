"""Suites as they were opened before: what they work on and their tasks, without making the Verilog anew.

A suite follows from the configuration, our sources and the programs that make a netlist. While these are the same,
a file says the rest, and what is known is shown in a second.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from utrap.command_line.files import write_atomically
from utrap.config import Config
from utrap_formal.cache import PROGRAMS, hash_of, hash_of_sources, version_of
from utrap_formal.task import Run, Suite, Task

__all__ = ["open_once"]

_SOURCES = ("utrap", "utrap_testbench", "utrap_formal")


@dataclass(frozen=True)
class _Open:
    """A suite's function `open`, which is imported when something is to be proved."""

    module: str
    function: str

    def __call__(self, material: dict[str, Any]) -> Run:
        run: Run = getattr(import_module(self.module), self.function)(material)
        return run


def open_once(
    folder: Path, name: str, config: Config, make: Callable[[Config], Suite | None], is_fresh: bool = False
) -> Suite | None:
    """The suite of a name for a configuration, as an earlier run left it in the folder, or made; `make` gives None
    where no property has a meaning.
    """
    file = f"{hash_of([name, json.dumps(config.to_json(), sort_keys=True)])}.suite"
    depends_on = hash_of([hash_of_sources(_SOURCES), *map(version_of, PROGRAMS)])
    if not is_fresh:
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads((folder / file).read_text())
            if said["depends_on"] == depends_on:
                return _from_json(said["suite"])
    suite = make(config)
    said = {"depends_on": depends_on, "suite": _to_json(suite)}
    write_atomically(folder, {file: json.dumps(said).encode()})
    return suite


def _to_json(suite: Suite | None) -> dict[str, Any] | None:
    if suite is None:
        return None
    said = {field.name: getattr(suite, field.name) for field in dataclasses.fields(Suite)}
    said["open"] = [suite.open.__module__, suite.open.__name__]
    said["tasks"] = [dataclasses.asdict(task) for task in suite.tasks]
    return said


def _from_json(suite: dict[str, Any] | None) -> Suite | None:
    if suite is None:
        return None
    tasks = tuple(Task(**task) for task in suite["tasks"])
    tuples = {name: tuple(suite[name]) for name in ("sources", "counts", "notes")}
    return Suite(**{**suite, **tuples, "open": _Open(*suite["open"]), "tasks": tasks})
