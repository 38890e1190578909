"""The command `utrap integrate`: a core with its own CSR file and with the unit, programs on both, compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.display import print_table
from utrap.command_line.errors import UserError
from utrap.command_line.files import appearing, write_atomically
from utrap_show.timeline import read_timeline
from utrap_show.timeline.files import timeline_files

from .building import build
from .compare import Comparison, run
from .core import Core, Program, Variant
from .cores import find_core
from .programs import load_program, say_which

__all__ = ["DIFFERS", "UNFINISHED", "Request", "integrate", "list_core"]

#: The exit status when something is not the same on both, and when a program has not ended.
DIFFERS, UNFINISHED = 1, 2


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asks for.

    Attributes:
        core: The core's name.
        variant: How it is built; "" for its first variant.
        programs: Names or files; none for all that come with it.
        max_cycles: A program that has not ended by then has timed out.
        has_model: The golden model runs beside the unit.
        waves: Write waves and the timeline of the unit inside the core.
        folder: Where files go.
    """

    core: str
    variant: str = ""
    programs: tuple[str, ...] = ()
    max_cycles: int = 1_000_000
    has_model: bool = True
    waves: bool = False
    folder: Path


def list_core(name: str) -> None:
    """Print a core's variants and programs."""
    core = find_core(name)
    print_table(("Variant", "What it is"), [(variant.name, variant.about) for variant in core.variants])
    print()
    print_table(("Program", "What it does"), [(program.name, program.about) for program in core.programs])


def integrate(request: Request) -> int:
    """Build, run, compare, print; gives the exit status.

    Raises:
        UserError: When a package, a simulator or a file is missing, or a program is none for the core.
    """
    core = find_core(request.core)
    variant = _variant(core, request.variant)
    wanted = say_which(core, request.programs, variant)
    images = [load_program(core, program) for program in wanted]

    def tell() -> None:
        if sys.stderr.isatty():
            _say("building; Verilator and the compiler take a minute, once")

    original = build(core, variant, False, tell=tell)
    with_unit = build(core, variant, True, waves=request.waves, tell=tell)
    comparisons = []
    for program, image in zip(wanted, images, strict=True):
        own = program if isinstance(program, Program) else None
        before = None if own and own.needs_unit else run(original, image, request.max_cycles)
        with _waves(request, image.name) as waves:
            after = run(with_unit, image, request.max_cycles, request.has_model, waves)
            if waves is not None:
                _show_timeline(waves, core, image.name, request.folder)
        more, because = (own.more_cycles, own.because) if own else (0, "")
        name = own.name if own else image.name
        comparisons.append(Comparison(name=name, original=before, unit=after, more_cycles=more, because=because))
    return _print(core, comparisons, request.max_cycles)


def _variant(core: Core, name: str) -> Variant:
    known = {variant.name: variant for variant in core.variants}
    if not name:
        return core.variants[0]
    if name not in known:
        raise UserError(f"{core.title} has no variant {name!r}: there are {', '.join(known)}")
    return known[name]


def _print(core: Core, comparisons: list[Comparison], max_cycles: int) -> int:
    """The table, and in words what differs; gives the exit status."""
    columns = ("Program", "CSR file", "Verdict", "Cycles", "Instructions", "Traps", "Golden model", "Comparison")
    rows = []
    for one in comparisons:
        said = "same" if one.is_same else "differs"
        if one.is_same and one.more_cycles:
            said = f"{one.more_cycles:+} cycles: {one.because}"
        for title, side in ((f"{core.title}'s", one.original), ("utrap", one.unit)):
            if side is None:
                continue
            end, is_unit = side.end, title == "utrap"
            events = f"{side.compared:,} events agree" if side.compared else ""
            figures = (f"{end.cycles:,}", f"{end.retired:,}", f"{len(side.traps):,}")
            rows.append((one.name, title, side.verdict, *figures, events, said if is_unit else ""))
    print_table(columns, rows, widest="Comparison")
    for one in comparisons:
        for difference in one.differences:
            _say(f"{one.name}: {difference}")
    unfinished = [one for one in comparisons if one.is_unfinished]
    for one in unfinished:
        _say(f"{one.name}: no end within {max_cycles:,} cycles; --max-cycles allows more")
    if not all(one.is_same for one in comparisons):
        return DIFFERS
    return UNFINISHED if unfinished else 0


def _say(line: str) -> None:
    print(f"utrap integrate: {line}", file=sys.stderr, flush=True)


@contextmanager
def _waves(request: Request, program: str) -> Iterator[Path | None]:
    """Where to write waves, which appear in the folder when they are whole."""
    if not request.waves:
        yield None
        return
    path = request.folder / f"{Path(program).stem}.vcd"
    with appearing(path) as waves:
        yield waves
    _say(f"waves are in {path}")


def _show_timeline(waves: Path, core: Core, program: str, folder: Path) -> None:
    """Write the traps and returns of the unit inside the core: the picture, the page, the rows as JSON."""
    told = read_timeline(waves, f"{program} on {core.title}", core.unit)
    paths = write_atomically(folder, timeline_files(told, Path(program).stem))
    _say(f"the timeline is in {', '.join(map(str, paths))}")
