"""The testbench can fail: faults of every class in the Verilog are caught, with a report that leads to them."""

import pytest

from utrap.config import Config

from .faults import FAULTS
from .playing_faults import STEPS, first_failures


@pytest.fixture(
    scope="module",
    params=[("icarus", 64), ("verilator", 64), ("verilator", 32)],
    ids=lambda param: f"{param[0]}-rv{param[1]}",
)
def failures(request, simulator, tmp_path_factory):
    """The first difference of every fault; of 0, no fault, there is none."""
    name, xlen = request.param
    folder = tmp_path_factory.mktemp("faults")
    return first_failures(Config.profile("full", xlen), simulator(name), FAULTS, folder)


def test_there_are_at_least_20_faults_of_every_class():
    assert len(FAULTS) >= 20
    kinds = {fault.kind for fault in FAULTS}
    wanted = {"routing", "masks", "status stack", "cause renumbering", "vector", "priorities", "verdicts", "windows"}
    assert wanted | {"URET"} <= kinds


def test_without_a_fault_nothing_differs(failures):
    assert failures[0] is None


@pytest.mark.parametrize("number", range(1, len(FAULTS) + 1), ids=lambda number: FAULTS[number - 1].what)
def test_a_fault_is_caught_and_named(failures, number):
    fault, failure = FAULTS[number - 1], failures[number]
    assert failure is not None, f"{fault.kind}: {fault.what}: not caught in {STEPS} cycles"
    assert any(line.startswith(f"{name}:") for line in failure["differences"] for name in fault.shows), failure
    assert all("expected 0x" in line for line in failure["differences"])
    assert failure["event"]
    assert not fault.by or failure["event"].split()[0] in fault.by, failure
    assert failure["cycle"] < STEPS
