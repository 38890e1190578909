"""The timeline of a dump, read back from it: the one place where the waves meet `utrap_show.timeline`."""

from __future__ import annotations

import json
from pathlib import Path

from utrap_show.timeline import Timeline, read_timeline

__all__ = ["timeline_of"]


def timeline_of(vcd: Path, title: str) -> tuple[Timeline, dict[str, bytes]]:
    """The timeline, and its files by the ends of their names.

    Raises:
        UserError: When the file is no dump of a trace port.
    """
    timeline = read_timeline(vcd, title)
    text = json.dumps(timeline.to_json(), indent=1) + "\n"
    files = {".json": text, ".svg": timeline.svg(), ".html": timeline.html()}
    return timeline, {suffix: content.encode() for suffix, content in files.items()}
