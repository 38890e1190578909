"""The command in this process, the simulators that this machine has, programs made on the spot."""

import tomllib
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry
from utrap.errors import UserError
from utrap_sim.simulators import find_simulator

from . import elf


@pytest.fixture
def run(root, monkeypatch, capsys):
    """Run `utrap ARGUMENTS` here: its exit status and what it prints."""
    entries = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    points = [EntryPoint(name, value, "utrap.commands") for name, value in entries.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)

    def run(*arguments):
        status = cli._run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return SimpleNamespace(status=status, out=printed.out, err=printed.err)

    return run


@pytest.fixture(scope="session")
def simulator():
    """Check that a simulator is there; without it the test is skipped with the line that a user would read."""

    def simulator(name):
        try:
            find_simulator(name, for_cocotb=False)
        except UserError as error:
            pytest.skip(str(error))
        return name

    return simulator


@pytest.fixture
def program(tmp_path):
    """An executable with these instruction words; gives its path."""

    def program(*words, name="program.elf", **options):
        path = tmp_path / name
        path.write_bytes(elf.elf(elf.code(words), **options))
        return path

    return program
