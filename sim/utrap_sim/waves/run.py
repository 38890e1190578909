"""Plays what a `Hart` has collected on the Verilog in a simulator, and compares every cycle with the model."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from utrap.command_line.errors import UserError
from utrap.command_line.files import check_room
from utrap_sim.simulators.bench import TOP
from utrap_sim.simulators.installed import Simulator, find_simulator
from utrap_sim.simulators.processes import ended_by_itself
from utrap_sim.simulators.standalone import build_alone, run_alone
from utrap_testbench.boundary import Layout
from utrap_testbench.env import Difference, Drivers, Scoreboard

from .bench import DUMP, OBSERVED, STIMULI
from .model_hart import Hart, Played

__all__ = ["Run", "run"]

#: What Verilator's FST writer is compiled with; its VCD writer needs nothing.
_HEADERS = "#include <lz4.h>\n#include <zlib.h>\n"


class Seen(Sequence[dict[str, int]]):
    """What the unit showed, cycle by cycle: ports and registers by the names of the bench.

    Attributes:
        lines: The cycles as the bench wrote them.
    """

    def __init__(self, layout: Layout, lines: Sequence[str]) -> None:
        self._layout, self.lines = layout, lines

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, number: Any) -> Any:
        return self._layout.unpack(self.lines[number])

    def changes(self, name: str) -> bool:
        """Whether a port or a register has more than one value; what the bench does not see has not."""
        return any(
            self._apart >> self._layout.offset[field.name] & (1 << field.width) - 1
            for field in self._layout.fields
            if field.name == name or field.name.startswith(f"{name}.")  # some are seen bit by bit
        )

    @cached_property
    def _apart(self) -> int:
        """The bits that are not always the same."""
        values = [int(line, 16) for line in self.lines]
        return reduce(or_, (value ^ values[0] for value in values), 0)


@dataclass
class Run:
    """What a simulation gave.

    Attributes:
        first: The number of the first cycle in the dump.
        cycles: The cycles, those before the dump too.
        seen: What the unit showed in each cycle of the dump; nothing where a bit was unknown.
        dumps: The dump in each format that the simulator has.
        difference: The first cycle in which it is not as the model says, or None.
    """

    first: int
    cycles: list[Played]
    seen: Seen
    dumps: dict[str, bytes]
    difference: FirstDifference | None


@dataclass(frozen=True)
class FirstDifference:
    """Where the Verilog is not as the model says.

    Attributes:
        cycle: The number of the cycle whose event did it; where a register differs, the one before that shows it.
        played: That cycle.
        fields: What differs.
    """

    cycle: int
    played: Played
    fields: list[Difference]


class _Silence(random.Random):
    """No noise: what an event does not define is 0, so that the waves show what matters."""

    def getrandbits(self, k: int) -> int:
        return 0


def run(hart: Hart, simulator_name: str) -> Run:
    """Build the bench, or find it built, and play.

    Raises:
        UserError: When the simulator is missing, cannot be built, or ends by itself.
    """
    hart.rest()
    first = next(number for number, played in enumerate(hart.played) if played.is_shown)
    simulator = find_simulator(simulator_name, for_cocotb=False)
    files = {"trap_unit.v": hart.bench.unit_verilog(), "bench.v": hart.bench.verilog()}
    programs = {suffix: build_alone(simulator, TOP, files, suffix) for suffix in _formats(simulator)}
    with TemporaryDirectory(prefix="utrap-waves-") as name:
        folder = Path(name)
        (folder / STIMULI).write_text("".join(_lines(hart)))
        dumps = {}
        try:
            for suffix, program in programs.items():
                _simulate(simulator, program, folder, first, suffix)
                check_room(folder / DUMP)
                dumps[suffix] = (folder / DUMP).read_bytes()
                (folder / DUMP).unlink()
            lines = (folder / OBSERVED).read_text().split()
        except FileNotFoundError:
            raise ended_by_itself(simulator.name, folder / "log") from None
    if len(lines) != len(hart.played):
        raise UserError(f"{simulator.name} played {len(lines)} cycles of {len(hart.played)}")
    # A bit that is unknown is a difference, and nothing to go on with.
    is_known = not any(set(line.lower()) & set("xz") for line in lines)
    return Run(
        first=first,
        cycles=hart.played,
        seen=Seen(hart.bench.outputs, lines[first:] if is_known else ()),
        dumps=dumps,
        difference=_first_difference(hart, lines),
    )


def _lines(hart: Hart) -> Iterator[str]:
    drivers = Drivers(hart.bench.inputs, _Silence(), hart.hartid)
    for played in hart.played:
        yield hart.bench.line(drivers.drive(played.cycle), played.note)


def _formats(simulator: Simulator) -> tuple[str, ...]:
    """The formats of a dump that the simulator can write here."""
    if simulator.name == "verilator":
        compiler = ["g++", "-x", "c++", "-E", "-o", os.devnull, "-"]
        if subprocess.run(compiler, input=_HEADERS.encode(), capture_output=True).returncode:
            return ("vcd",)
    return "vcd", "fst"


def _simulate(simulator: Simulator, program: Path, folder: Path, first: int, suffix: str) -> None:
    arguments = [*([f"-{suffix}"] if simulator.name == "icarus" else []), f"+first={first}"]
    with (
        (folder / "log").open("wb") as log,
        run_alone(simulator, program, arguments, folder, output=log) as process,
    ):
        status = process.wait()
    if status:
        raise ended_by_itself(simulator.name, folder / "log")


def _first_difference(hart: Hart, lines: list[str]) -> FirstDifference | None:
    scoreboard = Scoreboard(hart.config, hart.bench.outputs, hart.hartid)
    for number, (played, line) in enumerate(zip(hart.played, lines, strict=True)):
        if found := scoreboard.compare(played.expected, line):
            guilty = number - 1 if number and any(difference.is_state for difference in found) else number
            return FirstDifference(guilty, hart.played[guilty], found)
    return None
