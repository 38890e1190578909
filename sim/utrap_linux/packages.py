"""The list of what a build needs from the system: a line each with a package, what shows that it is there, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["PACKAGES", "Package", "read_packages"]

#: The list's name in the example's folder.
PACKAGES = "system-packages.txt"


@dataclass(frozen=True)
class Package:
    """Debian's name for it, and a command or a file that shows it is there."""

    name: str
    shown_by: str


def read_packages(folder: Path) -> list[Package]:
    """The packages that a folder's list names."""
    lines = (line.partition("#")[0].split() for line in (folder / PACKAGES).read_text().splitlines())
    return [Package(words[0], words[1]) for words in lines if words]
