"""A running simulator that plays stimuli when asked: `start` a batch, do something else, `finish` it."""

from __future__ import annotations

import secrets
import subprocess
import sys
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Protocol

from utrap.command_line.errors import UserError
from utrap_sim.simulators.bench import OBSERVED, STIMULI, Bench
from utrap_sim.simulators.builds import build, child_environment, ending_group, find_simulator

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
        self._built = build(bench, self.simulator)

    def __enter__(self) -> Session:
        self._folder = TemporaryDirectory(prefix="utrap-sim-")
        try:
            self._connect()
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._connection.send(False)
                self._process.wait(10)
        self._connection.close()
        self._group.__exit__(None, None, None)
        self._folder.cleanup()

    def _connect(self) -> None:
        key = secrets.token_bytes(16)
        folder = Path(self._folder.name)
        environment = child_environment(self.simulator)
        with Listener(str(folder / "player"), "AF_UNIX", authkey=key) as listener:
            environment |= {"UTRAP_PLAYER": str(listener.address), "UTRAP_PLAYER_KEY": key.hex()}
            with (folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "utrap_sim.simulators.cocotb_runner", "test", self.simulator.name),
                        *(str(self._built), str(folder), "utrap_sim.replay.bench_player"),
                    ],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us alone; we end the group
                )
            self._group = ending_group(self._process)
            self._group.__enter__()
            try:
                Thread(target=self._announce_end, args=(listener.address, key), daemon=True).start()
                self._connection: Connection = listener.accept()
                if self._connection.recv() != "ready":
                    raise self._ended()
            except BaseException:
                self._group.__exit__(None, None, None)
                raise

    def _announce_end(self, address: str, key: bytes) -> None:
        """If the simulator ends before it has said that it is ready, say so in its place."""
        self._process.wait()
        with suppress(OSError, EOFError, AuthenticationError), Client(address, authkey=key) as client:
            client.send("ended")

    def _ended(self) -> UserError:
        """What to say of a simulator that is gone: the last line of its log that speaks of an error."""
        lines = Path(self._folder.name, "log").read_text(errors="replace").splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        told = [line for line in lines if "error" in line.lower()] or lines or ["it said nothing"]
        return UserError(f"{self.simulator.name} ended by itself: {told[-1]}")

    def start(self, stimuli: str) -> None:
        """Begin with a batch."""
        Path(self._folder.name, STIMULI).write_text(stimuli)
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
        return Path(self._folder.name, OBSERVED).read_text().split()
