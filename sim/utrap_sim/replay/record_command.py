"""The command `utrap record`: records of the model, written as a whole file."""

from __future__ import annotations

from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.command_line.files import write_atomically
from utrap.config import Config
from utrap_testbench.harts import model_config
from utrap_testbench.vectors import Header, generate
from utrap_testbench.vectors.generate import EXTERNAL
from utrap_testbench.vectors.record import kinds_of
from utrap_testbench.vectors.writer import file_bytes

__all__ = ["run"]


def run(config: Config, file: str, *, count: int, seed: int, kinds: tuple[str, ...]) -> str:
    """Write the file; gives a line that says what it holds.

    Raises:
        UserError: When the hart has no events of a kind, or the file cannot be written.
    """
    path = Path(file)
    if not path.name:
        raise UserError(f"{file!r} is no file name")
    hart = model_config(config)
    for kind in kinds:
        if kind not in kinds_of(hart):
            raise UserError(f"--kind {kind}: this hart has no Debug Mode; --set sdext=true gives it one")
    header = Header(config=hart, source=f"utrap record, seed {seed}", external=EXTERNAL)
    content, _ = file_bytes(path.name, header, generate(hart, count, seed, kinds))
    write_atomically(path.parent, {path.name: content})
    return f"{path}: {count} records"
