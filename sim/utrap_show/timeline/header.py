"""The header of a VCD file: its wires by scope, its time scale, and the scope that holds the trace port."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from utrap.command_line.errors import UserError

__all__ = ["Header", "Scope", "Wire", "find_scope", "read_header"]

#: Without these wires there is nothing to tell.
NEEDED = ("clk", "trace_kind", "trace_cause", "trace_from_mode", "trace_to_mode")
_PIECE = 1 << 20
_END = re.compile(rb"\$enddefinitions\s+\$end")
_SECTION = re.compile(r"\$\w+.*?\$end(?!\w)", re.DOTALL)
_LOOKS = (
    (b"\x1f\x8b", "compressed with gzip: decompress it first, as in: utrap timeline <(gunzip -c FILE)"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x01\x49", "an FST file: convert it with fst2vcd first"),
    (b"GHDLwave", "a GHW file: record VCD instead"),
)


@dataclass(frozen=True)
class Wire:
    """A variable of the file: the identifier code that its changes carry, and its width in bits."""

    code: str
    width: int


@dataclass(frozen=True)
class Scope:
    """A scope of the file.

    Attributes:
        name: With the names of the scopes around it, separated by dots.
        wires: By name, as the ports are named in the Verilog.
    """

    name: str
    wires: Mapping[str, Wire]

    @property
    def has_trace_port(self) -> bool:
        return all(name in self.wires for name in NEEDED)


@dataclass(frozen=True)
class Header:
    """What a VCD file declares.

    Attributes:
        scopes: By full name, in the file's order.
        magnitude, unit: The time scale: how long a step of time is, as 10 and "ns".
        body: What of the value changes was read with it.
    """

    scopes: Mapping[str, Scope]
    magnitude: int
    unit: str
    body: bytes


def read_header(path: Path, file: BinaryIO) -> Header:
    """Read a file's header.

    Raises:
        UserError: When it is not a VCD file, or ends inside its header.
    """
    data = file.read(_PIECE)
    _judge(path, data)
    while not (end := _END.search(data)):
        piece = file.read(_PIECE)
        if not piece:
            raise UserError(f"{path} is cut off: it ends inside its header, before $enddefinitions")
        data += piece
    text = data[: end.end()].decode("utf-8", "replace")
    # A section to a line, as vcdvcd reads them; those that are prose might look like value changes.
    sections = [" ".join(section.split()) for section in _SECTION.findall(text)]
    plain = "\n".join(section for section in sections if not section.startswith(("$date", "$version", "$comment")))
    try:
        return _header(_parse(plain + "\n"), data[end.end() :])
    except (IndexError, KeyError, ValueError, ArithmeticError) as error:
        raise UserError(f"{path} is not a VCD file that can be read: its header is malformed: {error}") from error


def _header(vcd: Any, body: bytes) -> Header:
    """The header as vcdvcd has it, in our words."""
    if not vcd.timescale:
        raise ValueError("it has no $timescale")
    scopes: dict[str, dict[str, Wire]] = {}
    for reference in vcd.signals:
        scope, _, name = re.sub(r"\s*\[[^\[\]]*\]$", "", reference).rpartition(".")
        code = vcd.references_to_ids[reference]
        # Amaranth's simulator names the ports with two underscores.
        scopes.setdefault(scope, {})[name.replace("__", "_")] = Wire(code, int(vcd.data[code].size))
    return Header(
        scopes={name: Scope(name, wires) for name, wires in scopes.items()},
        magnitude=int(vcd.timescale["magnitude"]),
        unit=vcd.timescale["unit"],
        body=body,
    )


def _judge(path: Path, data: bytes) -> None:
    """Say what is wrong with a file that does not begin as a VCD file does."""
    if not data:
        raise UserError(f"{path} is empty")
    for magic, what in _LOOKS:
        if data.startswith(magic):
            raise UserError(f"{path} is {what}")
    if b"\0" in data or not re.match(rb"\s*\$[a-z]+\s", data):
        raise UserError(f"{path} is not a VCD file: it does not begin with a declaration like $date or $timescale")


def _parse(header: str) -> Any:
    """The header as vcdvcd reads it."""
    handler = signal.getsignal(signal.SIGPIPE)
    try:
        import vcdvcd
    finally:
        # Its import makes a reader that goes away end the process without a word; but in a thread it cannot.
        with suppress(ValueError):
            signal.signal(signal.SIGPIPE, handler)
    return vcdvcd.VCDVCD(vcd_string=header, only_sigs=True)


def find_scope(path: Path, header: Header, wanted: str | None = None) -> Scope:
    """The scope that holds the trace port, or the one of this name, whole or from a dot on.

    Raises:
        UserError: When there is none, or more than one to choose from.
    """
    holders = [scope for scope in header.scopes.values() if scope.has_trace_port]
    if not holders:
        missing = _nearest(header)
        raise UserError(f"{path} has no trace port: no scope has {', '.join(NEEDED)}{missing}")
    if wanted is not None:
        return _named(path, holders, wanted)
    # A port that is passed on to the outside is the same port; the unit itself has the CSRs beside it.
    inner = [s for s in holders if not any(other.name.startswith(f"{s.name}.") for other in holders)]
    if len(inner) > 1:
        raise UserError(f"{path} has several trace ports: choose one with --scope: {_list(inner)}")
    return inner[0]


def _named(path: Path, holders: list[Scope], wanted: str) -> Scope:
    exact = [scope for scope in holders if scope.name == wanted]
    found = exact or [scope for scope in holders if scope.name.endswith(f".{wanted}")]
    if not found:
        raise UserError(f"--scope {wanted}: {path} has no trace port there; there is {_list(holders)}")
    if len(found) > 1:
        raise UserError(f"--scope {wanted}: {path} has several: write one in full: {_list(found)}")
    return found[0]


def _list(scopes: list[Scope], most: int = 8) -> str:
    names = [scope.name for scope in scopes[:most]]
    return ", ".join(names) + (f" and {len(scopes) - most} more" if len(scopes) > most else "")


def _nearest(header: Header) -> str:
    """Which wires the best scope lacks, as the end of a sentence."""
    some = [s for s in header.scopes.values() if any(name.startswith("trace_") and name in NEEDED for name in s.wires)]
    if not some:
        return ""
    best = max(some, key=lambda scope: sum(name in scope.wires for name in NEEDED))
    return f"; {best.name} lacks {', '.join(name for name in NEEDED if name not in best.wires)}"
