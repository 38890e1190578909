"""A program in a simulator, as a stream of what happens: events, instructions, bytes of the UART, the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError
from utrap_sim.simulators.installed import Simulator, find_simulator
from utrap_sim.simulators.processes import ended_by_itself
from utrap_sim.simulators.standalone import MAIN, Training, build_alone, run_alone

from .hart_bench import CLOCK, TOP
from .image import Image, load
from .memory import DEFAULT_SIZE, memory_files, memory_range
from .programs import bundled
from .sources import Sources, hart_sources

__all__ = [
    "LONG",
    "Alive",
    "Built",
    "End",
    "Event",
    "Happening",
    "Options",
    "Retired",
    "Sent",
    "Unanswered",
    "build",
    "simulate",
]

#: Cycles from which on a run is long, so that a build for long runs pays.
LONG = 100_000_000
#: The program and the cycles that train such a build.
_TRAINING, _TRAINED = "hypervisor", 1_000_000
#: Files of a run, in its folder.
_IMAGE = "image.hex"


@dataclass(frozen=True, slots=True)
class Event:
    """A cycle in which the unit's commit port or interrupt lines have news; the last cycle is one, too.

    Attributes:
        cycle: Counted from 0.
        retired: Instructions that had retired before it.
        inputs, outputs: The vectors in hexadecimal; `Sources` has their layouts.
    """

    cycle: int
    retired: int
    inputs: str
    outputs: str


@dataclass(frozen=True, slots=True)
class Retired:
    """An instruction retired: its address, its bits, and the mode in which it executed (`Mode`)."""

    cycle: int
    pc: int
    insn: int
    mode: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The program sent a byte, through the UART or to HTIF's console."""

    cycle: int
    byte: int
    by_htif: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """HTIF was asked for what it does not offer.

    Attributes:
        cycle: When.
        request: What was in `tohost`.
        call: The number, if it is a system call.
    """

    cycle: int
    request: int
    call: int

    def __str__(self) -> str:
        if self.call:
            return f"HTIF's system call {self.call} is not offered"
        device, command = self.request >> 56, self.request >> 48 & 0xFF
        if device == command == 0:
            return f"HTIF's tohost got {self.request:#x}, which is no address of a system call in memory"
        return f"HTIF's device {device} does not offer command {command}"


@dataclass(frozen=True, slots=True)
class Alive:
    """Nothing has happened but time: told now and then."""

    cycle: int


@dataclass(frozen=True, slots=True)
class End:
    """The simulation is over.

    Attributes:
        code: The program's, or None when it has not ended within its cycles.
        cycles: How many there were.
        retired: Instructions that retired.
    """

    code: int | None
    cycles: int
    retired: int


Happening = Event | Retired | Sent | Unanswered | Alive | End


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is asked of a simulation.

    Attributes:
        max_cycles: After so many it ends.
        retired: Every instruction that retires is told.
        profile: So many of them are, from the first with V=1 on.
        waves: A VCD file to write; the build must be one for waves.
        input: A file whose bytes the UART receives; it may grow meanwhile.
        plusargs: More arguments for the simulator.
    """

    max_cycles: int
    retired: bool = False
    profile: int = 0
    waves: Path | None = None
    input: Path | None = None
    plusargs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Built:
    """A simulation that is ready to run; `memory` are the addresses of its memory."""

    simulator: Simulator
    program: Path
    sources: Sources
    memory: range = memory_range()


def build(
    name: str,
    waves: bool = False,
    sources: Sources | None = None,
    tell: Callable[[], None] = lambda: None,
    memory: int = DEFAULT_SIZE,
    for_long: bool = False,
) -> Built:
    """Build the hart for a simulator (icarus, verilator), or find it built.

    Args:
        name: The simulator.
        waves: For Verilator, whether it can write waves; Icarus always can.
        sources: Other ones than the hart's own.
        tell: Called before a build that is not in the cache.
        memory: Bytes of memory.
        for_long: Whether it is for runs of `LONG` cycles and more.

    Raises:
        UserError: When the simulator is missing or the build fails.
    """
    simulator = find_simulator(name, for_cocotb=False)
    sources = hart_sources() if sources is None else sources
    clock = {MAIN: CLOCK} if simulator.name == "verilator" else {}
    files = {**sources.files, **memory_files(simulator.name, memory), **clock}
    training = _training(memory_range(memory)) if for_long and not waves else None
    program = build_alone(simulator, TOP, files, "vcd" if waves else "-", tell, training)
    return Built(simulator, program, sources, memory_range(memory))


def _training(memory: range) -> Training:
    image = load(str(bundled()[_TRAINING]), memory)
    arguments = _arguments(memory, image, Options(max_cycles=_TRAINED), "/dev/null")
    return Training(tuple(arguments), {_IMAGE: image.hexadecimal(memory.start)})


def simulate(built: Built, image: Image, options: Options) -> Generator[Happening]:
    """Run a program; whoever stops asking ends the simulation.

    Raises:
        UserError: When the simulator ends without saying why.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="utrap-run-")))
        (folder / _IMAGE).write_text(image.hexadecimal(built.memory.start))
        reading, writing = os.pipe()
        stream = stack.enter_context(os.fdopen(reading, "rb"))
        try:
            log = stack.enter_context((folder / "log").open("wb"))
            process = stack.enter_context(
                run_alone(
                    built.simulator,
                    built.program,
                    _arguments(built.memory, image, options, f"/dev/fd/{writing}"),
                    folder,
                    output=log,
                    pass_fds=[writing],
                )
            )
        finally:
            os.close(writing)
        ended = False
        for line in stream:
            try:
                happening = _parse(line.decode())
            except ValueError:
                raise UserError(f"the simulation shows unknown bits: {line.decode().strip()}") from None
            ended |= isinstance(happening, End)
            yield happening
        process.wait()
        if not ended:
            raise ended_by_itself(built.simulator.name, folder / "log")


def _arguments(memory: range, image: Image, options: Options, stream: str) -> list[str]:
    return [
        f"+size={len(memory)}",
        f"+image={_IMAGE}",
        f"+entry={image.entry:x}",
        f"+tohost={image.tohost:x}",
        f"+fromhost={image.fromhost:x}",
        f"+max_cycles={options.max_cycles}",
        f"+stream={stream}",
        *(["+retired"] if options.retired else []),
        *([f"+profile={options.profile}"] if options.profile else []),
        *([f"+waves={options.waves}"] if options.waves else []),
        *([f"+input={options.input}"] if options.input else []),
        *options.plusargs,
    ]


def _parse(line: str) -> Happening:
    kind, *words = line.split()
    if kind == "E":
        return Event(int(words[0]), int(words[1]), words[2], words[3])
    if kind == "R":
        return Retired(int(words[0]), int(words[1], 16), int(words[2], 16), int(words[3], 16))
    if kind in "UH":
        return Sent(int(words[0]), int(words[1], 16), by_htif=kind == "H")
    if kind == "Q":
        return Unanswered(int(words[0]), int(words[1], 16), int(words[2], 16))
    if kind == "X":
        return End(int(words[0], 16), int(words[1]), int(words[2]))
    if kind == "M":
        return End(None, int(words[0]), int(words[1]))
    return Alive(int(words[0]))
