"""The formats, by the names that `utrap describe --format` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from utrap.config import Config
from utrap.descriptions import act, device_tree, sail, spike, systemrdl, udb
from utrap.descriptions.description import Description

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format.

    Attributes:
        what: What it is, in a line.
        describe: Makes it of a configuration.
        is_folder: It is a folder of files.
    """

    what: str
    describe: Callable[[Config], Description]
    is_folder: bool = False


FORMATS: Mapping[str, Format] = {
    "systemrdl": Format(
        what="SystemRDL 2.0: every CSR and field, for PeakRDL (IP-XACT, HTML, register models).",
        describe=systemrdl.describe,
    ),
    "udb": Format(what="A configuration of the RISC-V Unified Database, in YAML.", describe=udb.describe),
    "sail": Format(what="The Sail model's configuration, JSON for --config-override.", describe=sail.describe),
    "spike": Format(what="Spike's options --isa and --priv, in a line.", describe=spike.describe),
    "devicetree": Format(
        what="The properties of a hart's node in a device tree: extensions, mmu-type.", describe=device_tree.describe
    ),
    "act": Format(
        what="The folder that describes a device under test to the architectural tests (ACT 4).",
        describe=act.describe,
        is_folder=True,
    ),
}
