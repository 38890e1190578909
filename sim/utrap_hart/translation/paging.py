"""What the two stages of address translation have in common: page-table entries, and what they permit.

A stage is translation by one register: satp or vsatp, then hgatp. Both use
the algorithm of the manual's "Virtual Address Translation Process", and so
the same entries; a `STAGE` holds all in which they differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, unique
from functools import reduce
from operator import or_
from typing import Any

from amaranth.hdl import Cat, Const, Mux, Value
from amaranth.lib import data

__all__ = [
    "ATP",
    "INDEX_BITS",
    "LEVEL",
    "OFFSET_BITS",
    "PPN_BITS",
    "PTE",
    "RIGHTS",
    "STAGE",
    "Access",
    "is_canonical",
    "is_guest_physical",
    "join",
    "offset_mask",
    "page_number",
    "permits",
    "top",
    "tops",
]

OFFSET_BITS = 12
PPN_BITS = 44
#: An entry's number in its table: 512 entries of 8 bytes are a page.
INDEX_BITS = 9
#: Width of a level: 0 has the pages of 4 KiB, Sv57's root is at 4.
LEVEL = 3
#: MODE of the scheme with its root at level 0, if there were one: Sv39 is 8 and has it at 2.
_MODE_AT_0 = 6


@unique
class Access(IntEnum):
    """What an access does; a fault has the cause that belongs to it."""

    FETCH = 0
    LOAD = 1  # also LR
    STORE = 2  # also AMO and SC


#: satp, vsatp or hgatp (norm:hgatp_mode_sv).
ATP = data.StructLayout({"ppn": PPN_BITS, "identifier": 16, "mode": 4})

#: A page-table entry of Sv39 and its wider relatives, for both stages. G and RSW are ignored (norm:H_vm_gpa_g).
#: Without Svnapot and Svpbmt their bits are reserved, too (norm:Sv39_pte_svnapot_rsv, norm:Sv39_pte_svpbmt_rsv).
PTE = data.StructLayout(
    {"v": 1, "r": 1, "w": 1, "x": 1, "u": 1, "g": 1, "a": 1, "d": 1, "rsw": 2, "ppn": PPN_BITS, "reserved": 10}
)

#: What a leaf with A=1 permits: these bits of it.
RIGHTS = data.StructLayout({"r": 1, "w": 1, "x": 1, "u": 1, "d": 1})

#: How one stage translates now.
#:
#: is_on: It translates; otherwise (Bare, M-mode, V=0) addresses pass through.
#: top: The level of the root table.
#: root: The root table's page number.
#: is_user: It is a user's access; always so in the G-stage.
#: sum: A supervisor may load from and store to a user's pages.
#: mxr: Explicit loads may read what is executable.
STAGE = data.StructLayout({"is_on": 1, "top": LEVEL, "root": PPN_BITS, "is_user": 1, "sum": 1, "mxr": 1})


def top(mode: Value) -> Value:
    """Return the level of the root table for a MODE that is not Bare."""
    return (mode - _MODE_AT_0)[:LEVEL]


def tops(codes: Iterable[int]) -> list[int]:
    """Return the same for each MODE that a configuration lists."""
    return [code - _MODE_AT_0 for code in codes if code]


def _width(level: int) -> int:
    """Bits of an address whose root table is at a level."""
    return OFFSET_BITS + INDEX_BITS * (level + 1)


def is_canonical(address: Value, level: Value, choices: Iterable[int]) -> Value:
    """Whether a virtual address is sign-extended as its scheme wants it (norm:Sv39_va_signext).

    Args:
        address: 64 bits.
        level: The root table's.
        choices: What it may be.
    """
    fits = {at: address[_width(at) - 1 :] for at in choices}
    return reduce(or_, [(level == at) & (~high.any() | high.all()) for at, high in fits.items()])


def is_guest_physical(address: Value, level: Value, choices: Iterable[int]) -> Value:
    """Whether a guest-physical address fits its scheme (norm:hgatp_mode_sv39x4, norm:hgatp_mode_sv48x4).

    The arguments are those of `is_canonical`; the scheme has two bits more.
    """
    return reduce(or_, [(level == at) & ~address[_width(at) + 2 :].any() for at in choices])


def page_number(address: Value) -> Value:
    """Return the bits of an address above the offset in its smallest page."""
    return address[OFFSET_BITS:]


def offset_mask(level: Value, highest: int) -> Value:
    """Return the bits of a page number that a leaf at a level leaves as they are; as wide as `page_number`.

    Args:
        level: The leaf's level.
        highest: The highest that there is.
    """
    low = [(level > at).replicate(INDEX_BITS) for at in range(highest)]
    # In full width, so that its complement has all the other bits.
    return Cat(*low, Const(0, 64 - OFFSET_BITS - INDEX_BITS * highest))


def join(ppn: Value, address: Value, mask: Value) -> Value:
    """Return the page number that a leaf translates an address to.

    Args:
        ppn: The leaf's page number.
        address: The address.
        mask: Which bits come from the address: an `offset_mask`.
    """
    return ((ppn & ~mask) | (page_number(address) & mask))[:PPN_BITS]


def permits(rights: Any, stage: Any, access: Value, is_hlvx: Value) -> Value:
    """Whether a leaf permits an access.

    norm:fetch_page_fault_no_x, norm:load_page_fault_no_r, norm:store_page_fault_no_w.

    Args:
        rights: `RIGHTS`, or the leaf itself.
        stage: The leaf's stage, a `STAGE`.
        access: The kind of access.
        is_hlvx: A load that needs permission to execute in place of that to
            read (norm:hlsv_u_op), and is a load in all else. Meaningful with
            LOAD.
    """
    is_fetch, is_store = access == Access.FETCH, access == Access.STORE
    # norm:mstatus_sum_op; whatever SUM is, a supervisor does not execute a user's page.
    by_user = Mux(stage.is_user, rights.u, ~rights.u | (stage.sum & ~is_fetch))
    # norm:mstatus_mxr_op
    can_read = Mux(is_hlvx, rights.x, rights.r | (rights.x & stage.mxr))
    # norm:svade_access_ad_bit_clear: D for stores; A is the walk's business.
    by_kind = Mux(is_fetch, rights.x, Mux(is_store, rights.w & rights.d, can_read))
    return by_user & by_kind
