"""A waveform file that is open: what it declares, and once what happens in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from utrap.command_line.errors import UserError

from .changes import Moment, moments
from .formats import is_fst
from .fst import Converter
from .header import Header, read_header
from .scopes import Scope

__all__ = ["Recording", "open_recording"]

_PIECE = 1 << 20


class Recording:
    """An open waveform.

    Attributes:
        path: The file.
        scopes: By full name, in the file's order.
        magnitude, unit: How long a step of time is, as 10 and "ns"; 1 and "" where the file does not say.
        notes: What the reader should know; complete when the last moment has been read.
    """

    def __init__(self, path: Path, file: BufferedReader, header: Header, converter: Converter | None = None) -> None:
        self.path = path
        self.scopes: Mapping[str, Scope] = header.scopes
        self.magnitude, self.unit = header.magnitude, header.unit
        self.notes = list(header.notes)
        self._file, self._header, self._converter = file, header, converter

    def moments(self, clock: bytes, widths: Mapping[bytes, int | None]) -> Iterator[Moment]:
        """What happens to the clock and to the wires of these codes; `changes.moments` says how."""
        if self._converter is None:
            yield from moments(self.path, self._file, self._header, clock, widths, self.notes)
        else:
            with self._converter.asked_for({clock, *widths}):
                yield from moments(self.path, self._file, self._header, clock, widths, self.notes)


@contextmanager
def open_recording(path: Path) -> Iterator[Recording]:
    """Open a VCD or an FST file; VCD may come from a pipe.

    Raises:
        UserError: When it cannot be read, is neither, or its declarations are malformed.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_PIECE)
            if not is_fst(path, data):
                yield Recording(path, file, read_header(path, file, data))
                return
            if not file.seekable():
                raise UserError(f"{path} is FST from a pipe: FST is read from a file alone")
        with Converter(path) as converter:
            with converter.judged():
                header = read_header(path, converter.output, b"")
            yield Recording(path, converter.output, header, converter)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
