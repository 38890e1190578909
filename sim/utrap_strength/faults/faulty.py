"""The unit with a mistake in it: a copy of the hardware's sources with the edits, and the Verilog that it gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.simulators.processes import CALL, child, last_words
from utrap_strength.faults.fault import Edit

__all__ = ["SOURCES", "apply_edits", "faulty_verilog", "write_verilog"]

#: The hardware's sources, and what their package is called.
SOURCES = Path(str(files("utrap")))


def apply_edits(folder: Path, edits: Iterable[Edit]) -> None:
    """Change a copy of the hardware's sources.

    Raises:
        UserError: What an edit looks for does not stand once in its file.
    """
    for change in edits:
        path = folder / change.file
        text = path.read_text(encoding="utf-8")
        if (count := text.count(change.old)) != 1:
            raise UserError(f"{change.file} has {change.old!r} {count} times; the fault's edit wants it once")
        path.write_text(text.replace(change.old, change.new), encoding="utf-8")


def faulty_verilog(config: Config, edits: Iterable[Edit]) -> str:
    """Return the Verilog of a unit made from changed sources, which a process of its own imports.

    Raises:
        UserError: An edit does not fit, the sources with it make no unit, or the same as without.
    """
    with tempfile.TemporaryDirectory(prefix="utrap-fault-") as name:
        copy = Path(name, "utrap")
        shutil.copytree(SOURCES, copy)
        apply_edits(copy, edits)
        found = Path(name, "trap_unit.v")
        environment = {"PYTHONPATH": os.pathsep.join([name, *filter(None, sys.path)])}
        words = (f"{__name__}:write_verilog", json.dumps(config.to_json()), str(found))
        with child(CALL, *words, output=subprocess.PIPE, folder=Path(name), environment=environment) as process:
            assert process.stdout is not None
            said = process.stdout.read().decode(errors="replace")
            status = process.wait()
        if status or not found.exists():
            raise UserError(f"the sources with the fault make no unit: {last_words(said)}")
        text = found.read_text(encoding="utf-8")
    if text == _plain(config):
        raise UserError("the edits change nothing in the Verilog of its configuration, so that nothing could catch it")
    return text


@cache
def _plain(config: Config) -> str:
    """The Verilog of the unit without a fault."""
    from utrap.products.verilog_module import verilog

    return verilog(config)


def write_verilog(configuration: str, place: str) -> int:
    """Write the Verilog of a configuration, which is JSON, from the sources that this process imports."""
    from utrap.products.verilog_module import verilog

    Path(place).write_text(verilog(Config.from_json(json.loads(configuration))), encoding="utf-8")
    return 0
