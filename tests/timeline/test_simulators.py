"""Waveforms of a regression under Verilator: thousands of events, each as the golden model tells it."""

import pytest

from utrap.config import Config
from utrap_show.timeline import read_timeline
from utrap_sim.regress.seed import Seed, build_benches, job_of, run_seed
from utrap_sim.regress.stimuli import Stimuli
from utrap_testbench.golden import Cause, TakeRnmi

from . import hart
from .test_read import told_by, told_by_the_model

SEEDS = (
    Seed(profile="msun", xlen=64, simulator="verilator", seed=1, steps=3000, waves=True),
    Seed(profile="max", xlen=64, simulator="icarus", seed=1, steps=2000, waves=True),
    Seed(profile="max", xlen=32, simulator="icarus", seed=2, steps=2000, waves=True),
)


def model_of(seed, built):
    """The cycles of a regression's seed, as the model steps through them."""
    stimuli = Stimuli(job_of(seed, built))
    return [
        hart.Step(number, expected.cycle, expected.before, stimuli.scoreboard.state, expected.outcome)
        for number, (_, _, expected) in enumerate(stimuli)
    ]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_regression_in_a_simulator_is_told_as_the_model_tells_it(simulator, tmp_path, seed):
    simulator(seed.simulator)
    config = Config.profile(seed.profile, seed.xlen)
    built = build_benches(config, (seed.simulator,), waves=True)
    result = run_seed(seed, built)
    assert result.has_passed, result.crash or result.failure
    (waves,) = (name for name in result.files if name.endswith((".vcd", ".fst")))
    path = tmp_path / waves
    path.write_bytes(result.files[waves])
    timeline = read_timeline(path, accesses=True)
    assert timeline.scope == "bench.dut"
    steps = model_of(seed, built)
    assert told_by(timeline) == told_by_the_model(config, steps, accesses=True)
    doubles = {s.number for s in steps if s.outcome.cause == Cause.DOUBLE_TRAP and not s.outcome.is_interrupt}
    assert {event.cycle for event in timeline.events if event.double_of is not None} == doubles
    unexpected = {step.number for step in steps if step.outcome.rnmi and not isinstance(step.cycle.event, TakeRnmi)}
    assert {event.cycle for event in timeline.events if event.to_rnmi_handler} == unexpected
    assert len(timeline.events) > 800
    assert [event for event in timeline.events if event.others] == []
