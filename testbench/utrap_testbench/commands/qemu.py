"""Runs random bare-metal programs under QEMU and compares every trap and every CSR with the golden model.

A program takes traps of all kinds through M, HS, U, VS and VU and dumps its
CSRs after each step. What QEMU 7.2 is known to do otherwise is predicted by
name for each event, counted and shown (docs/qemu.md); whatever else differs is
a difference. Exit status: 0 all agree, 1 a difference, 2 where QEMU or the
assembler is missing.
"""

from __future__ import annotations

import click


@click.command(help=__doc__)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=10, show_default=True, metavar="N", help="Run the seeds 1 to N."
)
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Run this one seed instead.")
@click.option(
    "--steps",
    type=click.IntRange(1, 1000),
    default=300,
    show_default=True,
    metavar="N",
    help="The length of a program.",
)
@click.option(
    "--keep", metavar="DIR", help="Keep each program, its source, its ELF file and QEMU's output, in DIR/seed-S."
)
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON (docs/schemas/qemu.schema.json).")
def qemu(seeds: int, seed: int | None, steps: int, keep: str | None, as_json: bool) -> int:
    from utrap_testbench.oracles.qemu.running import run

    chosen = range(1, seeds + 1) if seed is None else (seed,)
    return run(chosen, steps, keep=keep, as_json=as_json)
