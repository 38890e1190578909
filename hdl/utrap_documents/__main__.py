# amaranth: UnusedElaboratable=no
"""The documents that are made from the sources: `python -m utrap_documents.__main__` writes them to docs/.

A test makes them again and compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from utrap.claims import CLAIMS
from utrap.config import EXTENSIONS, PRESETS, Config, every_extension
from utrap.csr.configured import csr_rows
from utrap.knobs import knobs
from utrap.products.csr_map import COLUMNS, csrs_rows
from utrap.products.port_list import ports_markdown
from utrap.products.preamble import wrapped
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist
from utrap_documents.timing_diagrams import wave_json
from utrap_documents.timing_scenarios import SCENARIOS

__all__ = ["documents", "drawing"]

_MADE = "<!-- Made by `make docs`: change the sources. -->\n"

_CSRS = """\
# CSRs

Every CSR of the unit in the profile `full`, as `utrap csrs` prints them; with `--profile`, `--xlen` and
`--set` it prints those of any configuration, with `--json` for programs. A field in parentheses is read-only.
Bits in no field are read-only 0. A section is the name of a rule in the RISC-V manual (`norm:` before it in
the sources) or of one in [shudeleg.md](spec/shudeleg.md). In the Verilog each CSR is a wire under its name,
and each field that is stored a register `csr_field`.
"""

_PORTS = """\

This is the list that `utrap generate` writes as `trap_unit_ports.md` beside the Verilog, for a configuration
that has every port: the profile `full`, RV64, with eight guest external interrupts, sixteen of the platform's own,
`mtvec_reset=port`, `rnmi_vectors=port`, `refetch=true`, and every extension. Another configuration has some of them,
and other widths.
[timing.md](timing.md) shows the ports at work, [instantiation.md](instantiation.md) a core around them.
"""

_TIMING = """\
# Timing

Every operation takes one cycle. The core drives the commit port in a cycle, the unit answers in that same
cycle, and all state changes at the rising edge of `clk` that ends it; the next operation may follow at once.
Nothing is registered between a port and an answer, so a core that needs shorter paths registers its side.

The diagrams are drawn from a simulation of the profile `full`, RV64, with the extensions that a text names. A
hatched signal means nothing in that cycle. Names without a port's prefix are CSRs.
"""


_PROFILES = """\
# Profiles and claims

Beside the five profiles of privilege modes (`mu` to `full`) there are names for harts of RISC-V's own profiles,
RV64, with what the profile mandates of the trap architecture and no option, and `max`, which has every
extension that there is, with N and Shudeleg. `--set` changes any of it: `--profile rva23s64 --set sdext=true`.

    utrap generate --profile rva23s64

Their vectored trap tables may stand at every multiple of 4 bytes (`vectored_align=4`), as the published
descriptions of other harts say. The profiles `mu` to `full` want them at multiples of 256 bytes, which saves an
adder; software that aligns them to less loses the low bits of xtvec.BASE there.
"""

_CLAIMS = """\

## What a hart around the unit may claim

The profiles name small extensions that say no more than that a register takes, or is given, what the manual
leaves open. The unit decides most of them; where the core has a part in it, the last column says which. The
Verilog names those that hold for its configuration.

"""


_KNOBS = """\
# What can be set

Every key of `--set`, which all commands take (the last ones, about the text of the Verilog, `utrap generate` alone).
`utrap generate --list` prints the same for a configuration. Values are those of RV64; of RV32 where they differ.
Fields of extensions whose default is false do not exist while they are: nothing of the Verilog is theirs.

What a change costs was measured once, on RV64, in the profile in which it stands out: more flip-flops, and more
six-input LUTs as Yosys maps them for area (`benchmarks/knobs.py`). A few LUTs either way are the mapper's luck.

