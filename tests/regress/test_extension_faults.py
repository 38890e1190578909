"""Faults of the newer extensions in the Verilog are caught too, each with a report that leads to it."""

import pytest

from utrap.config import Config

from .extension_faults import EXTENSION_FAULTS
from .playing_faults import first_failures

#: As many as the default regression of `max` has under Icarus.
STEPS = 40_000


@pytest.fixture(scope="module")
def failures(simulator, tmp_path_factory):
    """The first difference of every fault; of 0, no fault, there is none."""
    folder = tmp_path_factory.mktemp("faults")
    return first_failures(Config.profile("max"), simulator("verilator"), EXTENSION_FAULTS, folder, STEPS)


def test_every_extension_has_its_faults():
    kinds = [fault.kind for fault in EXTENSION_FAULTS]
    wanted = {"Sstc", "Sscofpmf", "Smstateen", "pointer masking", "xenvcfg", "double traps", "Smrnmi", "Sdext"}
    assert set(kinds) == wanted
    assert all(kinds.count(kind) >= 2 for kind in wanted)


def test_without_a_fault_nothing_differs(failures):
    assert failures[0] is None


@pytest.mark.parametrize(
    "number", range(1, len(EXTENSION_FAULTS) + 1), ids=lambda number: EXTENSION_FAULTS[number - 1].what
)
def test_a_fault_is_caught_and_named(failures, number):
    fault, failure = EXTENSION_FAULTS[number - 1], failures[number]
    assert failure is not None, f"{fault.kind}: {fault.what}: not caught in {STEPS} cycles"
    assert any(line.startswith(f"{name}:") for line in failure["differences"] for name in fault.shows), failure
