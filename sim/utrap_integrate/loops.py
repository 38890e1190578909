"""The combinational loops that Verilator sees in a build: those of the core's own, and none through the unit."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.processes import RUN, child, last_words

from .building import Files
from .core import BENCH

__all__ = ["loops"]

_LOOP = re.compile(r"^%Warning-UNOPTFLAT: [^\n]*?: Signal unoptimizable: [^\n]*?: '?([\w.\[\]$]+)'?", re.MULTILINE)


def loops(files: Files) -> tuple[str, ...]:
    """A signal of each loop.

    Raises:
        UserError: When Verilator is missing or cannot read the files.
    """
    simulator = find_simulator("verilator", for_cocotb=False)
    with TemporaryDirectory(prefix="utrap-loops-") as folder:
        for name, text in files.made.items():
            Path(folder, name).write_text(text)
        command = ["verilator", "--cc", "--timing", "--timescale", "1ns/1ps", "-Wno-fatal", "-Wno-lint", "-Wno-style"]
        command += ["-Wwarn-UNOPTFLAT", "--top-module", BENCH, "-Mdir", "out", *files.arguments()]
        log = Path(folder, "log")
        with (
            log.open("wb") as output,
            child(RUN, *command, output=output, cwd=Path(folder), environment=simulator.environment) as process,
        ):
            status = process.wait()
        said = log.read_text(errors="replace")
    if status:
        raise UserError(f"Verilator cannot read the core: {last_words(said)}")
    return tuple(sorted(_LOOP.findall(said)))
