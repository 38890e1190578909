"""Puts mistakes that other cores and simulators shipped into the unit, and says what catches each.

FAMILY is one of those that --list shows; all of them where none is given. Each fault is put into the
hardware's sources, one at a time, in the smallest configuration in which it acts; then both simulators
run their default regression on the Verilog, and the equivalence proof is tried, up to the first
difference each. What was done before and has not changed is not done again. The exit status is 1 when
something misses a fault, or names another event or CSR.
"""

import click


@click.command(help=__doc__)
@click.argument("families", metavar="[FAMILY]...", nargs=-1)
@click.option("--list", "is_list", is_flag=True, help="Only list the faults, with what caught them the last time.")
@click.option(
    "--sim",
    "simulator",
    type=click.Choice(["icarus", "verilator", "both", "none"]),
    default="both",
    show_default=True,
    help="The simulator.",
)
@click.option("--no-proof", is_flag=True, help="Leave the proof out.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Faults at a time; as many as there are cores.")
@click.option("--table", metavar="FILE", help="Also write the results as docs/faults.md has them.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON (docs/schemas/faults.schema.json).")
@click.option(
    "-o", "--output", metavar="DIR", default="build/faults", show_default=True, help="Where results are remembered."
)
def faults(
    families: tuple[str, ...],
    is_list: bool,
    simulator: str,
    no_proof: bool,
    jobs: int | None,
    table: str | None,
    as_json: bool,
    output: str,
) -> int:
    import os
    from pathlib import Path

    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder, write_atomically
    from utrap_strength.faults.families import chosen
    from utrap_strength.faults.session import list_families, run_families
    from utrap_strength.faults.table import markdown

    wanted = chosen(families)
    if is_list:
        return list_families(wanted, Path(output))
    simulators = {"both": ("icarus", "verilator"), "none": ()}.get(simulator, (simulator,))
    checks = (*simulators, *(() if no_proof else ("proof",)))
    if not checks:
        raise UserError("--sim none and --no-proof leave nothing that could catch a fault")
    if table is not None and Path(table).is_dir():
        raise UserError(f"--table {table}: a directory is in its place")
    check_folder(output)
    if table is not None:
        check_folder(Path(table).parent)
    cores = len(os.sched_getaffinity(0))
    status, outcomes = run_families(wanted, checks, jobs or cores, Path(output), as_json=as_json)
    if table is not None:
        write_atomically(Path(table).parent, {Path(table).name: markdown(wanted, outcomes).encode()})
    return status
