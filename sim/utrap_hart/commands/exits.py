"""Measures what an emulated device access costs on the hart, on three paths.

Runs the bundled program `hypervisor`: a guest drives a UART, an RTC, PCIe configuration space and a
VirtIO notification. The VMM handles them (a) in user space behind the kernel, as under KVM, (b) in
the kernel, and (c) in user space, to which the trap unit delegates the fault straight away. Prints a
table; writes it as exits.md and exits.json with the pictures exits.svg and workload.svg to DIR.
docs/exits.md says what is counted.
"""

from __future__ import annotations

import click


@click.command(help=__doc__)
@click.option(
    "--sim",
    "simulator",
    type=click.Choice(["verilator", "icarus"]),
    default="verilator",
    show_default=True,
    help="The simulator; the figures are the same.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON (docs/schemas/exits.schema.json).")
@click.option("--baseline", metavar="FILE", help="exits.json of an earlier run: also print what has changed since.")
@click.option("-o", "--output", metavar="DIR", default="build/exits", show_default=True, help="Where the files go.")
def exits(simulator: str, as_json: bool, baseline: str | None, output: str) -> int:
    from pathlib import Path

    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder
    from utrap_hart.exits.baseline import read_baseline
    from utrap_hart.exits.command import run
    from utrap_hart.exits.summary import FORMAT

    if baseline is not None and as_json:
        raise UserError("--baseline and --json exclude each other: the JSON has the figures of this run alone")
    before = read_baseline(baseline, FORMAT, "utrap exits") if baseline is not None else None
    check_folder(output)
    return run(simulator, as_json=as_json, folder=Path(output), baseline=before)
