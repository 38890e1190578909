"""A configuration's bench, built for several simulators, as a child of `regress.seed` does it: a function of words.

A worker is a thread among others, and elaborating the unit would keep them all from running for seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.design_error import DesignError
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.cocotb_bench import build
from utrap_sim.simulators.given_verilog import GivenVerilog
from utrap_sim.simulators.installed import find_simulator

__all__ = ["build_benches"]


def build_benches(request: str) -> int:
    """Build for every simulator named, and print the folders and what the bench's vectors hold.

    All is JSON; `request` is the file that says what to build.
    """
    try:
        answer = _build(json.loads(Path(request).read_text()))
    except (UserError, DesignError) as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
    return 0


class _Bench(Bench):
    """A bench whose unit is elaborated once, however many simulators there are."""

    def unit_verilog(self) -> str:
        """The unit's own Verilog."""
        if not hasattr(self, "_text"):
            self._text = super().unit_verilog()
        return self._text


def _build(request: dict[str, Any]) -> dict[str, Any]:
    given = request["given"]
    bench = _Bench(Config.from_json(request["config"]), given and GivenVerilog(**given))
    return {
        "folders": {name: str(build(bench, find_simulator(name), request["waves"])) for name in request["simulators"]},
        "inputs": [[field.name, field.width] for field in bench.inputs.fields],
        "outputs": [[field.name, field.width] for field in bench.outputs.fields],
    }
