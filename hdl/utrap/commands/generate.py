"""Writes the trap unit as Verilog, with its port list, headers for C and Verilog, and a FuseSoC core file.

The files appear all together or not at all. The same options give the same bytes.
"""

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config


@click.command(help=__doc__)
@configuration_options
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default="build/verilog",
    show_default=True,
    help="Where the files go; the folder is made where it is missing.",
)
def generate(config: Config, output: str) -> None:
    from utrap.command_line.display import print_table
    from utrap.command_line.files import write_atomically
    from utrap.products.file_set import notes, products

    made = products(config)
    paths = write_atomically(output, {product.name: product.content for product in made})
    rows = [(str(path), f"{len(p.content):,}", p.what) for path, p in zip(paths, made, strict=True)]
    print_table(("File", "Bytes", "What"), rows)
    for note in notes(config):
        click.echo(f"utrap: {note}", err=True)
