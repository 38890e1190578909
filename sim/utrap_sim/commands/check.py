"""Checks a waveform of any core and simulator, with an instance of the unit in it, against the golden model.

FILE is VCD or FST, with the reset and all ports of the unit in it. Every event is stepped on the model: whatever the
unit answers or stores otherwise is a difference, and so is what the core does otherwise than the unit says: a fault
that is not raised, an interrupt that it passes over. docs/check.md says more. Exit status: 0 all agree, 1 a difference,
2 a file that cannot be read.
"""

from __future__ import annotations

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config


@click.command(help=__doc__)
@click.argument("file", metavar="FILE")
@configuration_options
@click.option("--instance", metavar="NAME", help="The unit's scope, where there are several.")
@click.option("--retires", metavar="WIRE", help="A wire of the core: how many instructions retire in a cycle.")
@click.option("--pc", metavar="WIRE", help="A wire of the core: the pc of the first of them.")
@click.option(
    "--in-order",
    is_flag=True,
    help="The core ends at most one instruction before an interrupt, and gives its pc with every event.",
)
def check(config: Config, file: str, instance: str | None, retires: str | None, pc: str | None, in_order: bool) -> int:
    from utrap.command_line.errors import UserError
    from utrap_sim.check.recorded import check as check_file
    from utrap_sim.check.report import report

    if pc is not None and retires is None:
        raise UserError("--pc: it needs --retires, which says in which cycles it counts")
    checked = check_file(file, config, instance, retires=retires, pc=pc, in_order=in_order)
    print("\n".join(report(file, config, checked)))
    return int(checked.disagreement is not None)
