"""The commands in this process and in another, and the simulators that this machine has."""

import json
import tomllib
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry
from utrap.errors import UserError
from utrap_sim.simulators import find_simulator


@pytest.fixture
def entries(root):
    """Where pyproject.toml says that the commands are, installed or not."""
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]


@pytest.fixture
def run(entries, monkeypatch, capsys):
    """Run `utrap ARGUMENTS` here: its exit status and what it prints."""
    points = [EntryPoint(name, value, "utrap.commands") for name, value in entries.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)

    def run(*arguments):
        status = cli._run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return SimpleNamespace(status=status, out=printed.out, err=printed.err)

    return run


@pytest.fixture
def installed(entries, tmp_path_factory):
    """A folder that makes another process find the commands, as an installation does."""
    info = tmp_path_factory.mktemp("site") / "utrap_commands-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[utrap.commands]", *lines, ""]))
    return info.parent


@pytest.fixture(scope="session")
def simulator():
    """Check that a simulator is there; without it the test is skipped with the line that a user would read."""

    def simulator(name):
        if name != "amaranth":
            try:
                find_simulator(name)
            except UserError as error:
                pytest.skip(str(error))
        return name

    return simulator


@pytest.fixture
def recorded(run, tmp_path):
    """Records made by `utrap record` with the given options."""

    def recorded(*options, name="recorded.jsonl"):
        result = run("record", tmp_path / name, *options)
        assert (result.status, result.err) == (0, "")
        return tmp_path / name

    return recorded


@pytest.fixture
def changed(tmp_path):
    """A copy of a file of records in which `change` has altered the object of one line."""

    def changed(path, line, change):
        lines = path.read_text().splitlines()
        value = json.loads(lines[line - 1])
        change(value)
        lines[line - 1] = json.dumps(value)
        (tmp_path / "changed.jsonl").write_text("\n".join(lines) + "\n")
        return tmp_path / "changed.jsonl"

    return changed
