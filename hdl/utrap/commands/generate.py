"""Writes the trap unit as Verilog, with its port list, headers for C and Verilog, and a FuseSoC core file.

The files appear all together or not at all. The same options give the same bytes.
"""

import click

from utrap.command_line.options import form_options
from utrap.config import Config, as_setting
from utrap.form import Form


class _WithKeys(click.Command):
    """Its help ends with the keys of --set."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from utrap.knobs import knobs

        with formatter.section("Keys of --set, with their values and defaults (full, RV64)"):
            formatter.write_dl(
                [(knob.key, f"{knob.text} Values: {knob.values(64)}. Default: {knob.defaults()}.") for knob in knobs()],
                col_max=16,
            )


@click.command(cls=_WithKeys, help=__doc__)
@form_options
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default="build/verilog",
    show_default=True,
    help="Where the files go; the folder is made where it is missing.",
)
@click.option(
    "--list", "lists", is_flag=True, help="List the keys of --set: what each is now, may be, costs and means; no files."
)
def generate(config: Config, form: Form, output: str, lists: bool) -> None:
    if lists:
        _list(config, form)
        return
    from utrap.command_line.display import print_table
    from utrap.command_line.files import check_folder, write_atomically
    from utrap.products.file_set import notes, products

    check_folder(output)
    made = products(config, form)
    paths = write_atomically(output, {product.name: product.content for product in made})
    rows = [(str(path), f"{len(p.content):,}", p.what) for path, p in zip(paths, made, strict=True)]
    print_table(("File", "Bytes", "What"), rows)
    for note in notes(config):
        click.echo(f"utrap: {note}", err=True)


def _list(config: Config, form: Form) -> None:
    from utrap.command_line.display import print_table
    from utrap.knobs import knobs

    rows = []
    for knob in knobs():
        value = as_setting(getattr(config if hasattr(config, knob.key) else form, knob.key))
        rows.append((knob.key, value, knob.values(config.xlen), knob.cost.text if knob.cost else "none", knob.text))
    print_table(("Key", "Now", "May be", "Cost (RV64)", "Meaning"), rows, widest="Meaning")
