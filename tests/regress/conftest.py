"""The command, and the simulators that this machine has."""

import sys
import tomllib
from pathlib import Path

import pytest

from utrap.errors import UserError
from utrap_sim.simulators import find_simulator


@pytest.fixture(scope="session")
def simulator():
    """Check that a simulator is there; without it the test is skipped with the line that a user would read."""

    def simulator(name):
        try:
            find_simulator(name)
        except UserError as error:
            pytest.skip(str(error))
        return name

    return simulator


@pytest.fixture(scope="session")
def commands(root, tmp_path_factory) -> Path:
    """A folder that makes another process find the commands, as an installation does."""
    entries = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    info = tmp_path_factory.mktemp("site") / "utrap_commands-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[utrap.commands]", *lines, ""]))
    return info.parent


@pytest.fixture(scope="session")
def command() -> list[str]:
    return [sys.executable, "-m", "utrap", "regress"]
