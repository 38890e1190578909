"""Runs a named trap sequence on the generated Verilog in a simulator, and shows it.

SCENARIO is a name that --list lists, a file of events in the format of 'utrap replay', or a Python
function, as FILE.py:FUNCTION or MODULE:FUNCTION (docs/waves.md). Every cycle is compared with the
model. Into DIR go the waves, GTKWave's save file, and the timeline as JSON, as a picture and as a page.
The exit status is 1 where the Verilog differs from the model.
"""

from __future__ import annotations

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config


@click.command(help=__doc__)
@click.argument("scenario", required=False)
@click.option("--list", "lists", is_flag=True, help="List the scenarios that the configuration can run.")
@click.option("-o", "--output", metavar="DIR", default="build/waves", show_default=True, help="Where the files go.")
@click.option(
    "--sim",
    "simulator",
    type=click.Choice(["icarus", "verilator"]),
    default="icarus",
    show_default=True,
    help="The simulator.",
)
@click.option("--verilog", metavar="FILE", help="Run this Verilog, edited or synthesized, and not the generated.")
@click.option("--line", type=click.IntRange(min=2), metavar="N", help="Of a file of events only the record in line N.")
@configuration_options
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def waves(
    config: Config,
    scenario: str | None,
    lists: bool,
    output: str,
    simulator: str,
    verilog: str | None,
    line: int | None,
    opens: bool,
) -> int:
    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder
    from utrap.command_line.typed import typed_words
    from utrap_sim.waves.command import find, print_list, show

    context = click.get_current_context()
    given = [name for name in context.params if context.get_parameter_source(name) is not _DEFAULT]
    if lists:
        for name, option in _RUNNING.items():
            if name in given:
                raise UserError(f"--list runs nothing: leave {option} out")
        print_list(config)
        return 0
    chosen = tuple(f"--{option}" for name, option in _CONFIGURATION.items() if name in given)
    found = find(scenario, config, chosen, line)
    check_folder(output)
    return show(found, simulator, output, opens, typed_words(opens=None), verilog)


_DEFAULT = click.core.ParameterSource.DEFAULT
_RUNNING = {
    "scenario": "SCENARIO", "output": "-o", "simulator": "--sim", "verilog": "--verilog", "line": "--line",
    "opens": "--open",
}  # fmt: skip
_CONFIGURATION = {"profile": "profile", "xlen": "xlen", "settings": "set", "udb": "udb"}
