"""Scenarios played on a hart and on its Verilog."""

from functools import cache

import pytest

from utrap.config import Config
from utrap_sim.waves import run as running
from utrap_sim.waves.bench import WaveBench
from utrap_sim.waves.library import SCENARIOS
from utrap_sim.waves.model_hart import Hart

_unit_verilog = WaveBench.unit_verilog


@cache
def _verilog_of(config):
    return _unit_verilog(WaveBench(config))


@pytest.fixture(autouse=True)
def elaborated_once(monkeypatch):
    """A configuration's Verilog is the same for every scenario."""
    monkeypatch.setattr(WaveBench, "unit_verilog", lambda bench: _verilog_of(bench.config))


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
