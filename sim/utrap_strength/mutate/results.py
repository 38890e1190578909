"""What became of each mutant: a file to which a line is added as soon as it is known, so that a run can go on later."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

from utrap.command_line.errors import UserError

__all__ = ["FORMAT", "NAME", "Results"]

#: What the file calls itself; a new number when a program that reads this one could fail.
FORMAT = "utrap-mutants/1"
NAME = "mutants.jsonl"


class Results:
    """The results of a folder.

    Args:
        folder: The folder.
        head: What the results are of; results of anything else are not gone on with.

    Raises:
        UserError: When the folder has results of something else, or cannot be read or written.

    Attributes:
        known: What is known, by the mutant's number.
    """

    def __init__(self, folder: Path, head: dict[str, Any]) -> None:
        self._path = folder / NAME
        self._lock = Lock()
        self.known: dict[int, dict[str, Any]] = {}
        head = {"format": FORMAT, **head}
        try:
            lines = self._path.read_text().split("\n") if self._path.exists() else []
            if lines and json.loads(lines[0]) != json.loads(json.dumps(head)):
                raise UserError(
                    f"-o {folder}: it has results of another unit, other options or other stimuli:"
                    " choose another folder, or remove it"
                )
            # What stands after the last line break was cut off.
            for line in lines[1:-1]:
                entry = json.loads(line)
                self.known[entry["number"]] = entry
            kept = [json.dumps(head), *lines[1:-1]]
            self._path.write_text("\n".join([*kept, ""]))
        except ValueError:
            raise UserError(f"{self._path}: it is no file of results of utrap mutate: remove it") from None
        except OSError as error:
            raise UserError(f"cannot write {self._path}: {error.strerror}") from error

    def add(self, entry: dict[str, Any]) -> None:
        """Add what became of a mutant."""
        with self._lock:
            self.known[entry["number"]] = entry
            try:
                with self._path.open("a") as file:
                    file.write(json.dumps(entry) + "\n")
            except OSError as error:
                raise UserError(f"cannot write {self._path}: {error.strerror}") from error
