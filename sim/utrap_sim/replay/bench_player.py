"""Runs inside the simulator: plays the file of stimuli whenever the parent says so, until the parent hangs up."""

from __future__ import annotations

import os
from multiprocessing.connection import Client, Connection
from typing import Any

import cocotb
from cocotb.triggers import Timer

#: The environment variables that say where the parent listens, and the key that it expects.
ADDRESS = "UTRAP_PLAYER"
KEY = "UTRAP_PLAYER_KEY"

# A change of `done` alone does not keep Verilator's event loop alive, so it is looked at now and then.
_GLANCE_NS = 100


@cocotb.test()
async def play(dut: Any) -> None:
    """Play once for every message; a message that is false, or the parent's end, is the end."""
    with Client(os.environ[ADDRESS], authkey=bytes.fromhex(os.environ[KEY])) as parent:
        parent.send("ready")
        while _next(parent):
            before = dut.done.value
            dut.play.value = 1
            while dut.done.value == before:
                await Timer(_GLANCE_NS, "ns")
            dut.play.value = 0
            await Timer(1, "ns")
            parent.send("done")


def _next(parent: Connection) -> bool:
    try:
        return bool(parent.recv())
    except EOFError:
        return False
