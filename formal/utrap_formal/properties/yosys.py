"""A stand-in for the program `yosys`, over the Python module: `python -m utrap_formal.properties.yosys -ql LOG SCRIPT`.

SymbiYosys starts Yosys by its command line, of which this knows what SymbiYosys uses.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> None:
    """Run the scripts that the arguments name, with the log in a file."""
    from pyosys import libyosys

    log, scripts = "", []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument in ("-ql", "-l"):
            log = rest.pop(0)
        elif argument.startswith("-"):
            raise SystemExit(f"yosys: the option {argument} is not known here")
        else:
            scripts.append(argument)
    design = libyosys.Design()
    for script in scripts:
        libyosys.run_pass(f"tee -q -o {log} script {script}" if log else f"script {script}", design)


if __name__ == "__main__":
    main(sys.argv[1:])
