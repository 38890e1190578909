"""cocotb's runner, as a child of `cocotb_bench` has it: functions of words."""

from __future__ import annotations

from pathlib import Path

from cocotb_tools.runner import Icarus, Runner, Verilator

from .bench import TOP
from .builds import MAKE_VARIABLES, VERILATOR_ARGUMENTS
from .cocotb_bench import WAVES

__all__ = ["build", "test"]


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


def build(waves: str, simulator: str, folder: str) -> int:
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
    return 0


def test(simulator: str, built: str, folder: str, module: str, waves: str) -> int:
    """Run the cocotb tests of a module on a build, in a folder of their own, with or without waves."""
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
    return 0
