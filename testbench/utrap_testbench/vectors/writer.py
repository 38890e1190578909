"""Writing records in the form in which they are read; the same records always give the same bytes."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from utrap_testbench.golden.parameters import EXTENSIONS

from .record import MODE_NAMES, Header, Record

_HEX_RESULTS = frozenset(("tval", "mip", "rdata", "written", "readback"))


def write_records(path: str | Path, header: Header, records: Iterable[Record]) -> int:
    """Write the file, gzip where the name ends in .gz; gives the number of records.

    The file appears under its name only when it is complete.
    """
    path = Path(path)
    data, count = file_bytes(path.name, header, records)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)
    return count


def file_bytes(name: str, header: Header, records: Iterable[Record]) -> tuple[bytes, int]:
    """What a file of this name holds, and the number of records."""
    buffer = io.StringIO()
    buffer.write(_dump(header_line(header)))
    count = 0
    for record in records:
        buffer.write(_dump(record_line(record)))
        count += 1
    data = buffer.getvalue().encode()
    if name.endswith(".gz"):
        data = gzip.compress(data, 9, mtime=0)  # no time stamp: the bytes depend on the records alone
    return data, count


def header_line(header: Header) -> dict[str, Any]:
    """The first line as an object: format 2 where the hart has one of the newer extensions."""
    extensions = [name for name in EXTENSIONS if getattr(header.config, name)]
    return {
        "kind": "config",
        "format": 2 if extensions else 1,
        "source": header.source,
        **header.config.to_json(),
        **({"extensions": extensions} if extensions else {}),
        "external": [hex(address) for address in sorted(header.external)],
    }


def record_line(record: Record) -> dict[str, Any]:
    """A record as an object: registers that are 0 before or did not change after are left out."""
    line: dict[str, Any] = {
        "kind": record.kind,
        "pre": _registers(record.pc, {n: x for n, x in record.pre.items() if x or n in ("prv", "v")}),
        "event": record.details,
        "post": _registers(
            record.post_pc,
            {n: x for n, x in record.post.items() if n in ("prv", "v") or x != record.pre.get(n, 0)},
        ),
        "result": {name: _answer(name, value) for name, value in record.result.items()},
    }
    if record.opt:
        line["opt"] = list(record.opt)
    return line


def _registers(pc: int, values: dict[str, int]) -> dict[str, Any]:
    first: dict[str, Any] = {"prv": values["prv"], "v": values["v"], "pc": hex(pc)}
    return first | {name: hex(value) for name, value in values.items() if name not in ("prv", "v")}


def _answer(name: str, value: int | None) -> Any:
    if value is None:
        return None
    if name == "to":
        return MODE_NAMES[value]
    return hex(value) if name in _HEX_RESULTS else value


def _dump(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"
