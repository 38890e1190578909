"""The command `utrap linux`: builds Linux and what belongs to it, boots it on the hart, shows what accesses cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from utrap.command_line.files import write_atomically
from utrap_hart.exits.baseline import Baseline, change_table
from utrap_hart.exits.command import measure as measure_bundled
from utrap_hart.exits.show import print_tables
from utrap_hart.run.simulation import build

from .building import Boot, build_kernel, build_system, check
from .console import Console
from .measure import Failed, Measured, measure
from .qemu import check_under_qemu
from .show import PATHS, document, draw, markdown, print_measured

__all__ = ["MEMORY", "run"]

#: MiB of memory: what Linux needs and as much again for a guest.
MEMORY = 64
_CONSOLE = "console.log"


def run(
    folder: Path, *, as_json: bool, only_build: bool, under_qemu: bool = False, baseline: Baseline | None = None
) -> int:
    """Build, boot, measure, show, with a baseline the changes; gives the exit status.

    Raises:
        UserError: When something is missing, or cannot be built.
    """
    check()
    boot = _build(folder)
    if only_build:
        print(f"utrap run {boot.elf} --memory {MEMORY}M --max-cycles 1000000000 --input -")
        return 0
    if under_qemu:
        return _check_under_qemu(boot, folder)
    with _progress("building the hart for Verilator") as tell:
        built = build("verilator", tell=lambda: tell(0.0), memory=MEMORY << 20)
    bundled = measure_bundled(build("verilator"))
    console = Console()
    try:
        with _progress("Linux boots") as tell:
            measured = measure(built, boot, console, lambda cycle, phase: tell(None, f"{phase}: {cycle:,} cycles"))
    except Failed as error:
        _keep(folder, console)
        print(f"utrap linux: {error}; the console is in {folder / _CONSOLE}", file=sys.stderr)
        return 1
    _keep(folder, console)
    figures = document(measured, bundled)
    found = json.dumps(figures, indent=2) + "\n"
    files = {"linux.md": markdown(measured, bundled), "linux.json": found, **_pictures(measured)}
    written = write_atomically(folder, {name: text.encode() for name, text in files.items()})
    if as_json:
        print(found, end="")
    else:
        print_measured(measured, bundled)
        if baseline is not None:
            print_tables([change_table(figures["accesses"], baseline, PATHS)])
        print(f"{measured.compared:,} events agree with the golden model; {', '.join(map(str, written))}")
    return 0


def _check_under_qemu(boot: Boot, folder: Path) -> int:
    console = Console()
    with _progress("Linux under QEMU"):
        wrong = check_under_qemu(boot, console)
    _keep(folder, console)
    if wrong is not None:
        print(f"utrap linux: {wrong}; the console is in {folder / _CONSOLE}", file=sys.stderr)
        return 1
    print(f"QEMU: {len(console.rounds)} workloads passed on the paths that it has, (a) and (b)")
    return 0


def _pictures(measured: Measured) -> dict[str, str]:
    return {f"linux-{name}": picture for name, picture in draw(measured).items()}


def _build(folder: Path) -> Boot:
    with _progress("building Linux 6.1, once; it takes minutes") as tell:
        kernel = build_kernel(tell)
    return build_system(kernel, folder, MEMORY)


def _keep(folder: Path, console: Console) -> None:
    write_atomically(folder, {_CONSOLE: bytes(console.text)})


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
