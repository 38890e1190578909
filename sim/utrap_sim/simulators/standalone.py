"""A bench that runs by itself, without cocotb: built once and kept, and run in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .builds import MAKE_VARIABLES, Recipe, build_once
from .installed import Simulator
from .processes import RUN, child

__all__ = ["MAIN", "Training", "build_alone", "build_here", "run_alone"]

#: C++ with a main() that drives the bench's clock; without it time passes by what the Verilog says, which takes longer.
MAIN = "main.cpp"
#: Arguments of Verilator for such a bench; lint is the emitter's business.
_VERILATOR_ARGUMENTS = (
    "-O3",
    "-Wno-fatal",
    "-Wno-lint",
    "-Wno-style",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
)
#: What the compiler is told for a build that counts which ways its program takes, and for one that has the counts:
#: what was not counted is compiled as without.
_COUNTING = ("OPT_FAST=-O2 -fprofile-generate", "LDFLAGS=-fprofile-generate")
_COUNTED = ("OPT_FAST=-O2 -fprofile-use -fprofile-partial-training -Wno-missing-profile",)


@dataclass(frozen=True)
class Training:
    """A run that shows the compiler which ways Verilator's program takes.

    With it the build takes twice as long, and the program a fifth less: that pays for runs of minutes.

    Attributes:
        arguments: Of the run.
        files: That it needs beside the program, by name.
    """

    arguments: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)


def build_alone(
    simulator: Simulator,
    top: str,
    files: Mapping[str, str],
    dump: str,
    tell: Callable[[], None] = lambda: None,
    training: Training | None = None,
) -> Path:
    """What runs the bench, from the cache or new: Verilator's program, or Icarus' `*.vvp`.

    Args:
        simulator: Need not be one for cocotb.
        top: The module of the bench.
        files: The Verilog, and C++ that Verilator's program is linked with, by name; `MAIN` is one that may be there.
        dump: The format that Verilator's program can dump waves in, vcd or fst, or "-"; Icarus' can always, in both.
        tell: Called before a build that is not in the cache.
        training: Makes Verilator's program for long runs; Icarus has nothing to train.

    Raises:
        UserError: When the build fails.
    """
    if training is None or simulator.name != "verilator":
        training = Training(())
    shared = (dump if simulator.name == "verilator" else "-", *_arguments(MAIN in files))

    def sources() -> Mapping[str, str]:
        tell()
        return {**files, **training.files}

    product = _product(simulator.name, top)
    recipe = Recipe(
        key=(*shared, *files.values(), *training.arguments, *training.files.values()),
        runtime=shared,
        sources=sources,
        function="utrap_sim.simulators.standalone:build_here",
        words=(top, dump, *training.arguments),
        kept=(product, *files),
    )
    return build_once(simulator, recipe) / product


def _arguments(has_main: bool) -> tuple[str, ...]:
    return ("--no-timing" if has_main else "--timing", *(() if has_main else ("--main",)), *_VERILATOR_ARGUMENTS)


def _product(simulator: str, top: str) -> str:
    return top if simulator == "verilator" else f"{top}.vvp"


def run_alone(
    simulator: Simulator,
    program: Path,
    arguments: Sequence[str],
    folder: Path,
    *,
    output: IO[bytes],
    pass_fds: Sequence[int] = (),
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A process that runs what `build_alone` gave.

    Args:
        simulator: The one that it was built for.
        program: What was built.
        arguments: Arguments for the simulator.
        folder: Where it runs, a temporary one: should this process be gone, it is removed.
        output: Where what it prints goes.
        pass_fds: Files that it inherits.
    """
    command = ["vvp", "-n", str(program)] if simulator.name == "icarus" else [str(program)]
    return child(
        RUN,
        *command,
        *arguments,
        output=output,
        folder=folder,
        cwd=folder,
        environment=simulator.environment,
        pass_fds=pass_fds,
    )


def build_here(top: str, dump: str, *words: str) -> int:
    """Build every `*.v` of a folder in it, for Verilator `*.cpp` too; gives the failing tool's status, or 0.

    The last two words are the simulator and the folder, those before them the arguments of a training run.
    """
    *training, simulator, folder = words
    kinds = ("*.v", "*.cpp") if simulator == "verilator" else ("*.v",)
    sources = sorted(path.name for kind in kinds for path in Path(folder).glob(kind))
    for command in _commands(top, dump, simulator, sources, Path(folder), training):
        status = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode
        if status:
            return status
    return 0


def _commands(
    top: str, dump: str, simulator: str, sources: list[str], folder: Path, training: list[str]
) -> Iterator[list[str]]:
    if simulator == "icarus":
        yield ["iverilog", "-g2005", "-o", _product(simulator, top), "-s", top, *sources]
        return
    arguments = ["--exe", *_arguments(MAIN in sources), *([f"--trace-{dump}"] if dump != "-" else [])]
    verilate = ["verilator", "--cc", *arguments, "--top-module", top, "--prefix", "Vtop", "-o", top, "-Mdir", "."]
    # Objects of Verilator's library that are there already are good, although the makefile is newer.
    old = [f"--old-file={path.name}" for path in folder.glob("verilated*.o")]
    make = ["make", f"-j{os.cpu_count() or 1}", "-f", "Vtop.mk", *old, *MAKE_VARIABLES]
    yield [*verilate, *sources]
    if not training:
        yield make
        return
    yield [*make, *_COUNTING]
    yield [f"./{top}", *training]
    for counted in folder.glob("*.gcda"):
        counted.with_suffix(".o").unlink()
    yield [*make, *_COUNTED]
