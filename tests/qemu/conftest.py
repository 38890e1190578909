"""A recorded run of QEMU."""

import gzip
import json
from types import SimpleNamespace

import pytest

from utrap_testbench.oracles.qemu import tools
from utrap_testbench.oracles.qemu.program import Program


@pytest.fixture(scope="session")
def recorded(root):
    """The program of seed 111 with 100 steps, and what QEMU 7.2 made of it: docs/qemu.md says how to make it anew."""

    def text(name):
        return gzip.decompress((root / "tests" / "qemu" / "data" / f"{name}.gz").read_bytes()).decode()

    program = Program.from_json(json.loads(text(tools.PROGRAM)))
    return SimpleNamespace(program=program, uart=text(tools.UART), traps=text(tools.TRAPS))
