"""Runs the generated Verilog in a simulator against the golden model, and compares every cycle.

Random and directed sequences drive both. Each seed is a run of its own; every profile and width is
run where none is chosen. The results go to DIR as junit.xml, report.html and coverage.xml, the logs
and waves of failing seeds beside them. The exit status is 1 when a seed fails. docs/regress.md says
more.
"""

import click

from utrap.command_line.options import Several, several_options

_OUTPUT = "build/regress"


@click.command(help=__doc__)
@click.option(
    "--sim",
    "simulator",
    type=click.Choice(["icarus", "verilator", "both"]),
    default="both",
    show_default=True,
    help="The simulator.",
)
@several_options("mu, msu, msuh, msun and full")
@click.option("--seeds", type=click.IntRange(1), help="So many seeds, 1 to N, for each.  [default: 1]")
@click.option("--seed", type=click.IntRange(0), help="This one seed.")
@click.option(
    "--steps",
    type=click.IntRange(1),
    help="Cycles of a seed.  [default: 100000; under Icarus 12000, of rva23s64 20000, of max 40000]",
)
@click.option("--jobs", type=click.IntRange(1), help="Seeds at a time.  [default: as many as there are cores]")
@click.option(
    "--verilog",
    metavar="FILE",
    help="Test this Verilog, edited or synthesized, and not the generated: one configuration, full RV64 unless chosen.",
)
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="Fail where less of a configuration's reachable bins is covered.",
)
@click.option("--waves", is_flag=True, help="Record waves, into DIR.")
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON (docs/schemas/regress.schema.json).")
@click.option("-o", "--output", metavar="DIR", default=_OUTPUT, show_default=True, help="Where the results go.")
def regress(
    simulator: str,
    several: Several,
    seeds: int | None,
    seed: int | None,
    steps: int | None,
    jobs: int | None,
    verilog: str | None,
    min_coverage: int,
    waves: bool,
    scheduler: str | None,
    as_json: bool,
    output: str,
) -> int:
    import os
    from dataclasses import replace

    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder
    from utrap.config import PRESETS, PROFILES
    from utrap_sim.regress.command import RegressSession
    from utrap_sim.regress.parallel import Regression, plan
    from utrap_sim.regress.parallel import regress as run
    from utrap_sim.simulators.given_verilog import read_given

    if seed is not None and seeds is not None:
        raise UserError("--seed and --seeds exclude each other: one seed, or so many")
    if jobs is not None and scheduler is not None:
        raise UserError("--jobs and --scheduler exclude each other: a scheduler's workers are as many as they are")
    if verilog is not None:
        several = replace(several, profile=several.profile or "full", xlen=several.xlen or 64)
    regression = Regression(
        plan(
            ("verilator", "icarus") if simulator == "both" else (simulator,),
            (several.profile,) if several.profile else tuple(PROFILES),
            (several.xlen,) if several.xlen else PRESETS.get(several.profile or "", (64, 32)),
            (seed,) if seed is not None else tuple(range(1, (seeds or 1) + 1)),
            steps,
            waves,
            several.settings,
            read_given(verilog),
        ),
        output=output,
        again=("-o", output) if output != _OUTPUT else (),
    )
    check_folder(output)
    with RegressSession(regression, as_json, min_coverage) as session:
        run(regression, jobs or os.cpu_count() or 1, scheduler, session.enter)
    return session.status
