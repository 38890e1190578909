"""What the program's UART receives: a file, or what comes on the standard input while it runs."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError

__all__ = ["STANDARD_INPUT", "input_file"]

#: How a user names the standard input.
STANDARD_INPUT = "-"


@contextmanager
def input_file(source: str | None) -> Iterator[Path | None]:
    """The file that the simulation reads, None for none.

    The standard input is copied into a file that grows: a simulation that
    waited for a person would not go on.

    Args:
        source: A file, or `STANDARD_INPUT`.

    Raises:
        UserError: When it cannot be read.
    """
    if source is None:
        yield None
        return
    if source != STANDARD_INPUT:
        try:
            with open(source, "rb") as file:
                file.read(1)
        except OSError as error:
            raise UserError(f"--input {source}: cannot be read: {error.strerror}") from error
        yield Path(source).absolute()
        return
    with TemporaryDirectory(prefix="utrap-input-") as folder:
        path = Path(folder, "typed")
        path.touch()
        threading.Thread(target=_copy, args=(path,), daemon=True).start()
        yield path


def _copy(path: Path) -> None:
    """Append what is typed, until there is no more; nobody waits for this at the end."""
    with path.open("ab", buffering=0) as file:
        while typed := os.read(sys.stdin.fileno(), 4096):
            file.write(typed)
