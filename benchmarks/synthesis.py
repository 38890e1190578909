"""Size and depth of every profile's Verilog, as Yosys maps it to six-input LUTs.

Usage: python benchmarks/synthesis.py [PROFILE[+EXTENSION] ...]
"""

import sys

from rich.console import Console
from rich.table import Table

from utrap.config import PROFILES, Config
from utrap.products.verilog_module import verilog
from utrap_documents.synthesis import synthesise


def main() -> None:
    table = Table(title="synth -flatten -lut 6")
    for column in ("profile", "XLEN", "flip-flops", "LUTs (area)", "LUTs (depth)", "levels (depth)"):
        table.add_column(column, justify="left" if column == "profile" else "right")
    table.add_column("longest path, depth")
    for name in sys.argv[1:] or [*PROFILES, "msuh+sstc"]:
        profile, *extensions = name.split("+")
        for xlen in (64, 32):
            text = verilog(Config.profile(profile, xlen, **dict.fromkeys(extensions, True)))
            small, shallow = synthesise(text, for_area=True), synthesise(text, for_area=False)
            figures = (xlen, small.flip_flops, small.luts, shallow.luts, shallow.levels)
            table.add_row(name, *map(str, figures), " > ".join(shallow.path))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
