"""What the equivalence proof makes of a unit with a fault in it: task after task, up to the first refutation."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.simulators.processes import CALL, child, last_words
from utrap_strength.faults.fault import Fault

__all__ = ["print_refutation", "run_proof"]

_STATE = "the registers themselves"


def run_proof(fault: Fault, config: Config, verilog: Path) -> dict[str, Any]:
    """Prove the Verilog equal to the model, the fault's task first; return what refuted it.

    Keys: `seconds`; `task` and `differences`, unless all was proved.

    Raises:
        UserError: The proof ended by itself.
    """
    words = (f"{__name__}:print_refutation", json.dumps(config.to_json()), str(verilog), fault.task)
    with child(CALL, *words, output=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read().decode(errors="replace")
        status = process.wait()
    if status:
        raise UserError(f"{fault.name}: the proof ended by itself: {last_words(said)}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def print_refutation(configuration: str, verilog: str, first: str) -> int:
    """Print what refutes some Verilog of a configuration, as JSON."""
    from utrap_formal.equivalence.correspondence import CorrespondenceError
    from utrap_formal.equivalence.suite import suite
    from utrap_formal.task import Status

    start = time.perf_counter()
    found: dict[str, Any] = {}
    try:
        whole = suite(Config.from_json(json.loads(configuration)), Path(verilog).read_text(encoding="utf-8"))
        prove = whole.open(whole.material)
        for task in sorted(whole.tasks, key=lambda task: not task.name.startswith(first)):
            (result,) = prove([task])
            if result.status is Status.REFUTED:
                differences = [line for line in result.note.splitlines() if ": model " in line or ", then " in line]
                found = {"task": task.name, "differences": differences}
                break
    except CorrespondenceError as error:
        found = {"task": _STATE, "differences": [str(error)]}
    print(json.dumps({**found, "seconds": round(time.perf_counter() - start, 2)}), flush=True)
    return 0
