"""What a format makes of a configuration: its files, and what it has no word for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Description"]


@dataclass(frozen=True, kw_only=True)
class Description:
    """One configuration in one format.

    Attributes:
        files: The text of each file by its name; most formats have one, whose name is "".
        notes: What is not said there, or not as the unit has it; a line each.
    """

    files: Mapping[str, str]
    notes: tuple[str, ...] = ()
