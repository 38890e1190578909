"""Waveforms of a regression under Verilator: thousands of events, each as the golden model tells it."""

import random

from utrap.config import Config
from utrap_show.timeline import read_timeline
from utrap_sim.regress.seed import Seed, build_benches, run_seed
from utrap_sim.simulators.bench import Bench
from utrap_testbench.env import Drivers, Scoreboard
from utrap_testbench.golden import step
from utrap_testbench.harts import model_config
from utrap_testbench.sequences import Source, stream

from . import hart
from .test_read import told_by, told_by_the_model

SEED = Seed(profile="msun", xlen=64, simulator="verilator", seed=1, steps=3000, waves=True)


def model_of(seed, config):
    """The cycles of a regression's seed, as the model steps through them."""
    model, bench, rng = model_config(config), Bench(config), random.Random(seed.seed)
    scoreboard = Scoreboard(model, bench.outputs, 0)
    drivers = Drivers(bench.inputs, random.Random(rng.random()), 0)
    source = Source(model, rng, lambda: scoreboard.state)
    steps = []
    for number, (_, (_, cycle)) in enumerate(zip(range(seed.steps), stream(source), strict=False), 1):
        before = hart._with_lines(model, scoreboard.state, cycle)
        drivers.drive(cycle)
        scoreboard.step(cycle)
        steps.append(hart.Step(number, cycle, before, scoreboard.state, step(model, before, cycle.event)[1]))
    return steps


def test_a_regression_under_verilator_is_told_as_the_model_tells_it(simulator, tmp_path):
    simulator("verilator")
    config = Config.profile(SEED.profile, SEED.xlen)
    result = run_seed(SEED, build_benches(config, ("verilator",), waves=True))
    assert result.has_passed, result.crash or result.failure
    path = tmp_path / "seed.vcd"
    path.write_bytes(result.files[f"{SEED.name}.vcd"])
    timeline = read_timeline(path, accesses=True)
    assert timeline.scope == "bench.dut"
    assert told_by(timeline) == told_by_the_model(config, model_of(SEED, config), accesses=True)
    assert len(timeline.events) > 1000
    assert [event for event in timeline.events if event.others] == []
