"""Random programs through all modes: every instruction and every trap of the hart beside the reference hart."""

from functools import cache

import pytest

from utrap_hart.hart import hart_config
from utrap_hart.platform.verilog_files import platform_verilog
from utrap_testbench.harts import model_config

from .faults import FAULTS
from .random_programs import random_program
from .soc_runs import differences, sources, trapped

#: Chosen so that each of the faults shows in one of them.
SEEDS = (1, 2, 4, 5)
STEPS = 80
#: Exceptions and interrupts that the programs show, at least.
EXCEPTIONS = {0, 2, 3, 4, 5, 6, 8, 12, 13, 15, 20, 21, 22, 23}
INTERRUPTS = {0, 1, 3, 4, 5, 7, 8, 9, 10}


@cache
def program(seed):
    return random_program(model_config(hart_config()), seed, STEPS)


def test_the_hart_does_what_the_reference_does(soc):
    seen = set()
    for seed in SEEDS:
        lines = soc().run(program(seed), slow=seed % 2 == 0)
        assert list(differences(hart_config(), program(seed), lines)) == [], seed
        seen |= {(trap.is_interrupt, trap.cause) for trap in trapped(lines)}
    assert {cause for is_interrupt, cause in seen if not is_interrupt} >= EXCEPTIONS
    assert {cause for is_interrupt, cause in seen if is_interrupt} >= INTERRUPTS


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_hart_is_found(soc, monkeypatch, name):
    where, attribute, other = FAULTS[name]
    monkeypatch.setattr(where, attribute, other)
    faulty = soc({**sources(hart_config()), "soc.v": platform_verilog(hart_config())})
    found = (list(differences(hart_config(), program(seed), faulty.run(program(seed), 60_000))) for seed in SEEDS)
    assert any(found)
