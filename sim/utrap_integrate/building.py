"""A core built with its own CSR file or with the unit, by Verilator; made once and kept, as the other builds are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.products.verilog_header import verilog_header
from utrap.unit import TrapUnit
from utrap_sim.simulators.builds import Recipe, build_once
from utrap_sim.simulators.installed import Simulator, find_simulator
from utrap_sim.simulators.unit_verilog import unit_verilog

from .core import BENCH, Core, Variant
from .package import find_sources
from .recorder import UnitLayout, recorder_verilog

__all__ = ["ARGUMENTS", "PLAN", "Built", "Files", "build", "files_of", "synthesis_of", "unit_config"]

#: Arguments of Verilator. A core's own lint is its own business; a loop is looked at by a test.
ARGUMENTS = (
    "--timing",
    "-O3",
    "-Wno-fatal",
    "-Wno-lint",
    "-Wno-style",
    "--timescale",
    "1ns/1ps",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
)
#: What `utrap_integrate.verilate` reads in the build's folder.
PLAN = "plan.json"
_RECORDER = "recorder.sv"
_UNIT = "trap_unit.v"
_HEADER = "trap_unit.vh"


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is compiled.

    Attributes:
        order: The files in their order, with their paths; those of `made` have plain names.
        made: Files that are written into the build's folder, by name.
        include: Folders for `include`.
        defines: Macros.
        parameters: Of the bench's module.
        layout: With the unit: what the recorder writes of it.
    """

    order: tuple[str, ...]
    made: Mapping[str, str]
    include: tuple[str, ...]
    defines: Mapping[str, str]
    parameters: Mapping[str, str]
    layout: UnitLayout | None

    def arguments(self) -> list[str]:
        """What Verilator is told of them."""
        return [
            *(f"+define+{name}={value}" if value else f"+define+{name}" for name, value in self.defines.items()),
            *(f"-G{name}={value}" for name, value in self.parameters.items()),
            *(f"+incdir+{folder}" for folder in self.include),
            *self.order,
        ]


@dataclass(frozen=True, kw_only=True)
class Built:
    """A core that is ready to run.

    Attributes:
        core, variant: What it is.
        simulator: The simulator.
        program: The simulation.
        layout: With the unit: what the recorder writes of it.
    """

    core: Core
    variant: Variant
    simulator: Simulator
    program: Path
    layout: UnitLayout | None


def unit_config(core: Core, variant: Variant) -> Config:
    """What the unit is generated for."""
    changes: dict[str, object] = dict(variant.config)
    return replace(core.config, **changes)  # type: ignore[arg-type]


def files_of(core: Core, variant: Variant, with_unit: bool, adapter: Path | None = None) -> Files:
    """The files of one build.

    Args:
        core: The core.
        variant: How it is built.
        with_unit: The unit and the adapter take the CSR file's place.
        adapter: Another adapter than the example's.

    Raises:
        UserError: When the core's package, or one of its files or of the example's, is missing.
    """
    folder, example = find_sources(core.package), core.example
    if not example.is_dir():
        raise UserError(f"the adapter and the bench of {core.title} are in a checkout's folder examples/{core.name},"
                        f" and {example} is missing: utrap integrate needs a checkout")  # fmt: skip
    made = {}
    order = [str(example / name) for name in core.own_first]
    for name in core.files:
        if with_unit and name == core.replaced:
            order += [
                _UNIT,
                *(str(example / part) for part in core.adapter_parts),
                str(adapter or example / core.adapter),
            ]
        elif with_unit and (insertions := [part for part in variant.insertions if part.file == name]):
            made[Path(name).name] = _inserted(folder / name, [(part.after, part.text) for part in insertions])
            order.append(Path(name).name)
        else:
            order.append(str(folder / name))
    order += [*(str(example / name) for name in core.own_last), _RECORDER]
    layout = None
    if with_unit:
        config = unit_config(core, variant)
        layout = UnitLayout.of(config, core.unit)
        made[_UNIT] = unit_verilog(TrapUnit(config))
        made[_HEADER] = verilog_header(config)
    made[_RECORDER] = recorder_verilog(layout, core.unit)
    return Files(
        order=tuple(order),
        made=made,
        include=(".", *(str(folder / name) for name in core.include)),  # made files lie in the build's folder
        defines={**core.defines, **variant.defines, **({"UTRAP_UNIT": ""} if with_unit else {})},
        parameters=variant.parameters,
        layout=layout,
    )


def synthesis_of(core: Core, with_unit: bool) -> tuple[list[str], str, Mapping[str, str]]:
    """How Yosys reads the CSR file by itself, or the adapter with the unit: commands, top module, files by name."""
    assert core.synthesis is not None, f"{core.name} says nothing of synthesis"
    files, wanted = files_of(core, core.variants[0], with_unit), core.synthesis
    folder = find_sources(core.package)
    known = [str(folder / name) for name in wanted.files] + [str(core.example / name) for name in wanted.files]
    known += [_UNIT, *(str(core.example / name) for name in (*core.adapter_parts, core.adapter))]
    arguments = [
        *(f"-D {name}={value}" if value else f"-D {name}" for name, value in files.defines.items()),
        *(f"-I {path}" for path in files.include),
        *(f"-G {name}={value}" for name, value in wanted.parameters.items()),
        *(name for name in files.order if name in known),
    ]
    return [f"read_slang --top {wanted.top} {' '.join(arguments)}"], wanted.top, files.made


def _inserted(path: Path, parts: list[tuple[str, str]]) -> str:
    """The file's text with lines put in."""
    lines = _read(path).splitlines()
    for after, text in parts:
        places = [number for number, line in enumerate(lines) if line.strip() == after]
        if len(places) != 1:
            raise UserError(f"{path} has {len(places)} lines {after!r}, and there must be one to insert after it")
        lines[places[0] + 1 : places[0] + 1] = text.splitlines()
    return "\n".join([*lines, ""])


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def build(
    core: Core,
    variant: Variant,
    with_unit: bool,
    *,
    waves: bool = False,
    adapter: Path | None = None,
    tell: Callable[[], None] = lambda: None,
) -> Built:
    """Build the core, or find it built.

    Args:
        core, variant, with_unit, adapter: As for `files_of`.
        waves: It can write waves.
        tell: Called before a build that is not in the cache.

    Raises:
        UserError: When the simulator or a file is missing or the build fails.
    """
    simulator = find_simulator("verilator", for_cocotb=False)
    files = files_of(core, variant, with_unit, adapter)
    quiet = [f"-Wno-{name}" for name in core.warnings]
    plan = {"arguments": [*quiet, *files.arguments()], "waves": waves}

    def sources() -> dict[str, str]:
        tell()
        return {**files.made, PLAN: json.dumps(plan)}

    shared = ("integrate", str(waves), *ARGUMENTS)
    recipe = Recipe(
        key=(*shared, json.dumps(plan), _digest(files), *files.made.values()),
        runtime=shared,
        sources=sources,
        function="utrap_integrate.verilate:build_here",
        words=(),
        kept=(BENCH,),
    )
    folder = build_once(simulator, recipe)
    return Built(core=core, variant=variant, simulator=simulator, program=folder / BENCH, layout=files.layout)


def _digest(files: Files) -> str:
    """A name for the contents of the files that are used where they lie."""
    digest = hashlib.sha256()
    for name in files.order:
        if name not in files.made:
            digest.update(_read(Path(name)).encode() + b"\0")
    return digest.hexdigest()
