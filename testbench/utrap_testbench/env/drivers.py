"""The drivers: each puts its port's part of a cycle into the vector that the bench drives.

What an event does not define is noise: the unit must not look at it.
"""

from __future__ import annotations

import random
from enum import IntEnum, unique

from utrap_testbench.golden import CsrAccess, Event, Return, TakeException, TakeInterrupt, TrapReturn
from utrap_testbench.golden.events import Retire

from .cycle import Cycle
from .vector import Layout

__all__ = ["CommitDriver", "Drivers", "ExtensionDriver", "LinesDriver", "Op"]


@unique
class Op(IntEnum):
    """Values of `commit_op`, as the port list has them."""

    NONE = 0
    CSR = 1
    EXCEPTION = 2
    INTERRUPT = 3
    MRET = 4
    SRET = 5
    URET = 6
    DEBUG_CSR = 7


_RETURNS = {Return.MRET: Op.MRET, Return.SRET: Op.SRET, Return.URET: Op.URET}
_DIRTY = ("fs_dirty", "vs_dirty")
#: The operands of each kind of event: attributes of the event and members of the port have the same names.
_OPERANDS: dict[type[Event], tuple[str, ...]] = {
    Retire: _DIRTY,
    CsrAccess: _DIRTY,
    TakeException: ("pc", "cause", "tval", "gva", "tval2", "tinst"),
    TakeInterrupt: ("pc",),
    TrapReturn: (),
}


class _Places:
    """Where the members of one port are in the vector; a member that the configuration lacks has no bits."""

    def __init__(self, layout: Layout, port: str) -> None:
        self.low: dict[str, int] = {}
        self.ones: dict[str, int] = {}
        for field in layout.fields:
            name, _, member = field.name.partition(".")
            if name == port:
                self.low[member or port] = layout.offset[field.name]
                self.ones[member or port] = (1 << field.width) - 1

    def mask(self, *members: str) -> int:
        return sum(self.ones[name] << self.low[name] for name in members if name in self.low)


class CommitDriver:
    """Drives the commit port: one event, or none, in every cycle."""

    def __init__(self, layout: Layout) -> None:
        places = self._places = _Places(layout, "commit")
        self._op = places.low["op"]
        self._address, self._csr_op = places.low["csr_address"], places.low["csr_op"]
        self._wdata = places.low["csr_wdata"]
        self._defined: dict[type[Event], int] = {}
        self._operands: dict[type[Event], tuple[tuple[str, int, int], ...]] = {}
        for kind, names in _OPERANDS.items():
            present = [name for name in names if name in places.low]
            csr = ("csr_address", "csr_op", "csr_wdata") if kind is CsrAccess else ()
            self._defined[kind] = ~places.mask("op", *present, *csr)
            self._operands[kind] = tuple((name, places.low[name], places.ones[name]) for name in present)

    def drive(self, vector: int, event: Event) -> int:
        """The vector with the event in it."""
        kind = type(event)
        vector = vector & self._defined[kind] | self._number(event) << self._op
        for name, low, ones in self._operands[kind]:
            vector |= (getattr(event, name) & ones) << low
        if isinstance(event, CsrAccess):
            vector |= event.address << self._address | event.op.value << self._csr_op | event.wdata << self._wdata
        return vector

    @staticmethod
    def _number(event: Event) -> Op:
        if isinstance(event, CsrAccess):
            return Op.DEBUG_CSR if event.debug else Op.CSR
        if isinstance(event, TakeException):
            return Op.EXCEPTION
        if isinstance(event, TakeInterrupt):
            return Op.INTERRUPT
        if isinstance(event, TrapReturn):
            return _RETURNS[event.insn]
        return Op.NONE


class ExtensionDriver:
    """Plays the CSRs outside the unit: answers the access that the commit port makes."""

    def __init__(self, layout: Layout) -> None:
        places = _Places(layout, "extension")
        self._exists, self._rdata = places.low["exists"], places.low["rdata"]
        self._defined = ~places.mask("exists", "rdata")

    def drive(self, vector: int, event: Event) -> int:
        """The vector with the answer in it."""
        if not isinstance(event, CsrAccess):
            return vector
        return vector & self._defined | event.ext_exists << self._exists | event.ext_rdata << self._rdata


class LinesDriver:
    """Holds the interrupt lines at their levels."""

    #: Bit numbers in mip.
    _BITS = (("meip", 11), ("seip", 9), ("ueip", 8), ("mtip", 7), ("msip", 3))

    def __init__(self, layout: Layout) -> None:
        self._places = _Places(layout, "lines")
        self._defined = ~self._places.mask(*self._places.low)
        self._lines = self._hgeip = self._levels = 0

    def drive(self, vector: int, lines: int | None, hgeip: int | None) -> int:
        """The vector with the levels in it; None leaves them as they are."""
        if lines is not None or hgeip is not None:
            self._lines = self._lines if lines is None else lines
            self._hgeip = self._hgeip if hgeip is None else hgeip
            low, ones = self._places.low, self._places.ones
            self._levels = sum((self._lines >> bit & 1) << low[name] for name, bit in self._BITS if name in low)
            if "hgeip" in low:
                self._levels |= (self._hgeip >> 1 & ones["hgeip"]) << low["hgeip"]
        return vector & self._defined | self._levels


class Drivers:
    """All drivers together.

    Args:
        layout: What the bench drives.
        rng: Where the noise comes from.
        hartid: The hart's number, all the time.
    """

    def __init__(self, layout: Layout, rng: random.Random, hartid: int) -> None:
        self.commit = CommitDriver(layout)
        self.extension = ExtensionDriver(layout)
        self.lines = LinesDriver(layout)
        self._rng, self._width = rng, layout.width
        bench = [_Places(layout, name) for name in ("hartid", "rst", "observe")]
        self._defined = ~sum(places.mask(*places.low) for places in bench)
        self._observe = 1 << layout.offset["observe"] | hartid << layout.offset["hartid"]
        self._reset = 1 << layout.offset["rst"]

    def drive(self, cycle: Cycle) -> int:
        """The vector of one cycle, in which everything is seen."""
        vector = self._rng.getrandbits(self._width) & self._defined
        vector = self.extension.drive(self.commit.drive(vector, cycle.event), cycle.event)
        vector = self.lines.drive(vector, cycle.lines, cycle.hgeip) | self._observe
        return vector | self._reset if cycle.reset else vector
