"""Runs a RISC-V program on a small hart around the trap unit, in a simulator, with the golden model beside it.

PROGRAM is an ELF executable for RV64IMA_Zicsr_Zifencei, linked to 0x80000000, or the name of a
bundled program (--list). What it writes to its UART, or to HTIF's console, goes to the standard
output as it comes. Every event at the trap unit's commit port is replayed on the golden model and
compared.

The exit status is the program's own (255 for larger ones); the last line on the standard error says
"ended with status". Status 1 with the line "the hart and the golden model differ" is a difference,
status 2 with another line says why the program could not be run to its end.
"""

from __future__ import annotations

import click


@click.command(help=__doc__)
@click.argument("program", required=False)
@click.option(
    "--sim",
    "simulator",
    type=click.Choice(["verilator", "icarus"]),
    default="verilator",
    show_default=True,
    help="The simulator; Verilator takes a minute to build at first and is a hundred times as fast then.",
)
@click.option(
    "--max-cycles",
    type=click.IntRange(1, 1 << 62),
    default=50_000_000,
    show_default=True,
    metavar="N",
    help="Give up after so many cycles.",
)
@click.option(
    "--memory",
    default="16M",
    show_default=True,
    metavar="SIZE",
    help="The hart's memory from 0x80000000 on: bytes, or with K, M or G behind; up to 1G.",
)
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Another hart: satp_modes, hgatp_modes, asid_bits, vmid_bits, windows, as of utrap generate; may be repeated.",
)
@click.option("--zero-pmp", is_flag=True, help="The PMP CSRs exist and read 0, for software that writes them unasked.")
@click.option("--input", "source", metavar="FILE", help="What the UART receives; - is what you type meanwhile.")
@click.option("--trace", is_flag=True, help="Print each instruction, trap and return, the program's lines among them.")
@click.option("--waves", is_flag=True, help="Write DIR/waves.vcd, a kilobyte or so a cycle.")
@click.option(
    "--timeline",
    is_flag=True,
    help="Print traps and returns as a table at the end, and write DIR/timeline.svg, .html and .json.",
)
@click.option("--no-model", is_flag=True, help="Do not run the golden model beside it.")
@click.option("-o", "--output", metavar="DIR", default="build/run", show_default=True, help="Where files go.")
@click.option("--list", "lists", is_flag=True, help="List the bundled programs.")
def run(
    program: str | None,
    simulator: str,
    max_cycles: int,
    memory: str,
    settings: tuple[str, ...],
    zero_pmp: bool,
    source: str | None,
    trace: bool,
    waves: bool,
    timeline: bool,
    no_model: bool,
    output: str,
    lists: bool,
) -> int:
    from pathlib import Path

    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder
    from utrap_hart.description import describe
    from utrap_hart.run import command as running
    from utrap_hart.run.memory import memory_size
    from utrap_hart.run.programs import list_programs

    if lists:
        list_programs()
        return 0
    if program is None:
        raise UserError("say which program to run, or --list")
    check_folder(output)
    return running.run(
        running.Request(
            program=program,
            simulator=simulator,
            max_cycles=max_cycles,
            memory=memory_size(memory),
            hart=describe(settings, zero_pmp),
            input=source,
            has_model=not no_model,
            trace=trace,
            waves=waves,
            timeline=timeline,
            folder=Path(output),
        )
    )
