"""The command in this process, and proofs of single tasks on Verilog that may have been tampered with."""

import tomllib
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry
from utrap.config import Config
from utrap.emit.verilog import verilog
from utrap_formal.equivalence.suite import suite
from utrap_formal.runner import run as run_suite

FULL32 = Config.profile("full", 32)
MU32 = Config.profile("mu", 32)


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
def text():
    """The Verilog of a configuration, made once."""
    made = {}

    def text(config):
        if config not in made:
            made[config] = verilog(config)
        return made[config]

    return text


@pytest.fixture(scope="session")
def prove():
    """Prove the tasks of a name on some Verilog, in this process."""

    def prove(config, text, name):
        whole = suite(config, text)
        chosen = replace(whole, tasks=tuple(task for task in whole.tasks if task.name == name))
        assert chosen.tasks, f"no task {name}: {[task.name for task in whole.tasks]}"
        (result,) = run_suite(chosen, jobs=1)
        return result

    return prove


@pytest.fixture
def utrap_with_commands(utrap, root, tmp_path):
    """Run `utrap ARGUMENTS` in another process that finds the commands, as an installation does."""
    entries = tomllib.loads((root / "pyproject.toml").read_text())["project"]["entry-points"]["utrap.commands"]
    info = tmp_path / "site" / "utrap_commands-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[utrap.commands]", *lines, ""]))

    def utrap_with_commands(*arguments):
        return utrap(*arguments, path=[info.parent])

    return utrap_with_commands
