"""Builds a configuration's bench in a process of its own: `python -m utrap_sim.regress.build_bench`.

The request is a line of JSON on the standard input, which stays open: its end
is the end of the parent, and of whatever is being built here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import Any

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.builds import build, find_simulator

__all__ = ["main"]


def main() -> None:
    """Build for every simulator named, and print the folders and what the bench's vectors hold."""
    request = json.loads(_first_line())
    threading.Thread(target=_follow_parent, daemon=True).start()
    try:
        answer = _prepare(request)
    except UserError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)


class _Bench(Bench):
    """A bench whose unit is elaborated once, however many simulators there are."""

    def unit_verilog(self) -> str:
        """The unit's own Verilog."""
        if not hasattr(self, "_text"):
            self._text = super().unit_verilog()
        return self._text


def _prepare(request: dict[str, Any]) -> dict[str, Any]:
    bench = _Bench(Config.from_json(request["config"]))
    return {
        "folders": {name: str(build(bench, find_simulator(name), request["waves"])) for name in request["simulators"]},
        "inputs": [[field.name, field.width] for field in bench.inputs.fields],
        "outputs": [[field.name, field.width] for field in bench.outputs.fields],
    }


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1 << 16)
    return line


def _follow_parent() -> None:
    while os.read(0, 1):
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
