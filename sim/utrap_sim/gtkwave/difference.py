"""The save file that shows a first difference: the wires that differ, the trace port, the event, around that time."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vcd.gtkw import GTKWSave

from utrap.csr.configured import csr_rows
from utrap.products.port_list import Port, port_groups
from utrap_show.names import Names
from utrap_sim.simulators.bench import Bench

from .words import Words

__all__ = ["Place", "difference_files", "differing_wires"]

#: Cycles that are shown before the difference and behind it, and pixels for each.
_BEFORE, _AFTER, _PIXELS_OF_CYCLE = 8, 4, 100
#: GTKWave's zoom is a power of two; at 0 a unit of time has so many pixels.
_PIXELS = 200
_GROUPS = {
    "mode": ("clk", "rst", "hart_mode", "hart_debug"),
    "trace port": ("trace_",),
    "event": ("commit_", "answer_", "interrupt_", "lines_"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in which waves.

    Attributes:
        dump: The waves, as a path from the save file's folder, or whole.
        unit: The scope of the unit in them.
        time: When the clock's edge is that ends the guilty event's cycle, in the waves' unit.
        cycle: How long a cycle is, in the same unit.
    """

    dump: str
    unit: str
    time: int
    cycle: int


def differing_wires(bench: Bench, fields: Iterable[str]) -> list[tuple[str, int]]:
    """The unit's wires behind fields that differ, and the bits of each."""
    widths = {field.name: field.width for field in (*bench.inputs.fields, *bench.outputs.fields)}
    wires: dict[str, int] = {}
    for field in fields:
        register, at, _ = field.partition("@")
        if at:
            csr, _, name = register.partition(".")
            found = next(each for each in csr_rows(bench.config)[csr].fields if each.name == name)
            wires[register.replace(".", "_")] = found.width // found.copies
        else:
            wires |= dict.fromkeys(bench.sources.get(field, (field.replace(".", "_"),)), widths.get(field, 1))
    return list(wires.items())


def difference_files(name: str, bench: Bench, place: Place, fields: Iterable[str]) -> dict[str, bytes]:
    """The save file `<name>.gtkw` and its translation files; `fields` are those that differ."""
    words, text = Words(Names(bench.model, bench.config)), io.StringIO()
    gtkw = GTKWSave(text)
    gtkw.dumpfile(place.dump, abspath=False)
    gtkw.savefile(f"{name}.gtkw", abspath=False)
    gtkw.timestart(max(0, place.time - _BEFORE * place.cycle))
    gtkw.size((_BEFORE + _AFTER) * _PIXELS_OF_CYCLE + 520, 800)
    gtkw.pos()
    gtkw.zoom_markers(math.log2(_PIXELS_OF_CYCLE / place.cycle / _PIXELS), place.time)
    gtkw.signals_width(280)
    gtkw.sst_expanded(False)
    ports = {port.name: port for group in port_groups(bench.unit) for port in group.ports}
    with gtkw.group("differs"):
        for wire, width in differing_wires(bench, fields):
            _trace(gtkw, place, wire, width, words.of_port(ports[wire]) if wire in ports else None)
    for title, beginnings in _GROUPS.items():
        with gtkw.group(title):
            for port in _beginning(ports.values(), beginnings):
                _trace(gtkw, place, port.name, port.width, words.of_port(port))
    return {f"{name}.gtkw": text.getvalue().encode(), **words.files}


def _beginning(ports: Iterable[Port], beginnings: tuple[str, ...]) -> Iterator[Port]:
    return (port for port in ports if port.name.startswith(beginnings))


def _trace(gtkw: GTKWSave, place: Place, wire: str, width: int, words: str | None) -> None:
    bits = f"[{width - 1}:0]" if width > 1 else ""
    gtkw.trace(f"{place.unit}.{wire}{bits}", translate_filter_file=words)
