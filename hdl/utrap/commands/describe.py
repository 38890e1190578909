"""Describes a configuration in the formats that other tools read: SystemRDL, UDB, Sail, Spike, device trees, ACT.

What a format has no word for is said on the standard error, a line each.
"""

from pathlib import Path

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config
from utrap.descriptions.formats import FORMATS


class _WithFormats(click.Command):
    """Its help ends with the formats."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl([(name, each.what) for name, each in FORMATS.items()])


@click.command(cls=_WithFormats, help=__doc__)
@configuration_options
@click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True, help="One of the formats below.")
@click.option(
    "-o", "--output", metavar="FILE", help="Where it goes, instead of the standard output; a folder for some formats."
)
def describe(config: Config, name: str, output: str | None) -> None:
    from utrap.command_line.errors import UserError
    from utrap.command_line.files import check_folder, write_atomically

    if output is None and FORMATS[name].is_folder:
        raise UserError(f"--format {name}: it is a folder of files, so say where it goes: -o DIR")
    if output is not None and not FORMATS[name].is_folder and not Path(output).name:
        raise UserError(f"-o {output or repr(output)}: it is not the name of a file")
    if output is not None:
        check_folder(output if FORMATS[name].is_folder else Path(output).parent)
    made = FORMATS[name].describe(config)
    if output is None:
        click.echo(made.files[""], nl=False)
    elif FORMATS[name].is_folder:
        write_atomically(output, {file: text.encode() for file, text in made.files.items()})
    else:
        write_atomically(Path(output).parent, {Path(output).name: made.files[""].encode()})
    for note in made.notes:
        click.echo(f"utrap: {note}", err=True)
