"""Address translation as the manual describes it, as far as the programs use it: Bare, Sv39 and Sv39x4."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from utrap_testbench.golden import State

from .memory import HOLE, RAM, R, U, V, W, X, page_tables

_TABLES = page_tables()
_RAM_BYTES = 128 << 20


class Unpredictable(Exception):
    """The program would do something that this model of a core leaves out: the step is drawn anew."""


@unique
class Access(Enum):
    """What memory is asked for; the value is the permission that it needs."""

    FETCH = X
    LOAD = R
    STORE = W
    HLVX = X | 1  # a load that needs permission to execute (the other bit is V, which every entry has)


@dataclass(frozen=True)
class MemoryFault:
    """A translation that failed; `gpa` and `implicit` (in a walk of the tables) say more of a guest-page fault."""

    kind: str  # "page", "guest" or "access"
    gpa: int = 0
    implicit: bool = False


class Rights(NamedTuple):
    """The bits of status registers that hold for an access: SUM, and MXR for the first stage and for the G-stage."""

    user_memory: int = 0
    mxr: int = 0
    guest_mxr: int = 0


def rights(s: State, mode: int) -> Rights:
    """The manual's bits for an access that acts in `mode`.

    norm:mstatus_sum_op, norm:hlsv_trans: the SUM of the mode that the access
    acts in. norm:sstatus_mxr_vm, norm:vsstatus_mxr_vm: HS's MXR holds for both
    stages, vsstatus.MXR for the first.
    """
    if mode >> 2:
        return Rights(s.vsstatus_sum, s.vsstatus_mxr | s.mstatus_mxr, s.mstatus_mxr)
    return Rights(s.mstatus_sum, s.mstatus_mxr)


def translate(s: State, address: int, access: Access, mode: int, allowed: Rights) -> int | MemoryFault:
    """The physical address of a virtual one in `mode` (a `Mode` value), or why there is none."""
    if mode & 3 == 3:
        return _physical(address)
    if not mode & 4:
        return _walk(address, access, mode & 3, allowed, s.satp, None)
    return _walk(address, access, mode & 3, allowed, s.vsatp, s.hgatp)


def _permits(entry: int, access: Access, mxr: int) -> bool:
    """norm:mstatus_mxr_op: with MXR a load may read what may be executed."""
    return entry & access.value == access.value or (access is Access.LOAD and bool(mxr and entry & X))


def _is_bare(atp: int) -> bool:
    if atp >> 60 not in (0, 8):
        raise Unpredictable("a reserved MODE translates")
    return atp >> 60 == 0


def _walk(
    address: int, access: Access, privilege: int, allowed: Rights, atp: int, hgatp: int | None
) -> int | MemoryFault:
    """The algorithm of virtual address translation; with `hgatp` every address that it finds is a guest's."""
    if _is_bare(atp):
        if hgatp is None:
            return _physical(address)
        return _guest(address, access, hgatp, allowed.guest_mxr)
    if (address >> 38) not in (0, (1 << 26) - 1):
        return MemoryFault("page")
    table = (atp & (1 << 44) - 1) << 12
    for level in (2, 1, 0):
        slot = table + (address >> 12 + 9 * level & 511) * 8
        if hgatp is not None:
            found = _guest(slot, Access.LOAD, hgatp, allowed.guest_mxr)
            if isinstance(found, MemoryFault):
                return MemoryFault(found.kind, found.gpa, implicit=True)
        entry = _TABLES.get(slot, 0)
        if not entry & V:
            return MemoryFault("page")
        base = entry >> 10 << 12
        if not entry & (R | W | X):
            table = base
            continue
        is_user = bool(entry & U)
        if privilege == 0 and not is_user:
            return MemoryFault("page")
        if privilege == 1 and is_user and (access is Access.FETCH or not allowed.user_memory):
            return MemoryFault("page")
        if not _permits(entry, access, allowed.mxr):
            return MemoryFault("page")
        size = 1 << 12 + 9 * level
        found = base & ~(size - 1) | address & (size - 1)
        return _physical(found) if hgatp is None else _guest(found, access, hgatp, allowed.guest_mxr)
    return MemoryFault("page")


def _guest(address: int, access: Access, hgatp: int, mxr: int) -> int | MemoryFault:
    """The G-stage, as a user's access (Sv39x4)."""
    if _is_bare(hgatp):
        return _physical(address)
    if address >> 41:
        return MemoryFault("guest", address)
    table = (hgatp & (1 << 44) - 1) << 12
    for level in (2, 1, 0):
        index = address >> 12 + 9 * level & (2047 if level == 2 else 511)
        entry = _TABLES.get(table + index * 8, 0)
        if not entry & V:
            return MemoryFault("guest", address)
        base = entry >> 10 << 12
        if not entry & (R | W | X):
            table = base
            continue
        if not _permits(entry, access, mxr) or not entry & U:
            return MemoryFault("guest", address)
        size = 1 << 12 + 9 * level
        return _physical(base & ~(size - 1) | address & (size - 1))
    return MemoryFault("guest", address)


def _physical(address: int) -> int | MemoryFault:
    if RAM <= address < RAM + _RAM_BYTES:
        return address
    if HOLE <= address < HOLE + _RAM_BYTES or address >> 56:
        return MemoryFault("access")
    if address >> 40:
        return MemoryFault("access")
    raise Unpredictable("a device's address")
