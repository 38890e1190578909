"""What a core's CSR file costs, and what the unit with its adapter costs in its place, as Yosys maps both.

Usage: python benchmarks/cores.py [CORE ...]
"""

import sys

from rich.console import Console
from rich.table import Table

from utrap.products.verilog_module import verilog
from utrap_documents.synthesis import map_to_luts, synthesise
from utrap_integrate.building import synthesis_of
from utrap_integrate.cores import NAMES, find_core


def main() -> None:
    table = Table(title="read_slang; synth -flatten -lut 6")
    for column in ("core", "what", "flip-flops", "LUTs (area)", "LUTs (depth)", "levels (depth)"):
        table.add_column(column, justify="left" if column in ("core", "what") else "right")
    for name in sys.argv[1:] or NAMES:
        core = find_core(name)
        sizes = {}
        if core.synthesis is not None:
            for what, with_unit in ((f"{core.title}'s CSR file", False), ("utrap with the adapter", True)):
                read, top, made = synthesis_of(core, with_unit)
                sizes[what] = [map_to_luts(read, top, made, for_area) for for_area in (True, False)]
        text = verilog(core.config)
        sizes["utrap alone"] = [synthesise(text, for_area) for for_area in (True, False)]
        for what, (small, shallow) in sizes.items():
            figures = (small.flip_flops, small.luts, shallow.luts, shallow.levels)
            table.add_row(core.title, what, *map(str, figures))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
