"""Size and depth of every profile's Verilog, and of each extension's alone, as Yosys maps it to six-input LUTs.

Usage: python benchmarks/synthesis.py [PROFILE[+KEY[=VALUE] ...] ...]
"""

import sys
from collections.abc import Iterator

from rich.console import Console

from utrap.config import EXTENSIONS, PRESETS, PROFILES, STATE_OWNERS, Config
from utrap.products.verilog_module import verilog
from utrap_documents.synthesis import synthesise

#: What each extension stands on, beside msuh. The state enables' owners are outside the unit: bits of Smstateen.
_NEEDED = {"sscofpmf": "counters=zihpm", "shlcofideleg": "counters=zihpm+sscofpmf"}
_ALONE = [name for name in EXTENSIONS if name == "smstateen" or name not in STATE_OWNERS]
_ROWS = [
    *PROFILES,
    *PRESETS,
    "msuh+counters=zihpm",
    "msuh+vectored_align=4",
    *("+".join(filter(None, ("msuh", _NEEDED.get(name), name))) for name in _ALONE),
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


def main() -> None:
    # A row appears as soon as it is known: they take a quarter of an hour together.
    console = Console(width=200, highlight=False)
    console.print("| profile | XLEN | flip-flops | LUTs (area) | LUTs (depth) | levels (depth) | longest path, depth |")
    console.print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for name in sys.argv[1:] or _ROWS:
        for config in _configs(name):
            text = verilog(config)
            small, shallow = synthesise(text, for_area=True), synthesise(text, for_area=False)
            figures = (config.xlen, small.flip_flops, small.luts, shallow.luts, shallow.levels)
            row = (name, *map(str, figures), " > ".join(shallow.path))
            console.print(f"| {' | '.join(row)} |", markup=False)


if __name__ == "__main__":
    main()
