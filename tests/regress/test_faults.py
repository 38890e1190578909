"""The testbench can fail: faults of every class in the Verilog are caught, with a report that leads to them."""

import json
import os
import sys
from pathlib import Path

import pytest

from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.cocotb_bench import build, cocotb_test
from utrap_sim.simulators.installed import find_simulator
from utrap_testbench.harts import model_config

from .faults import FAULTS, seeded

HERE = Path(__file__).resolve().parent
STEPS = 24_000


class FaultyBench(Bench):
    """A bench of the unit with the faults in it."""

    def unit_verilog(self) -> str:
        return seeded(super().unit_verilog(), self.config.xlen)


@pytest.fixture(
    scope="module",
    params=[("icarus", 64), ("verilator", 64), ("verilator", 32)],
    ids=lambda param: f"{param[0]}-rv{param[1]}",
)
def failures(request, simulator, tmp_path_factory):
    """The first difference of every fault; of 0, no fault, there is none."""
    name, xlen = request.param
    found = find_simulator(simulator(name))
    bench = FaultyBench(Config.profile("full", xlen))
    built = build(bench, found)
    folder = tmp_path_factory.mktemp("faults")
    job = {
        "config": model_config(bench.config).to_json(),
        "seed": 1,
        "steps": STEPS,
        "reset": True,
        "faults": len(FAULTS),
        "inputs": [(field.name, field.width) for field in bench.inputs.fields],
        "outputs": [(field.name, field.width) for field in bench.outputs.fields],
    }
    (folder / "job.json").write_text(json.dumps(job))
    environment = {"PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)])}
    log = folder / "log"
    with (
        log.open("wb") as output,
        cocotb_test(found, built, folder, "bench_faults", output=output, environment=environment) as process,
    ):
        process.wait(600)
    result = folder / "result.json"
    assert result.exists(), log.read_text()[-4000:]
    return {int(number): failure for number, failure in json.loads(result.read_text()).items()}


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
