"""The timeline of a dump, read back from it: the one place where the waves meet `utrap_sim.timeline`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Shown", "timeline_of"]


@dataclass(frozen=True)
class Shown:
    """A timeline.

    Attributes:
        files: As JSON, picture and page, by the ends of their names.
        print: Prints its rows.
    """

    files: dict[str, bytes]
    print: Callable[[], None]


def timeline_of(vcd: Path, title: str) -> Shown:
    """Read it from the file.

    Raises:
        UserError: When the file is no dump of a trace port.
    """
    if find_spec("utrap_sim.timeline") is None:
        return Shown({}, lambda: None)
    timeline = import_module("utrap_sim.timeline").read_timeline(vcd, title)
    text = json.dumps(timeline.to_json(), indent=2) + "\n"
    files = {".json": text, ".svg": timeline.svg(), ".html": timeline.html()}
    return Shown({suffix: content.encode() for suffix, content in files.items()}, timeline.print)
