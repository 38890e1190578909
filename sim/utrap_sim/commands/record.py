"""Records random events of the golden model, in the format that 'utrap replay' reads.

Each record is a random legal state, one event and what follows. The same
options give the same file. FILE is compressed where its name ends in .gz, and
appears whole or not at all.
"""

from __future__ import annotations

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config

# The kinds of `utrap_testbench.vectors`, written out: the option is read before that is imported.
_KINDS = ("exception", "interrupt", "xret", "legality", "csr", "retire", "halt", "resume")


@click.command(help=__doc__)
@click.argument("file", metavar="FILE")
@configuration_options
@click.option("--count", type=click.IntRange(min=1), default=1000, show_default=True, help="How many records.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another one, other records.")
@click.option("--kind", "kinds", type=click.Choice(_KINDS), multiple=True, help="Only events of this kind; repeatable.")
def record(config: Config, file: str, count: int, seed: int, kinds: tuple[str, ...]) -> None:
    from utrap_sim.replay.record_command import run

    print(run(config, file, count=count, seed=seed, kinds=kinds))
