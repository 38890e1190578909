"""Builds a core that the project did not write, with its own CSR file and with the unit, and compares programs on both.

CORE is ibex or cva6. The core's sources are those of an installed Python package (pip install
'utrap[cores]'), and not a line of them is touched: the adapter in examples/CORE takes the place of
one file. Every program runs on both builds under Verilator; with the unit, every event at its
commit port is compared with the golden model.

The exit status is 0 when all is the same, 1 when something differs, and 2 when a program cannot be
run, or not to its end, with one line that says why.
"""

from __future__ import annotations

import click

from utrap_integrate.cores import NAMES


@click.command(help=__doc__)
@click.argument("core", type=click.Choice(NAMES))
@click.option("--variant", default="", metavar="NAME", help="How the core is built; the first of --list by default.")
@click.option(
    "--program",
    "programs",
    multiple=True,
    metavar="FILE",
    help="An ELF file that writes to `tohost`, or a name of --list; may be repeated. All of the core's by default.",
)
@click.option(
    "--max-cycles",
    type=click.IntRange(1, 1 << 62),
    default=1_000_000,
    show_default=True,
    metavar="N",
    help="A program that has not ended by then has timed out.",
)
@click.option("--waves", is_flag=True, help="Write waves and the timeline of the unit inside the core into DIR.")
@click.option("--no-model", is_flag=True, help="Do not run the golden model beside the unit.")
@click.option("-o", "--output", metavar="DIR", default="build/integrate", show_default=True, help="Where files go.")
@click.option("--list", "lists", is_flag=True, help="List the core's variants and programs.")
def integrate(
    core: str,
    variant: str,
    programs: tuple[str, ...],
    max_cycles: int,
    waves: bool,
    no_model: bool,
    output: str,
    lists: bool,
) -> int:
    from pathlib import Path

    from utrap.command_line.files import check_folder
    from utrap_integrate import command

    if lists:
        command.list_core(core)
        return 0
    check_folder(output)
    return command.integrate(
        command.Request(
            core=core,
            variant=variant,
            programs=programs,
            max_cycles=max_cycles,
            has_model=not no_model,
            waves=waves,
            folder=Path(output),
        )
    )
