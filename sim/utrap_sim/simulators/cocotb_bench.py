"""The bench under cocotb: built once and kept, and a test run on it in a process of its own."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from importlib import metadata
from pathlib import Path
from typing import IO

from .bench import TOP, Bench
from .builds import Recipe, build_once
from .installed import Simulator
from .processes import CALL, child

__all__ = ["WAVES", "build", "build_verilog", "cocotb_test"]

#: The file with the waves in the simulation's folder, by simulator.
WAVES = {"icarus": "waves.fst", "verilator": "dump.vcd"}
_RUNNER = "utrap_sim.simulators.cocotb_runner"


def build(bench: Bench, simulator: Simulator, waves: bool = False) -> Path:
    """A folder with the bench built for the simulator, from the cache or new.

    Raises:
        UserError: When the build fails; the line names its log.
    """
    return build_verilog(bench.unit_verilog(), bench.verilog(), simulator, waves)


def build_verilog(unit: str, bench: str, simulator: Simulator, waves: bool = False) -> Path:
    """The same of two texts; the second has the module `TOP`, which a test may touch where it says so.

    Raises:
        UserError: When the build fails; the line names its log.
    """
    sources = {"trap_unit.v": unit, "bench.v": bench}
    return build_once(
        simulator,
        Recipe(
            key=(str(waves), *_cocotb(), *sources.values()),
            runtime=(str(waves), *_cocotb()),
            sources=lambda: sources,
            function=f"{_RUNNER}:build",
            words=(str(int(waves)),),
            kept=(TOP, "sim.vvp", *sources),
        ),
    )


def _cocotb() -> tuple[str, ...]:
    """What a build for cocotb depends on."""
    from cocotb_tools import config as cocotb_config

    return metadata.version("cocotb"), str(cocotb_config.libs_dir)


def cocotb_test(
    simulator: Simulator,
    built: Path,
    folder: Path,
    module: str,
    *,
    output: IO[bytes],
    waves: bool = False,
    environment: dict[str, str] | None = None,
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A process that runs the cocotb tests of a module on a build.

    Args:
        simulator: The one that the build is for.
        built: What `build` gave.
        folder: Where the simulator runs, a temporary one: should this process be gone, it is removed.
        module: The tests' module.
        output: Where what it prints goes.
        waves: Whether to record `WAVES`; the build must be one for waves.
        environment: More variables.
    """
    words = (simulator.name, str(built), str(folder), module, str(int(waves)))
    variables = simulator.environment | (environment or {})
    return child(CALL, f"{_RUNNER}:test", *words, output=output, folder=folder, cwd=folder, environment=variables)
