"""What the command needs to know of a core: one data class, and everything that differs between cores in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from utrap.config import Config

__all__ = ["BENCH", "EXAMPLES", "Core", "Insertion", "Package", "Program", "Synthesis", "Variant"]

#: The examples' folder of the checkout; a wheel has none.
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
#: The name of every bench's module.
BENCH = "bench"


@dataclass(frozen=True, kw_only=True)
class Package:
    """A Python package that holds the core's sources.

    Attributes:
        distribution: Its name on the package index.
        module: Its name in Python.
        version: The one that was tried; no other is taken.
        folder: Where the sources are in it.
    """

    distribution: str
    module: str
    version: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class Insertion:
    """Lines that go into a copy of one of the core's files when it is built; the installed file stays as it is.

    Attributes:
        file: The file, in the package's folder.
        after: A line of it, without the white space around it; there must be exactly one like it.
        text: What follows it then.
    """

    file: str
    after: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to build the core.

    Attributes:
        name: As the user says it.
        about: What it is, in a line.
        parameters: Of the bench's module, by name.
        defines: Macros for the whole build, by name.
        config: Changes to the unit's configuration.
        insertions: Lines that go into the core itself, with the unit alone.
    """

    name: str
    about: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    defines: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=dict)
    insertions: tuple[Insertion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that comes with the core, `programs/NAME.elf` in its example.

    Attributes:
        name: As the user says it.
        about: What it does, in a line.
        variants: The variants that it is for; all where there are none.
        more_cycles: So many more it takes with the unit.
        because: Why.
        needs_unit: The original cannot run it.
    """

    name: str
    about: str
    variants: tuple[str, ...] = ()
    more_cycles: int = 0
    because: str = ""
    needs_unit: bool = False


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """How to map the CSR file by itself.

    Attributes:
        top: Its module.
        files: Those of the core's files and of `own_first` that it needs, itself among them.
        parameters: Of the module, by name; the bench's are those of the variant.
    """

    top: str
    files: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Core:
    """A core whose CSR file the unit can take the place of.

    The build is: `own_first`, the package's `files` in their order, `own_last`, and `recorder.sv`, which the command
    writes (`utrap_integrate.recorder` says what the bench gives it). With the unit the macro `UTRAP_UNIT` is defined,
    and in the place of `replaced` come `trap_unit.v`, `adapter_parts` and `adapter`, which may include `trap_unit.vh`.

    Attributes:
        name: As the user says it, and the folder of its example.
        title: Its name in print.
        package: Where its sources are.
        xlen: Its width.
        march, mabi: What programs for it are compiled with.
        ram: The addresses of the bench's memory, read with $readmemh as doublewords.
        entry: Where the core starts, in the bench; None where it may be anywhere.
        config: The unit's configuration.
        files: The core's files in the package's folder, in the order of compilation.
        include: Folders for `include` likewise.
        replaced: The one of `files` that holds the CSR file.
        adapter, adapter_parts, own_first, own_last: Files of the example's folder; the bench's module is `bench`.
        unit: The unit's instance, from `bench` on.
        counts_commits: The recorder's `retires` has each instruction in the cycle of its event, MRET and the like among
            them; then the core's ways from event to event are looked at, too.
        defines: Macros.
        warnings: Verilator's messages to be quiet about.
        variants: The first is the default.
        programs: Those that come with it.
        synthesis: How to map the CSR file; None where nobody has tried.
    """

    name: str
    title: str
    package: Package
    xlen: int
    march: str
    mabi: str
    ram: range
    entry: int | None = None
    config: Config
    files: tuple[str, ...]
    include: tuple[str, ...] = ()
    replaced: str
    adapter: str
    adapter_parts: tuple[str, ...] = ()
    own_first: tuple[str, ...] = ()
    own_last: tuple[str, ...]
    unit: str
    counts_commits: bool
    defines: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    variants: tuple[Variant, ...]
    programs: tuple[Program, ...]
    synthesis: Synthesis | None = None

    @property
    def example(self) -> Path:
        """The folder of its example."""
        return EXAMPLES / self.name
