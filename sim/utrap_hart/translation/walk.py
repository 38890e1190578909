"""The walk of the page tables: both stages are the same steps, on one set of registers.

With both stages on, a table of the first stage is itself at a guest-physical
address (norm:H_vm_gstagetrans). The second stage translates that address (an implicit access), and
the entry is read in the page that it finds.

    IDLE --> TABLE --> GUEST --> READ --> DONE

    TABLE  the first stage has come to a table, whose address is a guest's
    GUEST  the second stage begins, for a table or for the access itself
    READ   an entry is read and judged, of either stage
"""

from __future__ import annotations

from enum import IntEnum, unique

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out

from utrap.config import Config
from utrap_hart.platform.bus import BusSignature

from .paging import (
    INDEX_BITS,
    LEVEL,
    OFFSET_BITS,
    PPN_BITS,
    PTE,
    RIGHTS,
    STAGE,
    Access,
    is_canonical,
    is_guest_physical,
    join,
    offset_mask,
    page_number,
    permits,
    tops,
)

__all__ = ["PAGE", "Failure", "Walk"]


@unique
class Failure(IntEnum):
    """Which kind of exception a failed translation raises."""

    PAGE = 0
    GUEST_PAGE = 1
    ACCESS = 2


#: A page that a walk has found.
#:
#: ppn: The physical page number of the 4 KiB around the address.
#: level: That of the smaller leaf of the two stages: as far as it reaches, the translation is the same.
#: first: What the first stage's leaf permits, if that stage is on.
#: second: What the second stage's leaf permits, likewise.
PAGE = data.StructLayout({"ppn": PPN_BITS, "level": LEVEL, "first": RIGHTS, "second": RIGHTS})


