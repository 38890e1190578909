"""Shows what a hart did, from VCD or FST with the trace port: traps and returns as rows, as a picture, as a page.

FILE is the waveform of a simulation of the trap unit, alone or in a core around it, from any simulator.
Each event is a row: when, from which mode to which, why, epc, tval, guest-physical address, where the
pc went, and which CSRs and fields were saved or restored. -o writes FILE's name as .svg, .html and
.json into DIR. docs/timeline.md says more. The exit status is 2 when FILE cannot be read.
"""

from __future__ import annotations

import click


@click.command(help=__doc__)
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", metavar="DIR", help="Write a picture, a page and JSON into this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/schemas/timeline.schema.json).")
@click.option("--scope", metavar="NAME", help="The scope of the trace port, where there are several.")
@click.option("--all", "accesses", is_flag=True, help="CSR accesses too.")
@click.option("--cycles", metavar="FIRST:LAST", help="Only these cycles; either number may be left out.")
@click.option(
    "--limit", type=click.IntRange(1), default=200, show_default=True, metavar="N", help="Draw N events at most."
)
@click.option("--title", help="What the picture is called.  [default: FILE's name]")
def timeline(
    file: str,
    output: str | None,
    as_json: bool,
    scope: str | None,
    accesses: bool,
    cycles: str | None,
    limit: int,
    title: str | None,
) -> None:
    from pathlib import Path

    from utrap.command_line.files import check_folder, write_atomically
    from utrap_show.timeline import read_timeline
    from utrap_show.timeline.document import document_text
    from utrap_show.timeline.files import timeline_files
    from utrap_show.timeline.table import show

    first, last = _range(cycles)
    if output is not None:
        check_folder(output)
    told = read_timeline(file, title or "", scope, accesses=accesses, first=first, last=last, limit=limit)
    if output is not None:
        paths = write_atomically(output, timeline_files(told, Path(file).stem))
    if as_json:
        print(document_text(told), end="")
        return
    show(told)
    if output is not None:
        print(*paths, sep="\n")


def _range(text: str | None) -> tuple[int, int | None]:
    """The first and the last cycle that an option names."""
    from utrap.command_line.errors import UserError

    if text is None:
        return 0, None
    first, colon, last = (part.strip() for part in text.partition(":"))
    if not colon or not all(part.isdecimal() or not part for part in (first, last)):
        raise UserError(f"--cycles {text}: write it as FIRST:LAST, for example --cycles 1000:2000")
    if last and int(last) < int(first or 0):
        raise UserError(f"--cycles {text}: the last cycle is before the first")
    return int(first or 0), int(last) if last else None
