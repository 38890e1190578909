"""Recorded trap behaviour: reading, writing, running and comparing records.

A file is JSON lines, plain or gzip. Its first line states the configuration;
each further line is a state before, one event, and what followed. See
`docs/vectors.md` for the format.

- `read_records(path)` gives `(Header, iterator of (line number, Record))`;
  everything malformed raises `ReplayError` with file, line and reason.
- `run_on_model(config, record)` gives a `Result`; a back end for the RTL gives
  the same class.
- `check(record, result)` lists the `Difference`s field by field.
- `generate(config, count, seed)` makes records from the model,
  `write_records(path, header, records)` writes them.
"""

from __future__ import annotations

from .compare import Difference, Result, check
from .generate import generate
from .model import run_on_model
from .reader import read_records
from .record import CRITICAL, Header, Record, ReplayError
from .writer import write_records

__all__ = [
    "CRITICAL",
    "Difference",
    "Header",
    "Record",
    "ReplayError",
    "Result",
    "check",
    "generate",
    "read_records",
    "run_on_model",
    "write_records",
]