class Walk(Component):
    """Translates one address through the tables in memory.

    `start` is raised and held, with all other inputs, until `done`. The
    tables are read, never written: A and D are software's (Svade).

    Args:
        config: Says which schemes there are.

    Members:
        start: Translate `address`. At least one stage is on.
        access, is_hlvx: The access that wants it; see `permits`.
        address: 64 bits.
        first: The stage of satp or vsatp.
        second: The G-stage.
        done: For one cycle; what follows is meaningful with it.
        fault: The access raises an exception of the kind `failure`.
        failure: Meaningful with `fault`.
        gpa: The guest-physical address that the second stage was translating,
            64 bits. Meaningful with GUEST_PAGE.
        is_implicit: It is that of a first-stage entry. Meaningful with
            GUEST_PAGE.
        page: What was found. Meaningful without `fault`.
        bus: Reads the entries.
    """

    def __init__(self, config: Config) -> None:
        self._first_tops, self._second_tops = tops(config.satp_codes), tops(config.hgatp_codes)
        super().__init__(
            {
                "start": In(1),
                "access": In(Access),
                "is_hlvx": In(1),
                "address": In(64),
                "first": In(STAGE),
                "second": In(STAGE),
                "done": Out(1),
                "fault": Out(1),
                "failure": Out(Failure),
                "gpa": Out(64),
                "is_implicit": Out(1),
                "page": Out(PAGE),
                "bus": Out(BusSignature()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Make the walk's states."""
        m = Module()
        first, second, pte = self.first, self.second, PTE(self.bus.rdata)

        in_second = Signal()
        table = Signal(PPN_BITS)
        first_level, second_level = Signal(LEVEL), Signal(LEVEL)

        # What this step translates, by which stage, for what access.
        stage, subject, level = Signal(STAGE), Signal(64), Signal(LEVEL)
        access, is_hlvx = Signal(Access), Signal()
        with m.If(in_second):
            m.d.comb += [stage.eq(second), subject.eq(self.gpa), level.eq(second_level)]
        with m.Else():
            m.d.comb += [stage.eq(first), subject.eq(self.address), level.eq(first_level)]
        m.d.comb += [access.eq(self.access), is_hlvx.eq(self.is_hlvx)]
        with m.If(in_second & self.is_implicit):
            # norm:H_vm_gpapriv: permissions as for an implicit load. MXR and HLVX are about explicit ones
            # (norm:sstatus_mxr_vm).
            m.d.comb += [access.eq(Access.LOAD), is_hlvx.eq(0), stage.mxr.eq(0)]

        entry = Signal.like(self.bus.address)
        pages = page_number(subject)
        index = pages.word_select(level, INDEX_BITS)
        # norm:hgatp_mode_x4: the root table of the G-stage is of four pages, the first a multiple of four.
        quarter = Mux(in_second & (level == second.top), pages.word_select(level + 1, INDEX_BITS)[:2], 0)
        m.d.comb += entry.eq(Cat(Const(0, 3), index, table | quarter))

        # Steps 3 to 9 of the algorithm: norm:Sv39_pte_future_rsv, norm:Sv39_leaf_any_level,
        # norm:Sv39_superpage_align_fault, norm:svade_access_ad_bit_clear.
        is_pointer = ~pte.r & ~pte.x
        is_reserved = pte.reserved.any() | (pte.w & ~pte.r) | (is_pointer & (pte.d | pte.a | pte.u))
        mask = offset_mask(level, max(*self._first_tops, *self._second_tops))
        is_misaligned = (pte.ppn & mask).any()
        is_permitted = pte.a & permits(pte, stage, access, is_hlvx)
        is_good = pte.v & ~is_reserved & Mux(is_pointer, level > 0, ~is_misaligned & is_permitted)
        found = Signal(PPN_BITS)
        m.d.comb += found.eq(join(pte.ppn, subject, mask))
        rights = Cat(pte[name] for name, _ in RIGHTS)

        ppn, first_rights, second_rights = Signal(PPN_BITS), Signal(RIGHTS), Signal(RIGHTS)
        # A stage that is off limits nothing.
        is_first_smaller = ~second.is_on | (first.is_on & (first_level < second_level))
        m.d.comb += [
            self.page.ppn.eq(ppn),
            self.page.level.eq(Mux(is_first_smaller, first_level, second_level)),
            self.page.first.eq(first_rights),
            self.page.second.eq(second_rights),
        ]

        def fail(failure: Failure) -> None:
            m.d.sync += [self.fault.eq(1), self.failure.eq(failure)]
            m.next = "DONE"

        def descend_first(ppn: object) -> None:
            m.d.sync += table.eq(ppn)
            with m.If(second.is_on):
                m.next = "TABLE"
            with m.Else():
                m.next = "READ"

        def translate_guest(address: object, *, is_implicit: bool) -> None:
            m.d.sync += [self.gpa.eq(address), self.is_implicit.eq(is_implicit)]
            m.next = "GUEST"

        def finish() -> None:
            m.d.sync += ppn.eq(found)
            m.next = "DONE"

        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.d.sync += [self.fault.eq(0), in_second.eq(0), first_level.eq(first.top)]
                with m.If(~first.is_on):
                    translate_guest(self.address, is_implicit=False)
                with m.Elif(is_canonical(self.address, first.top, self._first_tops)):
                    descend_first(first.root)
                with m.Else():
                    fail(Failure.PAGE)
            with m.State("TABLE"):
                translate_guest(entry, is_implicit=True)
            with m.State("GUEST"):
                m.d.sync += [in_second.eq(1), table.eq(second.root), second_level.eq(second.top)]
                m.next = "READ"
                with m.If(~is_guest_physical(self.gpa, second.top, self._second_tops)):
                    fail(Failure.GUEST_PAGE)
            with m.State("READ"):
                m.d.comb += [self.bus.valid.eq(1), self.bus.address.eq(entry)]
                with m.If(self.bus.ready):
                    with m.If(self.bus.error):
                        fail(Failure.ACCESS)
                    with m.Elif(~is_good & in_second):
                        fail(Failure.GUEST_PAGE)
                    with m.Elif(~is_good):
                        fail(Failure.PAGE)
                    with m.Elif(in_second & is_pointer):
                        m.d.sync += [table.eq(pte.ppn), second_level.eq(second_level - 1)]
                    with m.Elif(in_second & self.is_implicit):
                        m.d.sync += [table.eq(found), in_second.eq(0)]
                    with m.Elif(in_second):
                        m.d.sync += second_rights.eq(rights)
                        finish()
                    with m.Elif(is_pointer):
                        m.d.sync += first_level.eq(first_level - 1)
                        descend_first(pte.ppn)
                    with m.Else():
                        m.d.sync += first_rights.eq(rights)
                        with m.If(second.is_on):
                            translate_guest(Cat(self.address[:OFFSET_BITS], found), is_implicit=False)
                        with m.Else():
                            finish()
            with m.State("DONE"):
                m.d.comb += self.done.eq(1)
                m.next = "IDLE"
        return m
