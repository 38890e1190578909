"""What a regression makes of a unit with a fault in it: the default run of a simulator, up to the first difference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap_sim.regress.parallel import plan
from utrap_sim.regress.seed import build_benches, run_seed
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_strength.faults.fault import Fault

__all__ = ["is_named", "run_regression"]


def run_regression(fault: Fault, verilog: Path, simulator: str) -> dict[str, Any]:
    """Run seed 1 at the simulator's default length on some Verilog, and return what the first difference says.

    Keys: `events` before it, `seconds` of the run; `event`, `mode`, `sequence` and `differences`, unless there was
    none.

    Raises:
        UserError: The simulator is missing, cannot build, or ended by itself.
    """
    given = GivenVerilog(path=str(verilog), text=verilog.read_text(encoding="utf-8"))
    (seed,) = plan((simulator,), (fault.profile,), (fault.xlen,), settings=fault.settings, given=given)
    result = run_seed(seed, build_benches(seed.config, (simulator,), False, given))
    if result.crash:
        raise UserError(f"{fault.name}: {simulator} ended by itself: {result.crash}")
    found: dict[str, Any] = {"events": result.cycles, "seconds": round(result.seconds, 2)}
    if result.failure is not None:
        found |= {key: result.failure[key] for key in ("event", "mode", "sequence", "differences")}
    return found


def is_named(fault: Fault, found: Mapping[str, Any]) -> bool:
    """Whether what was found names an event and a CSR or output that the fault is about."""
    fields = {re.split("[:@]", line)[0] for line in found["differences"]}
    registers = {field.partition(".")[0] for field in fields}
    return found["event"].startswith(fault.events) and bool((fields | registers) & set(fault.shows))
