"""A recorded run of QEMU, and whether QEMU is here."""

import gzip
import json
from types import SimpleNamespace

import pytest

from utrap.command_line.errors import UserError
from utrap_testbench.oracles.qemu import tools
from utrap_testbench.oracles.qemu.program import Program


@pytest.fixture(scope="session")
def recorded(root):
    """The program of seed 5 with 100 steps, and what QEMU 7.2 made of it: see docs/qemu.md for how to make it anew."""

    def text(name):
        return gzip.decompress((root / "tests" / "qemu" / "data" / f"{name}.gz").read_bytes()).decode()

    program = Program.from_json(json.loads(text(tools.PROGRAM)))
    return SimpleNamespace(program=program, uart=text(tools.UART), traps=text(tools.TRAPS))


@pytest.fixture(scope="session")
def qemu():
    """Skips the test where QEMU 7.2 or the assembler is missing."""
    if line := tools.missing():
        pytest.skip(line)
    try:
        tools.check_version()
    except UserError as error:
        pytest.skip(str(error))
