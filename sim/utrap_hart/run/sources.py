"""The Verilog of the platform and its bench, made once for each state of what makes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path

import utrap
from utrap.command_line.files import write_atomically
from utrap.config import Config
from utrap_hart.description import Description
from utrap_sim.simulators.builds import cache_folder
from utrap_testbench import boundary
from utrap_testbench.boundary import Layout

__all__ = ["Sources", "hart_sources"]

#: What the Verilog is made of, by folder: our own modules, and the packages that turn them into Verilog.
_OWN = (Path(utrap.__file__).parent, Path(boundary.__file__).parent, Path(__file__).parent.parent)
_PACKAGES = ("amaranth", "pyosys")


@dataclass(frozen=True)
class Sources:
    """The files of a simulation, and what its lines hold.

    Attributes:
        files: Verilog by name: the platform, the trap unit, the bench.
        config: The trap unit's configuration.
        input_fields, output_fields: Name and width of what an event's vectors hold.
    """

    files: Mapping[str, str]
    config: Config
    input_fields: tuple[tuple[str, int], ...]
    output_fields: tuple[tuple[str, int], ...]

    @cached_property
    def inputs(self) -> Layout:
        """The first vector of an event's line."""
        return Layout(self.input_fields)

    @cached_property
    def outputs(self) -> Layout:
        """The second one."""
        return Layout(self.output_fields)


def hart_sources(description: Description | None = None) -> Sources:
    """The sources of the hart, as it is or as it is described, from the cache or new."""
    description = description or Description()
    folder = cache_folder()
    name = f"hart-{_fingerprint(description)}.json"
    try:
        document = json.loads((folder / name).read_text())
    except (OSError, ValueError):
        document = _make(description)
        write_atomically(folder, {name: json.dumps(document).encode()})
    return Sources(
        document["files"],
        description.config,
        tuple((name, width) for name, width in document["inputs"]),
        tuple((name, width) for name, width in document["outputs"]),
    )


def _make(description: Description) -> dict[str, object]:
    from utrap_hart.platform.verilog_files import soc_verilog

    from .hart_bench import TOP, BenchLayout

    config = description.config
    layout = BenchLayout(config)
    return {
        "files": {**soc_verilog(config, description.zero_pmp), f"{TOP}.v": layout.verilog()},
        "inputs": [[field.name, field.width] for field in layout.inputs.fields],
        "outputs": [[field.name, field.width] for field in layout.outputs.fields],
    }


def _fingerprint(description: Description) -> str:
    """A name for the modules that the Verilog depends on; to elaborate them takes seconds."""
    digest = hashlib.sha256(f"{description}\0".encode())
    for package in _PACKAGES:
        digest.update(f"{package} {metadata.version(package)}\0".encode())
    for folder in _OWN:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]
