"""Runs inside the simulator: the unit with each fault in turn, each until a difference shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cocotb

from utrap_sim.regress.bench_regress import JOB, RESULT, Environment


@cocotb.test()
async def every_fault(dut: Any) -> None:
    """Write down, for every fault, the first difference."""
    job = json.loads(Path(JOB).read_text())
    failures = {}
    for number in [0, *range(1, job["faults"] + 1)]:
        dut.dut.fault.value = number
        environment = Environment(dut, job if number else job | {"steps": job["steps"] // 8})
        failures[number] = await environment.run()
    Path(RESULT).write_text(json.dumps(failures))
