"""Random programs through all modes: every instruction and every trap of the hart beside the reference hart."""

import pytest

from utrap.errors import UserError
from utrap_hart.hart import hart_config
from utrap_sim.configs import model_config
from utrap_sim.simulators import find_simulator

from .random_programs import random_program
from .reference import Trapped
from .soc_runs import Soc, differences, happened, sources


@pytest.fixture(scope="module")
def soc(tmp_path_factory):
    """The platform, or another text of it."""
    try:
        find_simulator("icarus")
    except UserError as error:
        pytest.skip(str(error))
    known = {}

    def soc(files=None):
        files = files or sources(hart_config())
        key = tuple(files.items())
        if key not in known:
            known[key] = Soc(tmp_path_factory.mktemp("soc"), files)
        return known[key]

    return soc


STEPS = 60
#: Exceptions and interrupts that two programs show, at least.
EXCEPTIONS = {0, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 21, 22, 23}
INTERRUPTS = {0, 1, 5, 6, 7, 8, 9}


def test_the_hart_does_what_the_reference_does(soc):
    seen = set()
    for seed in (1, 2):
        memory = random_program(model_config(hart_config()), seed, STEPS)
        lines = soc().run(memory, slow=seed == 2)
        assert list(differences(hart_config(), memory, lines)) == [], seed
        traps = [trap for trap in map(happened, lines[:-1]) if isinstance(trap, Trapped)]
        seen |= {(trap.is_interrupt, trap.cause) for trap in traps}
    assert {cause for is_interrupt, cause in seen if not is_interrupt} >= EXCEPTIONS
    assert {cause for is_interrupt, cause in seen if is_interrupt} >= INTERRUPTS
