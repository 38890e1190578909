"""Size and depth of every profile's Verilog, and of each extension's alone: six-input LUTs, gates, and where they go.

Usage: python benchmarks/synthesis.py [--clock | --where] [PROFILE[+KEY[=VALUE] ...] ...]

--clock  the frequency that nextpnr-ecp5 reaches in place of the sizes, with the critical path, of profiles that are
         named, which takes minutes for each; and the same if the core set and cleared bits, and wrote CSRs whole
--where  which modules of the source, registers and ports the gates belong to, in place of the sizes
"""

import sys
from collections.abc import Iterator, Mapping

from rich.console import Console

from utrap.config import PRESETS, PROFILES, Config, each_extension
from utrap.form import Form
from utrap.products.verilog_module import verilog, write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist
from utrap_documents.breakdown import break_down
from utrap_documents.clock import clock
from utrap_documents.gates import Gates, count_gates
from utrap_documents.synthesis import synthesise, written_whole


def _setting(change: tuple[str, object]) -> str:
    key, value = change
    return key if value is True else f"{key}={value}"


_ROWS = [
    *PROFILES,
    *PRESETS,
    "msuh+counters=zihpm",
    "msuh+vectored_align=4",
    *("+".join(["msuh", *map(_setting, changes.items())]) for changes in each_extension(64).values()),
]


def _configs(name: str) -> Iterator[Config]:
    """Yield the configurations of a row: profiles for every XLEN that they have, changes of one for RV64."""
    profile, *settings = name.split("+")
    changes: dict[str, object] = {}
    for setting in settings:
        key, _, value = setting.partition("=")
        words: dict[str, object] = {"": True, "true": True, "false": False}
        changes[key] = int(value) if value.isdecimal() else words.get(value, value)
    for xlen in (64,) if settings else PRESETS.get(profile, (64, 32)):
        yield Config.profile(profile, xlen, **changes)


_COLUMNS = (
    "profile",
    "XLEN",
    "flip-flops",
    "LUTs (area)",
    "LUTs (depth)",
    "levels (depth)",
    "AND nodes",
    "AND levels",
    "gates",
    "gates, required resets",
)


def _gates(config: Config) -> Gates:
    """Count the gates of a unit as an ASIC has it: no register has a value before the first reset."""
    unit = TrapUnit(config)
    return count_gates(write_module(unit, make_netlist(unit), Form(initial_values=False)))


def _sizes(config: Config) -> list[object]:
    """Measure a row of the table."""
    text = verilog(config)
    small, shallow = synthesise(text, for_area=True), synthesise(text, for_area=False)
    every, required = _gates(config), _gates(config.replace(reset_state="required"))
    figures = [config.xlen, small.flip_flops, small.luts, shallow.luts, shallow.levels]
    return [*figures, every.nodes, every.levels, every.equivalents, required.equivalents, " > ".join(shallow.path)]


def _print_shares(console: Console, config: Config) -> None:
    """Print where the gates go."""
    found = break_down(config)
    parts: Mapping[str, Mapping[str, int]] = {
        "by module": found.by_module,
        "for one register alone": found.by_register,
        "for one output alone": found.by_port,
    }
    for name, counts in parts.items():
        console.print(f"{name}: {', '.join(f'{key} {count}' for key, count in counts.items())}", markup=False)


def _print_clocks(console: Console, config: Config) -> None:
    """Print how fast the unit is, and how fast if CSRs were written whole."""
    for who, modifies in (("the unit", True), ("the core", False)):
        text, found = verilog(config), clock(config, modifies)
        levels = synthesise(text if modifies else written_whole(text), for_area=False).levels
        figures = f"{found.megahertz:.0f} MHz, {levels} levels, {' > '.join(found.path)}"
        console.print(f"{who} sets and clears bits: {figures}", markup=False)


def main() -> None:
    # A row appears as soon as it is known: they take most of an hour together.
    console = Console(width=240, highlight=False, soft_wrap=True)
    options = [word for word in sys.argv[1:] if word in ("--clock", "--where")]
    names = [word for word in sys.argv[1:] if word not in options] or _ROWS
    if not options:
        console.print(f"| {' | '.join(_COLUMNS)} | longest path, depth |")
        console.print(f"| --- |{' ---: |' * (len(_COLUMNS) - 1)} --- |")
    for name in names:
        for config in _configs(name):
            if options:
                console.print(f"{name} RV{config.xlen}", markup=False)
            if "--where" in options:
                _print_shares(console, config)
            if "--clock" in options:
                _print_clocks(console, config)
            if not options:
                console.print(f"| {' | '.join(map(str, [name, *_sizes(config)]))} |", markup=False)


if __name__ == "__main__":
    main()
