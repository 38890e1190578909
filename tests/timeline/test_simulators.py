"""Waveforms of a regression under Verilator: thousands of events, each as the golden model tells it."""

import random

import pytest

from utrap.config import Config
from utrap_show.timeline import read_timeline
from utrap_sim.regress.seed import Seed, build_benches, run_seed
from utrap_sim.simulators.bench import Bench
from utrap_testbench.env import Drivers, Scoreboard
from utrap_testbench.golden import Cause, TakeRnmi
from utrap_testbench.harts import model_config
from utrap_testbench.sequences import Source, stream

from . import hart
from .test_read import told_by, told_by_the_model

SEEDS = (
    Seed(profile="msun", xlen=64, simulator="verilator", seed=1, steps=3000, waves=True),
    Seed(profile="max", xlen=64, simulator="icarus", seed=1, steps=2000, waves=True),
    Seed(profile="max", xlen=32, simulator="icarus", seed=2, steps=2000, waves=True),
)


def model_of(seed, config):
    """The cycles of a regression's seed, as the model steps through them."""
    model, bench, rng = model_config(config), Bench(config), random.Random(seed.seed)
    scoreboard = Scoreboard(model, bench.outputs, 0)
    drivers = Drivers(bench.inputs, random.Random(rng.random()), 0)
    source = Source(model, rng, lambda: scoreboard.state)
    steps = []
    for number, (_, (_, cycle)) in enumerate(zip(range(seed.steps), stream(source), strict=False), 1):
        drivers.drive(cycle)
        expected = scoreboard.step(cycle)
        steps.append(hart.Step(number, cycle, expected.before, scoreboard.state, expected.outcome))
    return steps


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_regression_in_a_simulator_is_told_as_the_model_tells_it(simulator, tmp_path, seed):
    simulator(seed.simulator)
    config = Config.profile(seed.profile, seed.xlen)
    result = run_seed(seed, build_benches(config, (seed.simulator,), waves=True))
    assert result.has_passed, result.crash or result.failure
    (waves,) = (name for name in result.files if name.endswith((".vcd", ".fst")))
    path = tmp_path / waves
    path.write_bytes(result.files[waves])
    timeline = read_timeline(path, accesses=True)
    assert timeline.scope == "bench.dut"
    steps = model_of(seed, config)
    assert told_by(timeline) == told_by_the_model(config, steps, accesses=True)
    doubles = {step.number for step in steps if step.outcome.cause == Cause.DOUBLE_TRAP and not step.outcome.rnmi}
    told = {event.cycle for event in timeline.events if event.double_of}
    assert told == {step.number for step in steps if step.number in doubles and not step.outcome.is_interrupt}
    unexpected = {step.number for step in steps if step.outcome.rnmi and not isinstance(step.cycle.event, TakeRnmi)}
    assert {event.cycle for event in timeline.events if event.to_rnmi_handler} == unexpected
    assert len(timeline.events) > 800
    assert [event for event in timeline.events if event.others] == []
