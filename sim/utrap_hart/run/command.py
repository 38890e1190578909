"""The command `utrap run`: one program on the hart, its output as it comes, and how it ended."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from utrap.command_line.files import appearing, write_atomically
from utrap_hart.description import Description
from utrap_show.timeline import read_timeline
from utrap_show.timeline.files import timeline_files
from utrap_show.timeline.table import show
from utrap_testbench.lockstep import Disagreement

from .image import MACHINE, Image, load
from .keyboard import input_file
from .lockstep import hart_lockstep
from .memory import DEFAULT_SIZE, memory_range
from .programs import program_path
from .simulation import LONG, Built, End, Event, Happening, Options, Sent, Unanswered, build, simulate
from .sources import hart_sources
from .tracing import Tracer

__all__ = ["DISAGREES", "UNFINISHED", "Request", "Session", "run", "tell_of_build"]

#: Statuses of `utrap run` itself; a program may end with the same, and then the last line says so.
DISAGREES, UNFINISHED = 1, 2
#: The largest status that a process can end with.
_LARGEST = 255
#: Cycles after a difference that its waves show.
_AFTER = 16
WAVES = "waves.vcd"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asks for.

    Attributes:
        program: An ELF file, or the name of a bundled program.
        simulator: icarus or verilator.
        max_cycles: The run ends after so many.
        memory: Bytes of memory.
        hart: What it runs on.
        input: What the UART receives: a file, `keyboard.STANDARD_INPUT`, or None for nothing.
        has_model: The golden model runs beside the hart.
        trace: Print every instruction and trap.
        waves: Write waves.
        timeline: Print every trap and return with what it saved, and write them as picture and page.
        folder: Where files go.
    """

    program: str
    simulator: str
    max_cycles: int
    memory: int = DEFAULT_SIZE
    hart: Description = field(default_factory=Description)
    input: str | None = None
    has_model: bool = True
    trace: bool = False
    waves: bool = False
    timeline: bool = False
    folder: Path


def run(request: Request) -> int:
    """Run the program; gives the exit status.

    Raises:
        UserError: When it is no program for the hart, or the simulator is missing.
    """
    image = load(program_path(request.program), memory_range(request.memory))
    if image.is_compressed:
        _say(f"{image.name}: has compressed instructions, which trap on this hart; -march={MACHINE} makes none")
    for note in image.notes:
        _say(f"{image.name}: {note}")
    records = request.waves or request.timeline
    built = build(
        request.simulator,
        waves=records,
        sources=hart_sources(request.hart),
        tell=lambda: tell_of_build(request.simulator),
        memory=request.memory,
        for_long=request.max_cycles >= LONG,
    )
    with _waves(request) as waves, input_file(request.input) as typed:
        session = Session(request, built, image)
        options = Options(max_cycles=request.max_cycles, retired=request.trace, waves=waves, input=typed)
        status = session.run(options)
        if waves is not None and session.stopped is not None:
            # The simulator was stopped in mid-write; what it does is the same each time.
            _replay(built, image, replace(options, max_cycles=session.stopped + _AFTER, retired=False))
        if waves is not None and request.timeline:
            _show_timeline(waves, image.name, request.folder)
    return status


def tell_of_build(simulator: str) -> None:
    """Say to someone who waits what takes so long."""
    if sys.stderr.isatty():
        _say(f"building the hart for {simulator}, once; Verilator takes a minute")


class Session:
    """One run: what is printed while it lasts, and what is said of its end.

    Args:
        request: What the user asks for.
        built: The simulation.
        image: The program.

    Attributes:
        stopped: The cycle in which a difference stopped it, or None.
    """

    def __init__(self, request: Request, built: Built, image: Image) -> None:
        config = built.sources.config
        self._built, self._image = built, image
        self._lockstep = hart_lockstep(config, built.sources) if request.has_model else None
        self._tracer = Tracer(config, built.sources, image) if request.trace else None
        self._told: set[str] = set()
        self.stopped: int | None = None

    def run(self, options: Options) -> int:
        """Run to the end or to the first difference; gives the exit status."""
        status = None
        with closing(simulate(self._built, self._image, options)) as happenings:
            for happening in happenings:
                self._print(happening)
                if isinstance(happening, Event) and (disagreement := self._compare(happening)):
                    return self._disagrees(happening, disagreement)
                if isinstance(happening, End):
                    status = self._ended(happening)  # and on, until the simulator has written its waves
        assert status is not None, "a simulation ends with its end or with an error"
        return status

    def _compare(self, event: Event) -> Disagreement | None:
        return self._lockstep.compare(event) if self._lockstep is not None else None

    def _print(self, happening: Happening) -> None:
        if isinstance(happening, Unanswered):
            self._tell_once(str(happening))
        elif self._tracer is not None:
            for line in self._tracer.lines(happening):
                print(line)
        elif isinstance(happening, Sent):
            sys.stdout.buffer.write(bytes([happening.byte]))
            sys.stdout.buffer.flush()

    def _tell_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            _say(f"{self._image.name}: {line}")

    def _finish_output(self) -> None:
        """What is still held back goes out before the last line about the run."""
        if self._tracer is not None:
            for line in self._tracer.rest():
                print(line)
        sys.stdout.flush()

    def _ended(self, end: End) -> int:
        self._finish_output()
        name, cycles = self._image.name, f"{end.cycles:,} cycles"
        if end.code is None:
            _say(f"{name}: no end within {cycles}; --max-cycles allows more")
            return UNFINISHED
        agree = f"; {self._lockstep.compared:,} events agree with the golden model" if self._lockstep else ""
        _say(f"{name}: ended with status {end.code} after {cycles} and {end.retired:,} instructions{agree}")
        return min(end.code, _LARGEST)

    def _disagrees(self, event: Event, disagreement: Disagreement) -> int:
        self._finish_output()
        self.stopped = event.cycle
        _say(f"{self._image.name}: {disagreement}")
        return DISAGREES


def _say(line: str) -> None:
    print(f"utrap run: {line}", file=sys.stderr, flush=True)


def _show_timeline(waves: Path, name: str, folder: Path) -> None:
    """Print every trap and return as a row, and write the picture, the page and the rows as JSON."""
    told = read_timeline(waves, name)
    show(told)
    paths = write_atomically(folder, timeline_files(told, "timeline"))
    _say(f"the timeline is in {', '.join(map(str, paths))}")


@contextmanager
def _waves(request: Request) -> Iterator[Path | None]:
    """Where to write waves, which appear in the folder when they are whole and wanted."""
    if not (request.waves or request.timeline):
        yield None
        return
    path = request.folder / WAVES
    with appearing(path, is_wanted=request.waves) as waves:
        yield waves
    if request.waves:
        _say(f"waves are in {path}")


def _replay(built: Built, image: Image, options: Options) -> None:
    for _ in simulate(built, image, options):
        pass
