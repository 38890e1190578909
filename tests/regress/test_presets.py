"""A short regression of named profiles: sequence after sequence on the Verilog, every cycle compared with the model."""

import pytest

from utrap_sim.regress.seed import Seed, build_benches, run_seed

STEPS = 10_000


@pytest.mark.parametrize("profile", ["rva23s64", "max"])
def test_a_named_profile_is_as_the_model(profile, simulator):
    seed = Seed(profile=profile, xlen=64, simulator=simulator("verilator"), seed=1, steps=STEPS)
    result = run_seed(seed, build_benches(seed.config, ("verilator",), False))
    assert (result.failure, result.crash, result.cycles) == (None, "", STEPS)
    assert len(result.sequences) >= 10
