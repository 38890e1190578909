"""An FST file as VCD, from a process of its own: pywellen ends its process on some damaged files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from utrap.command_line.errors import UserError

__all__ = ["Converter"]


class Converter:
    """A process that writes the declarations of an FST file and then the changes of the wires that are asked for.

    Attributes:
        output: What it writes, as a VCD file.
    """

    def __init__(self, path: Path) -> None:
        if find_spec("pywellen") is None:
            raise UserError(f"{path} is an FST file, which needs pywellen: pip install 'utrap[sim]'")
        self._path = path
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process ends
        program = Path(__file__).with_name("fst_as_vcd.py")
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
        self.output = cast("BufferedReader", self._process.stdout)

    def __enter__(self) -> Converter:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):
                cast("IO[bytes]", stream).close()
        self._process.wait()

    @contextmanager
    def asked_for(self, codes: Collection[bytes]) -> Iterator[None]:
        """Let it write the changes of these codes."""
        with self.judged():
            assert self._process.stdin is not None
            with suppress(BrokenPipeError):
                self._process.stdin.write(b" ".join(codes) + b"\n")
                self._process.stdin.flush()
            yield
            if self._process.wait():
                raise UserError("it was cut off")  # `judged` says why

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Where it fails, that is what is wrong with what it wrote."""
        try:
            yield
        except UserError as error:
            self.output.close()
            if self._process.wait(60):
                self._errors.seek(0)
                raise UserError(f"{self._path} is an FST file that cannot be read: {self._why()}") from error
            raise

    def _why(self) -> str:
        """The last line of what it said, if that is pywellen's word on the file."""
        lines = self._errors.read().decode("utf-8", "replace").splitlines()
        said = [line.strip() for line in lines if line.strip()]
        is_plain = any(line.startswith("RuntimeError") for line in said)
        return f"{said[-1].removeprefix('RuntimeError: ')}" if is_plain else "it is damaged"
