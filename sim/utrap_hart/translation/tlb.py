"""The TLB: translations that have succeeded, for as long as their tables may be trusted."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data
from amaranth.lib.wiring import Component, In, Out

from utrap.config import Config
from utrap_hart.platform.bus import PHYSICAL_BITS

from .paging import OFFSET_BITS, STAGE, Access, join, offset_mask, page_number, permits, tops
from .walk import PAGE

__all__ = ["Tlb"]

#: A whole address without its offset, so that one that its scheme does not allow never matches.
_TAG_BITS = 64 - OFFSET_BITS

_ENTRY = data.StructLayout({"valid": 1, "is_guest": 1, "tag": _TAG_BITS, "page": PAGE})


class Tlb(Component):
    """A few pages, fully associative, filled in turn; combinational answers.

    An entry keeps what the leaves of both stages permit, and answers an
    access when they permit it now (norm:sfence_vma_sum_mxr_effect). For anything else there is no hit, and
    the walk says why, or that the tables have changed for the better
    meanwhile. So the TLB knows no faults.

    Args:
        config: Says which schemes there are.
        entries: How many pages; a power of two.

    Members:
        is_guest: The address is a guest's (V=1).
        address: 64 bits.
        access, is_hlvx, first, second: As the walk has them.
        hit: The access is permitted, and at `physical`.
        physical: Meaningful with `hit`.
        fill: Keep `page` for the address; takes the place of an entry that
            matched.
        page: See `PAGE`.
        flush: All entries go; wins over `fill`. There is no hit in this cycle.
    """

    def __init__(self, config: Config, entries: int = 8) -> None:
        self._highest = max(*tops(config.satp_codes), *tops(config.hgatp_codes))
        self._entries = entries
        super().__init__(
            {
                "is_guest": In(1),
                "address": In(64),
                "access": In(Access),
                "is_hlvx": In(1),
                "first": In(STAGE),
                "second": In(STAGE),
                "hit": Out(1),
                "physical": Out(PHYSICAL_BITS),
                "fill": In(1),
                "page": In(PAGE),
                "flush": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Make the entries and the comparison with each."""
        m = Module()
        entries = [Signal(_ENTRY, name=f"entry_{i}") for i in range(self._entries)]
        turn, place = Signal(range(self._entries)), Signal(range(self._entries))
        tag = page_number(self.address)
        is_match, found = Signal(), Signal(PAGE)

        m.d.comb += place.eq(turn)
        for i, entry in enumerate(entries):
            differs = (entry.tag ^ tag) & ~offset_mask(entry.page.level, self._highest)
            with m.If(entry.valid & (entry.is_guest == self.is_guest) & ~differs.any()):
                # Pages of two sizes may match: until a fence either may answer (norm:sfence_vma_ordering_semantics).
                m.d.comb += [is_match.eq(1), found.eq(entry.page), place.eq(i)]

        may = [
            ~stage.is_on | permits(rights, stage, self.access, self.is_hlvx)
            for stage, rights in ((self.first, found.first), (self.second, found.second))
        ]
        ppn = join(found.ppn, self.address, offset_mask(found.level, self._highest))
        m.d.comb += [
            self.hit.eq(is_match & may[0] & may[1] & ~self.flush),
            self.physical.eq(Cat(self.address[:OFFSET_BITS], ppn)),
        ]

        with m.If(self.flush):
            m.d.sync += [entry.valid.eq(0) for entry in entries]
        with m.Elif(self.fill):
            m.d.sync += turn.eq(turn + ~is_match)
            with m.Switch(place):
                for i, entry in enumerate(entries):
                    with m.Case(i):
                        m.d.sync += [
                            entry.valid.eq(1),
                            entry.is_guest.eq(self.is_guest),
                            entry.tag.eq(tag),
                            entry.page.eq(self.page),
                        ]
        return m
