"""What every test may ask for: the checkout, and the command as a user runs it."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import vcdvcd  # noqa: F401 (before what follows)
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from utrap.command_line import cli, registry
from utrap.command_line.errors import UserError
from utrap_sim.simulators.installed import find_simulator
from utrap_testbench.oracles.qemu import tools

# vcdvcd's import lets a broken pipe end the process, which would be the whole of a test run.
signal.signal(signal.SIGPIPE, signal.SIG_IGN)

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = [ROOT / name for name in ("hdl", "testbench", "sim", "formal")]

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


@pytest.fixture(scope="session")
def entries(root: Path) -> dict[str, str]:
    """Where pyproject.toml says that the commands are, installed or not."""
    entries: dict[str, str] = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"][
        registry.ENTRY_POINTS
    ]
    return entries


@pytest.fixture
def run(
    entries: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SimpleNamespace]:
    """Run `utrap ARGUMENTS` in this process: its exit status and what it prints."""
    points = [EntryPoint(name, value, registry.ENTRY_POINTS) for name, value in entries.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)

    def run(*arguments: object) -> SimpleNamespace:
        status = cli._run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return SimpleNamespace(status=status, out=printed.out, err=printed.err)

    return run


@pytest.fixture(scope="session")
def installed(entries: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that makes another process find the commands, as an installation does."""
    info = tmp_path_factory.mktemp("site") / "utrap_commands-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{registry.ENTRY_POINTS}]", *lines, ""]))
    return info.parent


@pytest.fixture(scope="session")
def simulator() -> Callable[[str], str]:
    """Check that a simulator is there; without it the test is skipped with the line that a user would read."""

    def simulator(name: str) -> str:
        if name != "amaranth":
            try:
                find_simulator(name)
            except UserError as error:
                pytest.skip(str(error))
        return name

    return simulator


#: Programs beside those that system-packages.txt names, with their packages.
BESIDE = {"fst2vcd": "gtkwave", "gcc": "g++", "vcd2fst": "gtkwave", "xvfb-run": "xvfb"}


@pytest.fixture(scope="session")
def needs(root: Path) -> Callable[..., None]:
    """Skip the test where one of these programs is missing, with the line that says how to get it."""
    lines = [line.split() for line in (root / "system-packages.txt").read_text().splitlines()]
    packages = {line[1]: line[0] for line in lines if line and not line[0].startswith("#")} | BESIDE

    def needs(*programs: str) -> None:
        for program in programs:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed; on Debian: apt-get install {packages[program]}")

    return needs


@pytest.fixture(scope="session")
def qemu() -> None:
    """Skips the test where QEMU 7.2 or the assembler is missing."""
    if line := tools.missing():
        pytest.skip(line)
    try:
        tools.check_version()
    except UserError as error:
        pytest.skip(str(error))
