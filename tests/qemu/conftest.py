"""A recorded run of QEMU, the command in this process, and whether QEMU is here."""

import gzip
import json
import tomllib
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry
from utrap.errors import UserError
from utrap_sim.qemu import tools
from utrap_sim.qemu.program import Program


@pytest.fixture(scope="session")
def recorded(root):
    """The program of seed 5 with 100 steps, and what QEMU 7.2 made of it: see docs/qemu.md for how to make it anew."""

    def text(name):
        return gzip.decompress((root / "tests" / "qemu" / "data" / f"{name}.gz").read_bytes()).decode()

    program = Program.from_json(json.loads(text(tools.PROGRAM)))
    return SimpleNamespace(program=program, uart=text(tools.UART), traps=text(tools.TRAPS))


@pytest.fixture
def run(root, monkeypatch, capsys):
    """Run `utrap ARGUMENTS`: its exit status and what it prints. The commands are those that pyproject.toml names."""
    table = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    entries = [EntryPoint(name, value, "utrap.commands") for name, value in table.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries)

    def run(*arguments):
        status = cli._run(list(arguments))
        printed = capsys.readouterr()
        return SimpleNamespace(status=status, out=printed.out, err=printed.err)

    return run


@pytest.fixture(scope="session")
def qemu():
    """Skips the test where QEMU 7.2 or the assembler is missing."""
    if line := tools.missing():
        pytest.skip(line)
    try:
        tools.check_version()
    except UserError as error:
        pytest.skip(str(error))
