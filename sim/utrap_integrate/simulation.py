"""One program on one build: what happens, as it comes."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap_hart.run.image import Image
from utrap_sim.simulators.processes import ended_by_itself
from utrap_sim.simulators.standalone import run_alone

from .building import Built

__all__ = ["End", "Event", "Happening", "Trap", "simulate"]


@dataclass(frozen=True, slots=True)
class Trap:
    """The core took a trap: its cycle, its cause with the interrupt bit at 63, the pc that it saved."""

    cycle: int
    cause: int
    pc: int


@dataclass(frozen=True, slots=True)
class Event:
    """A cycle that is news at the unit's ports; the vectors are in hexadecimal, `retired` as in `Seen`."""

    cycle: int
    retired: int | None
    inputs: str
    outputs: str


@dataclass(frozen=True, slots=True)
class End:
    """The simulation is over; `code` is what the program wrote to `tohost`, None if it did not in its cycles."""

    code: int | None
    cycles: int
    retired: int


Happening = Trap | Event | End


def simulate(built: Built, image: Image, max_cycles: int, waves: Path | None = None) -> Generator[Happening]:
    """Run a program; whoever stops asking ends the simulation.

    Raises:
        UserError: When the simulator ends without saying why.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="utrap-integrate-")))
        (folder / "image.hex").write_text(image.hexadecimal(built.core.ram.start))
        reading, writing = os.pipe()
        stream = stack.enter_context(os.fdopen(reading, "rb"))
        arguments = [
            "+image=image.hex",
            f"+tohost={image.tohost:x}",
            f"+max_cycles={max_cycles}",
            f"+stream=/dev/fd/{writing}",
            *([f"+waves={waves}"] if waves else []),
        ]
        try:
            log = stack.enter_context((folder / "log").open("wb"))
            process = stack.enter_context(
                run_alone(built.simulator, built.program, arguments, folder, output=log, pass_fds=[writing])
            )
        finally:
            os.close(writing)
        ended = False
        for line in stream:
            happening = _parse(line.decode().split())
            ended |= isinstance(happening, End)
            yield happening
        process.wait()
        if not ended:
            raise ended_by_itself(f"the simulation of {built.core.title}", folder / "log")


def _parse(words: list[str]) -> Happening:
    kind = words[0]
    if kind == "T":
        return Trap(int(words[1]), int(words[2], 16), int(words[3], 16))
    if kind == "E":
        return Event(int(words[1]), int(words[2]), words[3], words[4])
    if kind == "X":
        return End(int(words[1], 16), int(words[2]), int(words[3]))
    assert kind == "M", f"the recorder writes no line {kind}"
    return End(None, int(words[1]), int(words[2]))
