"""Builds for simulators, made once and kept.

A build is kept in a folder named by a hash of everything that it is made of,
under `build/sim/` in a checkout, else in the user's cache folder;
`UTRAP_SIM_CACHE` names another.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from utrap.command_line.errors import UserError

from .installed import Simulator
from .processes import CALL, child

__all__ = ["MAKE_VARIABLES", "VERILATOR_ARGUMENTS", "Recipe", "build_once", "cache_folder"]

#: Arguments of Verilator: the bench lets time pass (--timing); lint is the emitter's business, not a bench's.
VERILATOR_ARGUMENTS = ("--timing", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--x-assign", "fast")
#: What configure would have found out about g++: the wheel was made for another compiler, and says nothing.
MAKE_VARIABLES = (
    "CXX=g++",
    "LINK=g++",
    "OPT_FAST=-O2",
    "CFG_CXXFLAGS_STD=-std=gnu++20",
    "CFG_CXXFLAGS_COROUTINES=-fcoroutines",
    "CFG_CXXFLAGS_PCH_I=-include",
)


def cache_folder() -> Path:
    """Where builds are kept."""
    if chosen := os.environ.get("UTRAP_SIM_CACHE"):
        return Path(chosen).absolute()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").exists() and (checkout / "hdl").is_dir():
        return checkout / "build" / "sim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "utrap" / "sim"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make a folder of the cache.

    Attributes:
        key: What the product depends on beside the simulator: another key, another folder.
        runtime: What the objects of Verilator's own library depend on.
        sources: Gives the files to put into the folder first, by name; not called when the folder is there.
        function: What makes it, in a process of its own: `module:function`, which takes words and gives a status.
        words: Words for the function; the simulator's name and the folder are added.
        kept: Files of the folder that are kept; what the compiler leaves beside them is large.
    """

    key: tuple[str, ...]
    runtime: tuple[str, ...]
    sources: Callable[[], Mapping[str, str]]
    function: str
    words: tuple[str, ...]
    kept: tuple[str, ...]


def build_once(simulator: Simulator, recipe: Recipe) -> Path:
    """A folder made as the recipe says, from the cache or new.

    Raises:
        UserError: When the command fails; the line names its log.
    """
    folder = cache_folder() / f"{simulator.name}-{_hash(simulator, *recipe.key)}"
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as hidden:
            new = Path(hidden, "build")
            new.mkdir()
            for name, text in recipe.sources().items():
                (new / name).write_text(text)
            runtime = folder.with_name(f"runtime-{_hash(simulator, *recipe.runtime)}")
            _lend_runtime(runtime, new)
            _build(simulator, new, recipe, folder.with_suffix(".log"))
            _keep_runtime(new, runtime)
            _remove_what_is_used_up(new, (*recipe.kept, "build.log"))
            _rename(new, folder)
    except OSError as error:
        raise UserError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    return folder


def _rename(new: Path, folder: Path) -> None:
    """Put a finished build into its place; another process may have been faster."""
    try:
        new.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _build(simulator: Simulator, folder: Path, recipe: Recipe, log: Path) -> None:
    """Build in a process of its own, which is ended with its compilers when this one is."""
    text = folder / "build.log"
    words = (recipe.function, *recipe.words, simulator.name, str(folder))
    # What a compiler that is ended leaves behind goes with the folder.
    environment = {**simulator.environment, "TMPDIR": str(folder)}
    with (
        text.open("wb") as output,
        child(CALL, *words, output=output, folder=folder.parent, environment=environment) as process,
    ):
        status = process.wait()
    if status:
        shutil.copy(text, log)
        raise UserError(f"{simulator.name} could not build the bench; its messages are in {log}")


def _hash(simulator: Simulator, *parts: str) -> str:
    """A name for what is made by this simulator of these parts."""
    parts = (simulator.name, simulator.version, *VERILATOR_ARGUMENTS, *MAKE_VARIABLES, *parts)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _lend_runtime(runtime: Path, build: Path) -> None:
    """Verilator's own library is most of a build's work and the same in each: lend its objects."""
    for path in runtime.glob("*.o"):
        shutil.copyfile(path, build / path.name)


def _keep_runtime(build: Path, runtime: Path) -> None:
    """Keep the library's objects of a finished build for the next one."""
    objects = list(build.glob("verilated*.o"))
    if not objects or runtime.is_dir():
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=runtime.parent) as hidden:
        new = Path(hidden, "runtime")
        new.mkdir()
        for path in objects:
            shutil.copyfile(path, new / path.name)
        _rename(new, runtime)


def _remove_what_is_used_up(build: Path, kept: tuple[str, ...]) -> None:
    """The products of the C++ compiler are large."""
    for path in build.iterdir():
        if path.name not in kept:
            path.unlink() if path.is_file() else shutil.rmtree(path)
