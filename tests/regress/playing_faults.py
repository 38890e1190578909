"""Playing the regression on a unit with faults in it, one fault after another."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.cocotb_bench import build, cocotb_test
from utrap_sim.simulators.installed import find_simulator
from utrap_testbench.harts import model_config

from .faults import Fault, seeded

__all__ = ["STEPS", "first_failures"]

HERE = Path(__file__).resolve().parent
#: Cycles in which a fault must show itself.
STEPS = 24_000


def first_failures(
    config: Config, simulator: str, faults: Sequence[Fault], folder: Path, steps: int = STEPS
) -> dict[int, dict[str, Any] | None]:
    """The first difference of every fault, by its number from 1 on; of 0, no fault, there should be none."""

    class FaultyBench(Bench):
        """A bench of the unit with the faults in it."""

        def unit_verilog(self) -> str:
            return seeded(super().unit_verilog(), self.config.xlen, faults)

    found = find_simulator(simulator)
    bench = FaultyBench(config)
    built = build(bench, found)
    job = {
        "config": model_config(bench.config).to_json(),
        "seed": 1,
        "steps": steps,
        "reset": True,
        "faults": len(faults),
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
