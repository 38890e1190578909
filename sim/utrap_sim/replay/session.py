"""A running simulator that plays stimuli when asked: `start` a batch, do something else, `finish` it."""

from __future__ import annotations

import secrets
import subprocess
from contextlib import ExitStack, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Protocol

from utrap.command_line.errors import UserError
from utrap_sim.simulators.bench import Bench
from utrap_sim.simulators.cocotb_bench import build, cocotb_test
from utrap_sim.simulators.installed import find_simulator
from utrap_sim.simulators.played import read_observed, write_stimuli
from utrap_sim.simulators.processes import ended_by_itself

__all__ = ["Player", "Session"]


class Player(Protocol):
    """What plays stimuli: lines of hexadecimal text, one a cycle, `observe` asks for a line in return."""

    def start(self, stimuli: str) -> None:
        """Begin with a batch."""

    def finish(self) -> list[str]:
        """Wait for the batch's end and give the lines that it asked for."""


class Session:
    """A player under a simulator; a context manager, after which no process is left.

    Args:
        bench: The bench to build and run.
        name: icarus or verilator.

    Raises:
        UserError: When the simulator is missing, cannot be built, or ends by itself.
    """

    def __init__(self, bench: Bench, name: str) -> None:
        self.simulator = find_simulator(name)
        self._inputs, self._outputs = bench.inputs, bench.outputs
        self._built = build(bench, self.simulator)

    def __enter__(self) -> Session:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="utrap-sim-")))
            self._connect(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if kind is None:
                with suppress(OSError, subprocess.TimeoutExpired):
                    self._connection.send(False)
                    self._process.wait(10)

    def _connect(self, stack: ExitStack) -> None:
        key = secrets.token_bytes(16)
        with Listener(str(self._folder / "player"), "AF_UNIX", authkey=key) as listener:
            environment = {"UTRAP_PLAYER": str(listener.address), "UTRAP_PLAYER_KEY": key.hex()}
            player = "utrap_sim.replay.bench_player"
            with (self._folder / "log").open("wb") as log:
                self._process = stack.enter_context(
                    cocotb_test(self.simulator, self._built, self._folder, player, output=log, environment=environment)
                )
            Thread(target=self._announce_end, args=(listener.address, key), daemon=True).start()
            self._connection: Connection = stack.enter_context(listener.accept())
            if self._connection.recv() != "ready":
                raise self._ended()

    def _announce_end(self, address: str, key: bytes) -> None:
        """If the simulator ends before it has said that it is ready, say so in its place."""
        self._process.wait()
        with suppress(OSError, EOFError, AuthenticationError), Client(address, authkey=key) as client:
            client.send("ended")

    def _ended(self) -> UserError:
        return ended_by_itself(self.simulator.name, self._folder / "log")

    def start(self, stimuli: str) -> None:
        """Begin with a batch."""
        write_stimuli(self._folder, self._inputs.width, (int(line, 16) for line in stimuli.split()))
        try:
            self._connection.send(True)
        except OSError:
            raise self._ended() from None

    def finish(self) -> list[str]:
        """Wait for the batch's end and give the lines that it asked for."""
        try:
            self._connection.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        digits = self._outputs.digits
        return [seen.text(digits) for seen in read_observed(self._folder, self._outputs.width)]
