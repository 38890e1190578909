"""GTKWave's save file for a dump: signals in groups, modes and causes as words, a marker at each trap and return.

Words are in translation files beside the save file; both name the others
without a folder, so that the folder can be moved.
"""

from __future__ import annotations

import io
import math

from vcd.gtkw import GTKWSave

from utrap.csr.configured import csrs
from utrap.csr.definitions import Csr
from utrap.products.port_list import Port, port_groups
from utrap_sim.gtkwave.difference import differing_wires
from utrap_sim.gtkwave.words import Words
from utrap_sim.simulators.bench import TOP

from .bench import NOTE_CHARACTERS, PERIOD, START
from .model_hart import Hart
from .run import Run
from .scenario import event_name

__all__ = ["gtkwave_files"]

_UNIT = f"{TOP}.dut"
#: GTKWave's named markers.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Pixels for the waves, and for a nanosecond at least and at most: a word or two must fit into a cycle.
_ROOM, _NARROW, _WIDE = 1300, 5.0, 12.0
#: GTKWave's zoom is a power of two; at 0 a nanosecond has so many pixels.
_PIXELS = 200
#: The ports of the group `mode` and, in order, of the group `event`.
_MODE_PORTS = ("clk", "rst", "hart_mode")
_EVENT_PORTS = ("commit_", "answer_", "interrupt_", "lines_", "mtime", "trace_")


def gtkwave_files(name: str, hart: Hart, run: Run) -> dict[str, bytes]:
    """The save file `<name>.gtkw` for the dump `<name>.vcd`, and its translation files."""
    return _SaveFile(name, hart, run).files()


class _SaveFile:
    def __init__(self, name: str, hart: Hart, run: Run) -> None:
        self._name, self._hart, self._run = name, hart, run
        self._text = io.StringIO()
        self._gtkw = GTKWSave(self._text)
        self._xlen = hart.config.xlen
        self._ports = {port.name: port for group in port_groups(hart.bench.unit) for port in group.ports}
        self._rows = csrs(hart.bench.config)
        self._words = Words(hart.names)

    def files(self) -> dict[str, bytes]:
        gtkw = self._gtkw
        gtkw.dumpfile(f"{self._name}.vcd", abspath=False)
        gtkw.savefile(f"{self._name}.gtkw", abspath=False)
        gtkw.timestart(self._time(self._run.first))
        gtkw.size(1720, 1000)
        gtkw.pos()
        self._mark()
        gtkw.treeopen(TOP)
        gtkw.treeopen(_UNIT)
        gtkw.signals_width(280)
        gtkw.sst_expanded(False)
        self._groups()
        return {f"{self._name}.gtkw": self._text.getvalue().encode(), **self._words.files}

    def _time(self, cycle: int) -> int:
        return START + cycle * PERIOD

    def _mark(self) -> None:
        """A marker with a name at each trap and return, as far as there are letters."""
        run, names = self._run, self._hart.names
        places = {}
        for number, seen in enumerate(run.seen):
            event = event_name(seen["trace.kind"], seen["trace.cause"])
            if event and run.cycles[run.first + number].is_shown:
                said = f"{names.mode_name(seen['trace.from_mode'])}>{names.mode_name(seen['trace.to_mode'])}"
                places[self._time(run.first + number)] = f"{event.lower().replace('_', ' ')} {said}"
        marked = dict(zip(_LETTERS, places, strict=False))
        span = PERIOD * (len(run.cycles) - run.first)
        zoom = math.log2(min(_WIDE, max(_NARROW, _ROOM / span)) / _PIXELS)
        first = next(iter(places), -1)
        if found := run.difference:
            first = self._time(found.cycle + 1)
        self._gtkw.zoom_markers(zoom, first, **marked)  # type: ignore[arg-type]
        for letter, time in marked.items():
            # The library has no word for it.
            self._text.write(f"[markername] {letter.upper()}{places[time]}\n")

    # Groups.

    def _groups(self) -> None:
        gtkw = self._gtkw
        if found := self._run.difference:
            with gtkw.group("differs"):
                for wire, width in differing_wires(self._hart.bench, (each.field for each in found.fields)):
                    words = self._words.of_port(self._ports[wire]) if wire in self._ports else None
                    self._signal(wire, width, words)
        gtkw.trace(f"{TOP}.note[{8 * NOTE_CHARACTERS - 1}:0]", alias="software", datafmt="ascii", rjustify=False)
        bits = self._ports["trace_kind"].width + 6
        words = self._words.of("events", bits)
        gtkw.trace(f"{TOP}.happens[{bits - 1}:0]", alias="event", translate_filter_file=words)
        with gtkw.group("mode"):
            for name in _MODE_PORTS:
                self._port(self._ports[name])
        events = [port for prefix in _EVENT_PORTS for port in self._ports.values() if port.name.startswith(prefix)]
        with gtkw.group("event"):
            for port in events:
                self._port(port)
        for title, rows in self._levels().items():
            with gtkw.group(title, closed=not any(self._run.seen.changes(row.name) for row in rows)):
                for row in rows:
                    self._csr(row)
                with gtkw.group(f"{title}: fields", closed=True):
                    for row in rows:
                        self._fields(row)
        shown = {*_MODE_PORTS, *(port.name for port in events)}
        with gtkw.group("other ports", closed=True):
            for port in self._ports.values():
                if port.name not in shown:
                    self._port(port)

    def _levels(self) -> dict[str, list[Csr]]:
        """The CSRs by the mode that they are for."""
        hs = "HS" if self._hart.config.h else "S"
        groups: dict[str, list[Csr]] = {title: [] for title in ("M", hs, "VS", "U", "windows")}
        for row in self._rows:
            if row.name.startswith("hugpaw"):
                groups["windows"].append(row)
            elif row.name.startswith("vs"):
                groups["VS"].append(row)
            else:
                groups[("U", hs, hs, "M")[row.lowest_mode_bits]].append(row)
        return {title: rows for title, rows in groups.items() if rows}

    # Signals.

    def _port(self, port: Port) -> None:
        self._signal(port.name, port.width, self._words.of_port(port))

    def _csr(self, row: Csr) -> None:
        words = self._words.of("xcauses", self._xlen) if row.name.endswith("cause") else None
        self._signal(row.name, self._xlen, words)

    def _fields(self, row: Csr) -> None:
        for field in row.fields:
            if row.owns(field):
                self._signal(f"{row.name}_{field.name}", field.width // field.copies)

    def _signal(self, name: str, width: int, words: str | None = None) -> None:
        bits = f"[{width - 1}:0]" if width > 1 else ""
        self._gtkw.trace(f"{_UNIT}.{name}{bits}", translate_filter_file=words)
