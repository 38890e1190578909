"""Recorded trap behaviour: reading, writing, replaying and comparing files of records.

A file is JSON lines, plain or gzip. Its first line states the configuration;
each further line is a state before, one event, and what followed. See
`docs/vectors.md` for the format.

- `read_records(path)` gives `(Header, iterator of (line number, Record))`;
  everything malformed raises `ReplayError` with file, line and reason.
- `run_on_model(config, record)` gives a `Result`; a back end for the RTL gives
  the same class.
- `check(record, result)` lists the `Difference`s field by field.
- `replay(path, run)` does all this for a file, applies the predicted
  deviations of the recording simulator by name, and returns a `Report`.
- `generate(config, count, seed)` makes records from the model,
  `write_records(path, header, records)` writes them.
"""

from __future__ import annotations

from utrap_testbench.oracles.spike import DEVIATIONS, Deviation, predict

from .compare import Difference, Result, check
from .generate import generate
from .model import run_on_model
from .reader import read_records
from .record import Header, Record, ReplayError
from .replay import Report, replay
from .writer import write_records

__all__ = [
    "DEVIATIONS",
    "Deviation",
    "Difference",
    "Header",
    "Record",
    "ReplayError",
    "Report",
    "Result",
    "check",
    "generate",
    "predict",
    "read_records",
    "replay",
    "run_on_model",
    "write_records",
]
