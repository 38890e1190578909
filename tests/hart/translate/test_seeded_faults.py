"""A fault put into the translation's sources is found by the random tables."""

import pytest

from .faulty import FAULTS, faulty_verilog
from .test_random_tables import Run


@pytest.fixture(scope="module")
def run():
    return Run(1, 60)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_translation_is_caught(player_of, run, tmp_path, name):
    player = player_of(text=faulty_verilog(FAULTS[name], tmp_path))
    try:
        replies = player.play(run.script)
    except AssertionError:
        return  # no answer, or the bus was misused
    assert run.differences(replies) != []
