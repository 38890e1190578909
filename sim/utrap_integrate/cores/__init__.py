"""The cores that the command knows: a module NAME with a `Core` called CORE for each."""

from __future__ import annotations

from importlib import import_module

from utrap_integrate.core import Core

__all__ = ["NAMES", "find_core"]

#: As the user says them.
NAMES = ("ibex", "cva6")


def find_core(name: str) -> Core:
    """The core of this name, one of `NAMES`."""
    core = import_module(f"{__name__}.{name}").CORE
    assert isinstance(core, Core)
    return core
