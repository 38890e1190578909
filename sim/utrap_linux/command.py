"""The command `utrap linux`: builds Linux and what belongs to it, boots it on the hart, shows what accesses cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.files import write_atomically
from utrap_hart.exits.baseline import Baseline, change_table
from utrap_hart.exits.command import measure as measure_bundled
from utrap_hart.exits.show import print_tables
from utrap_hart.run.simulation import Built, build

from .building import Boot, build_kernel, build_system, check
from .console import Console
from .measure import Failed, Ran, measure, measure_boots
from .qemu import check_under_qemu
from .show import (
    PATHS,
    boots_document,
    boots_markdown,
    document,
    draw,
    markdown,
    print_measured,
    workload_table,
)

__all__ = ["MEMORY", "Request", "run"]

#: MiB of memory: what Linux needs and as much again for a guest.
MEMORY = 64
_CONSOLE = "console.log"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asks for.

    Attributes:
        folder: Where the files go.
        as_json: Print JSON and no tables.
        only_build: Measure nothing, and say how to run it.
        under_qemu: Boot under QEMU, and measure nothing.
        has_linux_guest: The guest is Linux, and its boots are measured.
        baseline: Print what has changed since.
    """

    folder: Path
    as_json: bool = False
    only_build: bool = False
    under_qemu: bool = False
    has_linux_guest: bool = False
    baseline: Baseline | None = None


def run(request: Request) -> int:
    """Build, boot, measure, show, with a baseline the changes; gives the exit status.

    Raises:
        UserError: When something is missing, or cannot be built.
    """
    check()
    boot = _build(request)
    if request.only_build:
        print(f"utrap run {boot.elf} --memory {MEMORY}M --max-cycles 1000000000 --input -")
        return 0
    console = Console()
    try:
        if request.under_qemu:
            shown = _check_under_qemu(boot, console)
        else:
            shown = (_measure_boots if request.has_linux_guest else _measure)(request, boot, console)
    except Failed as error:
        _keep(request, console)
        print(f"utrap linux: {error}; the console is in {request.folder / _CONSOLE}", file=sys.stderr)
        return 1
    _keep(request, console)
    print(shown)
    return 0


def _keep(request: Request, console: Console) -> None:
    write_atomically(request.folder, {_CONSOLE: bytes(console.text)})


def _check_under_qemu(boot: Boot, console: Console) -> str:
    with _progress("Linux under QEMU"):
        wrong = check_under_qemu(boot, console)
    if wrong is not None:
        raise Failed(wrong)
    paths = " and ".join(f"({path})" for path in sorted({made.path.value for made in console.rounds}))
    return f"QEMU: {len(console.rounds)} workloads passed on the paths that it has, {paths}"


def _measure(request: Request, boot: Boot, console: Console) -> str:
    built = _build_hart()
    bundled = measure_bundled(build("verilator"))
    with _progress("Linux boots") as tell:
        measured = measure(built, boot, console, lambda cycle, phase: tell(None, f"{phase}: {cycle:,} cycles"))
    figures = document(measured, bundled)
    found = json.dumps(figures, indent=2) + "\n"
    pictures = {f"linux-{name}": picture for name, picture in draw(measured).items()}
    written = _write(request, {"linux.md": markdown(measured, bundled), "linux.json": found, **pictures})
    if request.as_json:
        return found.rstrip()
    print_measured(measured, bundled)
    if request.baseline is not None:
        print_tables([change_table(figures["accesses"], request.baseline, PATHS)])
    return _last_line(measured.ran, written)


def _measure_boots(request: Request, boot: Boot, console: Console) -> str:
    built = _build_hart()
    with _progress("Linux boots") as tell:
        ran = measure_boots(built, boot, console, lambda cycle, phase: tell(None, f"{phase}: {cycle:,} cycles"))
    found = json.dumps(boots_document(ran), indent=2) + "\n"
    written = _write(request, {"linux-guest.md": boots_markdown(ran), "linux-guest.json": found})
    if request.as_json:
        return found.rstrip()
    print_tables([workload_table(ran)])
    return _last_line(ran, written)


def _build_hart() -> Built:
    with _progress("building the hart for Verilator") as tell:
        return build("verilator", tell=lambda: tell(0.0), memory=MEMORY << 20, for_long=True)


def _build(request: Request) -> Boot:
    with _progress("building Linux 6.1, once; it takes minutes") as tell:
        kernel = build_kernel(tell)
    return build_system(kernel, request.folder, MEMORY, request.has_linux_guest)


def _write(request: Request, files: dict[str, str]) -> list[Path]:
    return write_atomically(request.folder, {name: text.encode() for name, text in files.items()})


def _last_line(ran: Ran, written: list[Path]) -> str:
    return f"{ran.compared:,} events agree with the golden model; {', '.join(map(str, written))}"


@contextmanager
def _progress(what: str) -> Iterator[Callable[..., None]]:
    """Shows what goes on where somebody waits for it; the function takes the share that is done, and other words."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)

        def tell(share: float | None, words: str = what) -> None:
            progress.update(task, description=words, total=None if share is None else 1.0, completed=share or 0.0)

        yield tell
