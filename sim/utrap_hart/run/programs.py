"""The programs that come with the hart, and which one a user means."""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from pathlib import Path

from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError

__all__ = ["bundled", "list_programs", "program_path"]

#: One line on each bundled program, beside them.
_ABOUT = "programs.toml"


def bundled() -> dict[str, Path]:
    """The programs that come with the hart, by name."""
    folder = Path(str(files("utrap_hart"))) / "programs"
    return {path.stem: path for path in sorted(folder.glob("*.elf"))}


def program_path(program: str) -> str:
    """The file that the user means: a bundled program's name, else a path.

    Raises:
        UserError: When there is neither.
    """
    known = bundled()
    if program in known:
        return str(known[program])
    if not os.path.exists(program) and os.sep not in program and not program.endswith(".elf"):
        raise UserError(f"there is no file {program}, nor a bundled program of that name: {', '.join(known) or 'none'}")
    return program


def list_programs() -> None:
    """Print the bundled programs, with what each does."""
    about = tomllib.loads(Path(str(files("utrap_hart")), "programs", _ABOUT).read_text())
    print_table(("Program", "What it does"), [(name, about[name]) for name in bundled()])
