"""What every test may ask for: the checkout, and the command as a user runs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = [ROOT / name for name in ("hdl", "testbench", "sim", "formal", "examples/hart")]

# Started in the background, a process and its children ignore SIGINT; the tests of Ctrl-C send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Products go to build/.
set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
# How long an example takes says more about the machine than about us.
settings.register_profile("utrap", deadline=None, print_blob=True)
settings.load_profile("utrap")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def environment() -> Callable[..., dict[str, str]]:
    """The environment of a child process that imports our packages, and `more` folders, from source."""

    def environment(*more: Path) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return {**plain, "PYTHONPATH": os.pathsep.join(map(str, [*more, *SOURCE_ROOTS]))}

    return environment


@pytest.fixture(scope="session")
def utrap(environment: Callable[..., dict[str, str]]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `utrap ARGUMENTS` to its end, with what it prints as text. `path`: folders with plug-ins."""

    def utrap(*arguments: str, path: list[Path] | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 600, **options}
        command = [sys.executable, "-m", "utrap", *arguments]
        return subprocess.run(command, text=True, env=environment(*(path or [])), **options)

    return utrap
