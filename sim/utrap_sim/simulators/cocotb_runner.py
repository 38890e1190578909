"""cocotb's runner in a process of its own: `python -m utrap_sim.simulators.cocotb_runner build|test ...`.

The parent starts it in a new process group, so that it can end the compiler
or the simulator whatever they are doing, and holds its standard input, so that
they end with the parent however that ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cocotb_tools.runner import Icarus, Runner, Verilator

from .bench import TOP
from .builds import MAKE_VARIABLES, VERILATOR_ARGUMENTS
from .process_group import follow_parent


class _Verilator(Verilator):
    """Without `--public-flat-rw`, which would keep every wire of the unit; the bench marks what a test may touch."""

    def _build_command(self) -> list[list[str]]:
        verilate, make = super()._build_command()
        # Objects of Verilator's library that are there already are good, although the makefile is newer.
        old = [f"--old-file={path.name}" for path in Path(self.build_dir).glob("verilated*.o")]
        return [
            [argument for argument in verilate if argument != "--public-flat-rw"],
            [*make, *MAKE_VARIABLES, *old],
        ]


def _runner(simulator: str) -> Runner:
    return _Verilator() if simulator == "verilator" else Icarus()


def build(waves: str, simulator: str, folder: str) -> None:
    """Build trap_unit.v and bench.v of the folder, in it."""
    _runner(simulator).build(
        sources=[Path(folder, "trap_unit.v"), Path(folder, "bench.v")],
        hdl_toplevel=TOP,
        build_dir=folder,
        build_args=VERILATOR_ARGUMENTS if simulator == "verilator" else (),
        timescale=("1ns", "1ps"),
        waves=bool(int(waves)),
        always=True,
    )


def test(simulator: str, folder: str, run_folder: str, module: str) -> None:
    """Run the cocotb tests of a module on a build, in a folder of their own."""
    _runner(simulator).test(
        test_module=module,
        hdl_toplevel=TOP,
        hdl_toplevel_lang="verilog",
        build_dir=folder,
        test_dir=run_folder,
        results_xml=str(Path(run_folder, "results.xml")),
    )


if __name__ == "__main__":
    follow_parent()
    verb, *arguments = sys.argv[1:]
    build(*arguments) if verb == "build" else test(*arguments)
