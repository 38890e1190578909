"""What CVA6's and Hazard3's CSR files take, and what the unit does, by the same flow in one run.

Usage: python benchmarks/peers.py [--cva6 DIR] [--hazard3 DIR] [--clock]

--cva6, --hazard3  checkouts of openhwgroup/cva6 and Wren6991/Hazard3; submodules are not needed
--clock            the frequency that nextpnr-ecp5 reaches too: minutes for each row
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from utrap.command_line.errors import UserError
from utrap.config import Config
from utrap.form import Form
from utrap.products.verilog_module import verilog, write_module
from utrap.unit import TrapUnit
from utrap.verilog.netlist import make_netlist
from utrap_documents.clock import Clock, clock, clock_of, find_nextpnr
from utrap_documents.gates import Gates, count_gates, map_to_gates
from utrap_documents.peers import Peer, cva6, hazard3, pins
from utrap_documents.synthesis import Size, map_to_luts, synthesise

_COLUMNS = (
    "module",
    "flip-flops",
    "LUTs (area)",
    "LUTs (depth)",
    "levels (depth)",
    "AND nodes",
    "AND levels",
    "gates",
)
_NOTHING = (
    "peers.py measures nothing by itself: give --cva6 DIR or --hazard3 DIR,"
    " checkouts of openhwgroup/cva6 and Wren6991/Hazard3"
)


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """A peer, and units beside it.

    Attributes:
        peer: The peer.
        units: Configurations of the unit by their titles.
        note: What each side has that the other lacks.
    """

    peer: Peer
    units: dict[str, Config]
    note: str


_OF_CVA6 = """CVA6's file alone holds mcycle and minstret (128 flip-flops), mcountinhibit, fcsr, the switches of the
caches, address translation's enables in registers, and XLEN bits of xcause, medeleg and mideleg{}. Debug
Mode, which it has too, the unit has in the second of its rows. It chooses no interrupt and judges no xRET, WFI or
fence: CVA6's decoder does, outside this file. The unit alone does both, writes the trace port (the wires of CVA6's
trace are left out), and has Sv48 in the first of its rows."""
_OF_HAZARD3 = """Hazard3's file alone has registers behind the interrupt lines, what holds an entry back while a load is
under way, and the wires to PMP and triggers. Both choose the interrupt. The unit alone judges xRET, WFI and CSRs
outside it, and writes the trace port; mtval, a code of 6 bits in mcause and the counter enables it has in the first of
its rows."""


def _of_cva6(folder: Path) -> Iterator[_Comparison]:
    rooms = {"satp_modes": ("bare", "sv39"), "hgatp_modes": ("bare", "sv39x4")}
    for profile, configuration in (("msuh", "cv64a6_imafdch_sv39"), ("msu", "cv64a6_imafdc_sv39")):
        has_h = profile == "msuh"
        changes: dict[str, object] = {key: modes for key, modes in rooms.items() if has_h or key == "satp_modes"}
        changes |= {"sdext": True, "counters": "zihpm", "isa": "IMAFDCB", "vs": False, "mtvec_reset": "port"}
        yield _Comparison(
            peer=cva6(folder, configuration),
            units={
                f"utrap, {profile} RV64": Config.profile(profile, 64),
                f"utrap, {profile} RV64 as CVA6 is": Config.profile(profile, 64, **changes),
            },
            note=_OF_CVA6.format(", hedeleg and hideleg" if has_h else ""),
        )


def _of_hazard3(folder: Path) -> Iterator[_Comparison]:
    yield _Comparison(
        peer=hazard3(folder),
        units={
            "utrap, mu RV32": Config.profile("mu", 32),
            "utrap, mu RV32 as Hazard3 is": Config.profile("mu", 32, tval="none", cause_bits=4, counters="none"),
        },
        note=_OF_HAZARD3,
    )


def _row(title: str, sizes: list[Size], gates: Gates, clock: Clock | None) -> str:
    small, shallow = sizes
    figures = [small.flip_flops, small.luts, shallow.luts, shallow.levels, gates.nodes, gates.levels, gates.equivalents]
    return f"| {' | '.join(map(str, [title, *figures, *([round(clock.megahertz)] if clock else [])]))} |"


def _of_peer(peer: Peer, is_clocked: bool) -> str:
    return _row(
        peer.title,
        [map_to_luts(peer.read, peer.top, peer.inputs, for_area) for for_area in (True, False)],
        map_to_gates(peer.read, peer.top, peer.inputs),
        clock_of(peer.read, peer.top, peer.inputs, peer.clocks, pins(peer)) if is_clocked else None,
    )


def _of_unit(title: str, config: Config, is_clocked: bool) -> str:
    text, unit = verilog(config), TrapUnit(config)
    # A peer's reset is a pin of its flip-flops, and so is the unit's where the gates are counted.
    form = Form(reset="asynchronous", initial_values=False)
    return _row(
        title,
        [synthesise(text, for_area) for for_area in (True, False)],
        count_gates(write_module(unit, make_netlist(unit), form)),
        clock(config) if is_clocked else None,
    )


def main(arguments: list[str]) -> int:
    """Print the tables as benchmarks/RESULTS.md has them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cva6", type=Path, metavar="DIR")
    parser.add_argument("--hazard3", type=Path, metavar="DIR")
    parser.add_argument("--clock", action="store_true")
    options = parser.parse_args(arguments)
    try:
        # All is read before anything is measured.
        if options.clock:
            find_nextpnr()
        comparisons = [
            *(_of_hazard3(options.hazard3) if options.hazard3 else ()),
            *(_of_cva6(options.cva6) if options.cva6 else ()),
        ]
    except UserError as error:
        print(f"peers.py: {error}", file=sys.stderr)
        return 2
    if not comparisons:
        print(_NOTHING)
        return 0
    console = Console(width=240, highlight=False, soft_wrap=True, markup=False)
    columns = [*_COLUMNS, *(["MHz"] if options.clock else [])]
    for comparison in comparisons:
        console.print(f"{comparison.peer.title}: commit {comparison.peer.commit or 'unknown'}\n")
        console.print(f"| {' | '.join(columns)} |\n| --- |{' ---: |' * (len(columns) - 1)}")
        console.print(_of_peer(comparison.peer, options.clock))
        for title, config in comparison.units.items():
            console.print(_of_unit(title, config, options.clock))
        console.print(f"\n{comparison.note}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
