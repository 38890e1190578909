"""Replays recorded events on the golden model, or on the RTL under a simulator, and compares everything.

FILE holds records as docs/vectors.md describes them, plain or gzip. All of
the state and every answer is compared; on the RTL also the state before the
event and every output port. What the recording simulator is known to do
otherwise is predicted by name, counted and shown; whatever else differs is a
difference. Exit status: 0 all agree, 1 a difference, 2 a file that cannot be
read.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click

from utrap.command_line.errors import UserError


@click.command(help=__doc__)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--on",
    type=click.Choice(["golden", "icarus", "verilator", "amaranth"]),
    default="golden",
    show_default=True,
    help="The model, or what simulates the RTL.",
)
@click.option("--verilog", metavar="FILE", help="Run this Verilog, edited or synthesized, and not the generated.")
@click.option("--keep-going", is_flag=True, help="Do not stop at the first difference.")
@click.option("--extended", is_flag=True, help="Add N and Shudeleg to the recorded hart; nothing else may change.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N records of each file.")
@click.option("--line", type=click.IntRange(min=2), metavar="N", help="Only the record in line N of each file.")
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON (docs/schemas/replay.schema.json).")
def replay(
    files: tuple[str, ...],
    on: str,
    verilog: str | None,
    keep_going: bool,
    extended: bool,
    limit: int | None,
    line: int | None,
    as_json: bool,
) -> int:
    from utrap.command_line.typed import typed_words
    from utrap_sim.replay.command import run
    from utrap_testbench.vectors import ReplayError

    if line is not None and limit is not None:
        raise UserError(f"--line {line} and --limit {limit} exclude each other: one record, or the first ones")

    def again(file: str, number: int) -> Iterator[str]:
        """The command that replays the one record, and the one that shows its waves."""
        words = typed_words(files=file, line=number, keep_going=None, limit=None)
        yield f"  again: {shlex.join(words)}"
        if on != "golden" and not extended:
            given = ["--verilog", verilog] if verilog else []
            chosen = ["--sim", on] if on != "amaranth" else []
            yield f"  waves: {shlex.join(['utrap', 'waves', file, '--line', str(number), *chosen, *given])}"

    try:
        return run(
            files,
            on,
            keep_going=keep_going,
            extended=extended,
            limit=limit,
            as_json=as_json,
            again=lambda file, number: tuple(again(file, number)),
            verilog=verilog,
            line=line,
        )
    except ReplayError as error:
        raise UserError(str(error)) from error
