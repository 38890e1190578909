"""The command, the simulators that this machine has, and scenarios played on a hart and on its Verilog."""

import tomllib
from functools import cache
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from utrap import cli, registry
from utrap.config import Config
from utrap.errors import UserError
from utrap_sim.simulators import find_simulator
from utrap_sim.waves import run as running
from utrap_sim.waves.bench import WaveBench
from utrap_sim.waves.hart import Hart
from utrap_sim.waves.library import SCENARIOS

_unit_verilog = WaveBench.unit_verilog


@cache
def _verilog_of(config):
    return _unit_verilog(WaveBench(config))


@pytest.fixture(autouse=True)
def elaborated_once(monkeypatch):
    """A configuration's Verilog is the same for every scenario."""
    monkeypatch.setattr(WaveBench, "unit_verilog", lambda bench: _verilog_of(bench.config))


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


@pytest.fixture
def played():
    """A scenario of the library, or one at hand, played on the model."""

    def played(scenario, profile="full", xlen=64, unit=None, **changes):
        hart = Hart(unit or Config.profile(profile, xlen, **changes))
        (SCENARIOS[scenario] if isinstance(scenario, str) else scenario).play(hart)
        return hart

    return played


@pytest.fixture
def simulated(simulator, played):
    """The same, and on the Verilog."""

    def simulated(scenario, profile="full", xlen=64, on="icarus", **changes):
        simulator(on)
        hart = played(scenario, profile, xlen, **changes)
        return hart, running.run(hart, on)

    return simulated


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def installed(entries, tmp_path_factory):
    """A folder that makes another process find the commands, as an installation does."""
    info = tmp_path_factory.mktemp("site") / "utrap_commands-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: utrap-commands\nVersion: 1\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(["[utrap.commands]", *lines, ""]))
    return info.parent
