"""The command in this process, as `utrap explain` runs it, with its answer taken apart."""

import json
import tomllib
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry


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


@pytest.fixture
def explain(run):
    """The text of an answer; the words of `question` are its arguments."""

    def explain(question):
        result = run("explain", *question.split())
        assert (result.status, result.err) == (0, ""), result.err
        return result.out

    return explain


@pytest.fixture
def ask(explain):
    """An answer as data."""
    return lambda question: json.loads(explain(f"{question} --json"))