"""


def documents() -> dict[str, str]:
    """Return every document that is made, by its path in docs/."""
    made = {"ports.md": _ports(), "csrs.md": _csrs(), "profiles.md": _profiles(), "timing.md": _timing()}
    made["knobs.md"] = _knobs()
    for scenario in SCENARIOS:
        source = wave_json(scenario)
        made[f"timing/{scenario.name}.json"] = source
        made[f"timing/{scenario.name}.svg"] = drawing(source)
    return made


def _ports() -> str:
    others = {"geilen": 8, "local_interrupts": 16, "mtvec_reset": "port", "rnmi_vectors": "port", "refetch": True}
    unit = TrapUnit(Config.profile("full", 64, **others, **every_extension(64)))
    title, _, rest = ports_markdown(unit, make_netlist(unit)).partition("\n")
    return f"{title}\n\n{_MADE}{_PORTS}{rest}"


def _profiles() -> str:
    title, _, rest = _PROFILES.partition("\n")
    names = [name for name, widths in PRESETS.items() if 64 in widths]
    of = {name: Config.profile(name, 64) for name in names}
    rows = [["", *(f"`{name}`" for name in names)]]
    rows.append(["modes", *("M, HS, U, VS, VU" if config.h else "M, S, U" for config in of.values())])
    rows.append(["`isa`", *(config.isa for config in of.values())])
    rows.append(["`satp_modes`", *(", ".join(config.satp_modes) for config in of.values())])
    rows.append(["`counters`", *(config.counters for config in of.values())])
    rows += [[f"`{key}`", *("yes" if getattr(c, key) else "" for c in of.values())] for key in EXTENSIONS]
    claimed = [["claim", *(f"`{name}`" for name in names), "what it says", "what the core does for it"]]
    for claim in CLAIMS:
        holds = ("yes" if claim.holds(config) else "" for config in of.values())
        claimed.append([claim.name, *holds, claim.text, claim.core])
    return f"{title}\n\n{_MADE}{rest}\n{_rows(rows)}{_CLAIMS}{_rows(claimed)}"


def _knobs() -> str:
    title, _, rest = _KNOBS.partition("\n")
    rows = [["key", "values", "default", "what a change costs", "meaning"]]
    for knob in knobs():
        wide, narrow = knob.values(64), knob.values(32)
        values = wide + (f"; RV32: {narrow}" if narrow != wide else "")
        cost = f"`{knob.cost.change}` on `{knob.cost.of}`: " if knob.cost else ""
        cost += knob.cost.text.partition(": ")[2] if knob.cost else "nothing"
        rows.append([f"`{knob.key}`", values, knob.defaults(), cost, knob.text])
    return f"{title}\n\n{_MADE}{rest}{_rows(rows)}"


def _rows(rows: list[list[str]]) -> str:
    """A table, its first row the heading."""
    head, *others = rows
    lines = [head, ["---"] * len(head), *others]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def _csrs() -> str:
    wide, narrow = Config.profile("full", 64), Config.profile("full", 32)
    title, _, rest = _CSRS.partition("\n")
    parts = [f"{title}\n\n{_MADE}{rest}", "\n## RV64\n\n", _table(csrs_rows(wide))]
    high = [row for row in csrs_rows(narrow) if row[1] not in csr_rows(wide)]
    parts += ["\n## RV32 alone\n\n", "The high halves; the other CSRs have 32 bits.\n\n", _table(high)]
    return "".join(parts)


def _table(rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    for address, name, *cells in rows:
        texts = [cell.replace("|", "\\|").replace("\n", "; ") for cell in cells]
        lines.append("| " + " | ".join([f"`{address}`", f"`{name}`", *texts]) + " |")
    return "\n".join(lines) + "\n"


def _timing() -> str:
    title, _, rest = _TIMING.partition("\n")
    parts = [f"{title}\n\n{_MADE}{rest}"]
    for scenario in SCENARIOS:
        text = "\n".join(wrapped(scenario.text))
        parts.append(f"\n## {scenario.title}\n\n{text}\n\n![{scenario.title}](timing/{scenario.name}.svg)\n")
    return "".join(parts)


def drawing(source: str) -> str:
    """Draw WaveJSON as SVG, on white, without the shapes that it does not use."""
    import wavedrom

    svg: str = wavedrom.render(source).tostring()
    shapes = re.compile(r'<g id="([^"]+)">.*?</g>')
    head, end, body = svg.partition("</defs>")
    used = set(re.findall(r'href="#([^"]+)"', body))
    head = shapes.sub(lambda shape: shape[0] if shape[1] in used else "", head)
    return f'{head}{end}<rect width="100%" height="100%" fill="white" />{body}\n'


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    _write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"), documents())
