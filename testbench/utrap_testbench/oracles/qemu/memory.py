"""The memory of a program: where its parts are, and page tables whose windows fault in every way.

Addresses are mapped to themselves in units of 2 MiB. A window is a unit that
the page tables treat in a way of its own; without translation all of them are
RAM, apart from `HOLE`.
"""

from __future__ import annotations

UNIT = 0x20_0000
RAM = 0x8000_0000

TEXT = RAM  # M-mode: the runtime and the steps' set-up, below M_BODIES
M_VECTORS = TEXT + 0x1000
M_BODIES = RAM + 7 * UNIT  # M-mode's bodies
S_TEXT = RAM + 8 * UNIT  # executable for S and VS: trap handlers, then bodies
U_TEXT = RAM + 9 * UNIT  # executable for U and VU
S_DATA = RAM + 10 * UNIT
U_DATA = RAM + 11 * UNIT
S_READ_ONLY = RAM + 12 * UNIT
U_READ_ONLY = RAM + 13 * UNIT
INVALID = RAM + 14 * UNIT  # no stage maps it
GUEST_INVALID = RAM + 15 * UNIT  # S and VS map it for supervisors, the G-stage does not
GUEST_INVALID_U = RAM + 16 * UNIT  # the same for users
GUEST_READ_ONLY = RAM + 17 * UNIT
GUEST_READ_ONLY_U = RAM + 18 * UNIT
TO_HOLE = RAM + 19 * UNIT  # mapped to HOLE for supervisors
TABLES = RAM + 20 * UNIT
LOG = RAM + 21 * UNIT
EXEC_ONLY = RAM + 22 * UNIT  # S and VS map it for execution alone
EXEC_ONLY_U = RAM + 23 * UNIT
GUEST_EXEC_ONLY = RAM + 24 * UNIT  # S and VS may read it, the G-stage maps it for execution alone
GUEST_EXEC_ONLY_U = RAM + 25 * UNIT
HOLE = 0xC000_0000  # no RAM there (QEMU's default of 128 MiB): access faults. VS: its page table is not there
BEYOND = 0x0123_4567_89AB_C000  # not canonical in any mode

#: Windows for loads, stores and jumps.
WINDOWS = (
    S_DATA, U_DATA, S_READ_ONLY, U_READ_ONLY, INVALID, GUEST_INVALID, GUEST_INVALID_U, GUEST_READ_ONLY,
    GUEST_READ_ONLY_U, TO_HOLE, HOLE, BEYOND, EXEC_ONLY, EXEC_ONLY_U, GUEST_EXEC_ONLY, GUEST_EXEC_ONLY_U,
)  # fmt: skip

# Trap handlers, here and at M_VECTORS: 64 entries of 4 bytes each, one for each code of a vectored interrupt.
VECTOR_BYTES = 256
S_VECTORS = {"illegal": S_TEXT, "ebreak": S_TEXT + 0x400}
VS_VECTORS = {"illegal": S_TEXT + 0x800, "ebreak": S_TEXT + 0xC00}
BODIES = 0x4000  # offset of the first body: another page than the handlers'
BODY_BYTES = 64  # each step has two bodies in each part

# Devices of QEMU's machine `virt`.
FINISHER, UART, MSIP, MTIMECMP = 0x10_0000, 0x1000_0000, 0x200_0000, 0x200_4000

V, R, W, X, U, A, D = (1 << bit for bit in (0, 1, 2, 3, 4, 6, 7))

S_ROOT, VS_ROOT, G_ROOT = TABLES, TABLES + 0x1000, TABLES + 0x4000  # the G-stage's root has 16 KiB
S_LEVEL1, VS_LEVEL1, G_LEVEL1, G_LEVEL1_HOLE = (TABLES + 0x8000 + 0x1000 * table for table in range(4))
PAGE = 0x1000


def page_tables() -> dict[int, int]:
    """Every page table entry that is not 0, by its physical address."""
    entries: dict[int, int] = {}

    def leaf(table: int, virtual: int, physical: int, flags: int) -> None:
        entries[table + (virtual // UNIT % 512) * 8] = physical >> 12 << 10 | flags | V | A | D

    def next_level(table: int, virtual: int, physical: int) -> None:
        entries[table + (virtual >> 30) * 8] = physical >> 12 << 10 | V

    for root, level1 in ((S_ROOT, S_LEVEL1), (VS_ROOT, VS_LEVEL1)):
        next_level(root, RAM, level1)
        for unit in (S_TEXT, U_TEXT):
            leaf(level1, unit, unit, R | X | (U if unit == U_TEXT else 0))
        for unit in (S_DATA, GUEST_INVALID, GUEST_READ_ONLY, GUEST_EXEC_ONLY):
            leaf(level1, unit, unit, R | W)
        for unit in (U_DATA, GUEST_INVALID_U, GUEST_READ_ONLY_U, GUEST_EXEC_ONLY_U):
            leaf(level1, unit, unit, R | W | U)
        leaf(level1, S_READ_ONLY, S_READ_ONLY, R)
        leaf(level1, U_READ_ONLY, U_READ_ONLY, R | U)
        leaf(level1, EXEC_ONLY, EXEC_ONLY, X)
        leaf(level1, EXEC_ONLY_U, EXEC_ONLY_U, X | U)
        leaf(level1, TO_HOLE, HOLE, R | W | X)
    next_level(VS_ROOT, HOLE, GUEST_INVALID)  # walking this one faults in the G-stage
    next_level(G_ROOT, RAM, G_LEVEL1)
    for unit in (S_TEXT, U_TEXT, EXEC_ONLY, EXEC_ONLY_U):
        leaf(G_LEVEL1, unit, unit, R | X | U)
    for unit in (GUEST_EXEC_ONLY, GUEST_EXEC_ONLY_U):
        leaf(G_LEVEL1, unit, unit, X | U)
    for unit in (S_DATA, U_DATA, S_READ_ONLY, U_READ_ONLY):
        leaf(G_LEVEL1, unit, unit, R | W | U)
    leaf(G_LEVEL1, TABLES, TABLES, R | W | U)
    for unit in (GUEST_READ_ONLY, GUEST_READ_ONLY_U):
        leaf(G_LEVEL1, unit, unit, R | U)
    next_level(G_ROOT, HOLE, G_LEVEL1_HOLE)
    leaf(G_LEVEL1_HOLE, HOLE, HOLE, R | W | X | U)
    return entries


_SV39 = 8 << 60
#: Values of satp, vsatp and hgatp: Bare, and Sv39 (Sv39x4) with the tables above.
SATP = (0, _SV39 | S_ROOT >> 12, _SV39 | 0x5A << 44 | S_ROOT >> 12)
VSATP = (0, _SV39 | VS_ROOT >> 12, _SV39 | 0xA5 << 44 | VS_ROOT >> 12)
HGATP = (0, _SV39 | G_ROOT >> 12, _SV39 | 0x15 << 44 | G_ROOT >> 12)

_RESERVED = 3 << 60
#: Values that no other hart holds as they are: reserved MODEs, and PPN[1:0] of hgatp.
SATP_ODD = (_RESERVED | S_ROOT >> 12,)
VSATP_ODD = (_RESERVED | VS_ROOT >> 12,)
HGATP_ODD = (_RESERVED | G_ROOT >> 12, _SV39 | G_ROOT >> 12 | 1, _SV39 | G_ROOT >> 12 | 3)
