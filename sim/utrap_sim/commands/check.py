"""Checks a waveform of any core and simulator, with an instance of the unit in it, against the golden model.

FILE is VCD or FST, with the reset and all ports of the unit in it. Every event is stepped on the model: whatever the
unit answers or stores otherwise is a difference, and so is what the core does otherwise than the unit says: a fault
that is not raised, an interrupt that it passes over. docs/check.md says more. Exit status: 0 all agree, 1 a difference
(into DIR go its event as a record, and a save file that shows it in GTKWave), 2 a file that cannot be read.
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
@click.option(
    "-o", "--output", metavar="DIR", default="build/check", show_default=True, help="Where a difference's files go."
)
def check(
    config: Config, file: str, instance: str | None, retires: str | None, pc: str | None, in_order: bool, output: str
) -> int:
    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder, write_atomically
    from utrap.command_line.typed import typed_words
    from utrap_sim.check.recorded import check as check_file
    from utrap_sim.check.report import difference_of, report

    if pc is not None and retires is None:
        raise UserError("--pc: it needs --retires, which says in which cycles it counts")
    check_folder(output)
    checked = check_file(file, config, instance, retires=retires, pc=pc, in_order=in_order)
    is_other = checked.disagreement is not None
    paths = write_atomically(output, difference_of(file, config, checked)) if is_other else []
    print("\n".join(report(file, config, checked, {path.name: path for path in paths}, typed_words())))
    return int(is_other)
