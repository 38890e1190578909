"""Runs one simulation with or without waves.

`python -m utrap_sim.simulators.cocotb_test SIMULATOR BUILD FOLDER MODULE WAVES`

As in `utrap_sim.simulators.cocotb_runner`, whose process group ends with its parent.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .bench import TOP
from .cocotb_runner import _runner
from .process_group import follow_parent

__all__ = ["WAVES", "main"]

#: The file with the waves in the simulation's folder, by simulator.
WAVES = {"icarus": "waves.fst", "verilator": "dump.vcd"}


def main(simulator: str, built: str, folder: str, module: str, waves: str) -> None:
    """Run the cocotb tests of the module."""
    records = bool(int(waves))
    _runner(simulator).test(
        test_module=module,
        hdl_toplevel=TOP,
        hdl_toplevel_lang="verilog",
        build_dir=built,
        test_dir=folder,
        results_xml=str(Path(folder, "results.xml")),
        waves=records,
        plusargs=[f"+dumpfile_path={Path(folder, WAVES['icarus'])}"] if records and simulator == "icarus" else [],
    )


if __name__ == "__main__":
    follow_parent()
    main(*sys.argv[1:])
