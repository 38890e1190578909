"""Prints the CSR map: address, access, fields, reset value, WARL rules and the section that specifies it.

In a terminal it is a drawn table, in a pipe one line for each CSR. A field in parentheses is
read-only. A section is a rule's name in the RISC-V manual, or HU-n of the extension Shudeleg.
"""

import click

from utrap.command_line.options import configuration_options
from utrap.config import Config


@click.command(help=__doc__)
@configuration_options
@click.option("--json", "as_json", is_flag=True, help="For programs: docs/schemas/csrs.schema.json says what it is.")
def csrs(config: Config, as_json: bool) -> None:
    from utrap.command_line.display import print_table
    from utrap.products.csr_map import COLUMNS, csrs_json, csrs_rows

    if as_json:
        print(csrs_json(config), end="")
    else:
        print_table(COLUMNS, csrs_rows(config), title=f"CSRs of the trap unit, XLEN {config.xlen}", widest="Fields")
