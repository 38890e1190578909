"""Yosys in a process of its own: an error of Yosys ends the process that it runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["YosysError", "run_yosys"]

_NOT_INSTALLED = 77
_CHILD = f"""
import sys
try:
    from pyosys import libyosys
except ModuleNotFoundError:
    sys.exit({_NOT_INSTALLED})
design = libyosys.Design()
for line in sys.stdin.read().splitlines():
    libyosys.run_pass(line, design)
"""


class YosysError(RuntimeError):
    """A pass failed or warned: a mistake in what Yosys was given, so one of utrap's."""


def run_yosys(
    passes: Iterable[str],
    inputs: Mapping[str, str] | None = None,
    output: str = "",
    allows_warnings: bool = False,
) -> str:
    """Run passes in a folder of their own, and return what they wrote to a file.

    Args:
        passes: Commands of Yosys, in which files have plain names.
        inputs: Files that the passes read: name -> text.
        output: The file to return; "" for none.
        allows_warnings: A warning is no error.

    Raises:
        ModuleNotFoundError: pyosys is not installed.
        YosysError: A pass failed, or warned.
    """
    with TemporaryDirectory(prefix="utrap-") as folder:
        for name, text in (inputs or {}).items():
            Path(folder, name).write_text(text, encoding="utf-8")
        process = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input="\n".join(passes),
            cwd=folder,
            capture_output=True,
            text=True,
            # The folder is the current directory: nothing in it may hide a module.
            env={**os.environ, "PYTHONSAFEPATH": "1"},
        )
        if process.returncode == _NOT_INSTALLED:
            raise ModuleNotFoundError("No module named 'pyosys'", name="pyosys")
        log = process.stdout + process.stderr
        troubles = [line for line in map(str.strip, log.splitlines()) if line.startswith(("ERROR:", "Warning:"))]
        if process.returncode or (troubles and not allows_warnings):
            raise YosysError("\n".join(troubles) or f"Yosys ended with status {process.returncode}")
        return Path(folder, output).read_text(encoding="utf-8") if output else log
