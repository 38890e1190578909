"""Puts random mistakes into the unit's netlist, and says which of them the regression catches.

A mutant that survives the default regression of the simulator is judged by proof: equivalent, or
missed, with a state and an event that show it, as a record for 'utrap replay'. The score is caught /
(all - equivalent). Results are kept in DIR as they come, and the same command goes on with what is
left. The exit status is 1 when something was missed. docs/mutation.md says more.
"""

from __future__ import annotations

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config


@click.command(help=__doc__)
@click.option("-n", "count", type=click.IntRange(1), default=250, show_default=True, help="How many mutants.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another one, other mutants.")
@configuration_options
@click.option("--budget", type=click.FloatRange(0), metavar="SECONDS", help="Begin no other batch after so long.")
@click.option(
    "--simulator",
    type=click.Choice(["icarus", "verilator"]),
    default="verilator",
    show_default=True,
    help="What runs them.",
)
@click.option("--steps", type=click.IntRange(1), help="Cycles of a mutant.  [default: 100000, under Icarus 12000]")
@click.option("--jobs", type=click.IntRange(1), help="Batches at a time.  [default: as many as there are cores]")
@click.option(
    "-o", "--output", metavar="DIR", default="build/mutate", show_default=True, help="Where results are kept."
)
def mutate(
    config: Config,
    count: int,
    seed: int,
    budget: float | None,
    simulator: str,
    steps: int | None,
    jobs: int | None,
    output: str,
) -> int:
    import os
    from pathlib import Path

    from utrap.command_line.files import check_folder
    from utrap_sim.regress.parallel import DEFAULT_STEPS
    from utrap_strength.mutate.report import report
    from utrap_strength.mutate.session import Plan, run

    check_folder(output)
    return report(
        run(
            Plan(
                config=config,
                count=count,
                seed=seed,
                simulator=simulator,
                steps=steps or DEFAULT_STEPS[simulator],
                budget=budget,
                jobs=jobs or len(os.sched_getaffinity(0)),
                output=Path(output),
            )
        )
    )
