"""The programs: those that come with a core, and the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap_hart.run.image import Image, Machine, load

from .core import Core, Program, Variant

__all__ = ["load_program", "programs_for", "say_which"]


def say_which(core: Core, names: tuple[str, ...], variant: Variant) -> list[Program | str]:
    """What the user means: the core's own programs by name, files otherwise; all of the core's without a name.

    Raises:
        UserError: When there is neither.
    """
    known = {program.name: program for program in core.programs}
    if not names:
        return list(programs_for(core, variant))
    for name in names:
        if name not in known and not os.path.exists(name):
            raise UserError(f"there is no file {name}, nor a program of {core.title} of that name: {', '.join(known)}")
    return [known.get(name, name) for name in names]


def programs_for(core: Core, variant: Variant) -> tuple[Program, ...]:
    """The core's own programs for a variant."""
    return tuple(program for program in core.programs if variant.name in (program.variants or (variant.name,)))


def load_program(core: Core, program: Program | str) -> Image:
    """Read a program.

    Raises:
        UserError: When it is no ELF file for the core, or cannot say how it ended.
    """
    path = program if isinstance(program, str) else str(_path(core, program))
    image = load(path, core.ram, Machine(name=core.title, xlen=core.xlen, march=core.march, mabi=core.mabi))
    if not image.tohost:
        raise UserError(f"{path} has no symbol tohost, by which a program says how it ended: define it, in memory")
    if core.entry is not None and image.entry != core.entry:
        raise UserError(f"{path} starts at {image.entry:#x}, and {core.title} at {core.entry:#x}: link it for that")
    return image


def _path(core: Core, program: Program) -> Path:
    return core.example / "programs" / f"{program.name}.elf"
