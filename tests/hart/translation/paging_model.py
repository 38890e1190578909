"""Two-stage address translation, sentence by sentence from the manual, on a memory of doublewords.

The chapters are "Supervisor-Level ISA" (the Virtual Address Translation Process, Sv39) and "Hypervisor
Extension" (Two-Stage Address Translation). The options are those of the hart: Svade, neither Svnapot nor
Svpbmt, no PMP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PAGE_SIZE = 4096
PTE_SIZE = 8
U_MODE, S_MODE, M_MODE, VU_MODE, VS_MODE = 0, 1, 3, 4, 5
FETCH, LOAD, STORE = 0, 1, 2

#: MODE -> LEVELS, of satp and vsatp, and of hgatp.
LEVELS = {8: 3, 9: 4, 10: 5}
CAUSES = {
    "access": (1, 5, 7),
    "page": (12, 13, 15),
    "guest-page": (20, 21, 23),
}


@dataclass(frozen=True, kw_only=True)
class Registers:
    """What the CSRs hold that translation depends on."""

    satp: int = 0
    vsatp: int = 0
    hgatp: int = 0
    sum: int = 0
    mxr: int = 0
    vs_sum: int = 0
    vs_mxr: int = 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A physical address, or an exception.

    `why` is for coverage: the stage and level and the sentence that raised the exception.
    """

    physical: int | None = None
    cause: int | None = None
    gpa: int = 0
    is_implicit: bool = False
    why: tuple[str, ...] = field(default=(), compare=False)


class _Fault(Exception):
    def __init__(self, kind: str, *why: str, gpa: int = 0, is_implicit: bool = False) -> None:
        self.kind, self.why, self.gpa, self.is_implicit = kind, why, gpa, is_implicit


@dataclass(frozen=True, kw_only=True)
class _Access:
    """The access that permissions are checked for."""

    kind: int
    is_user: bool
    is_explicit: bool = True
    is_hlvx: bool = False


class Machine:
    """A memory and registers.

    Args:
        memory: Doublewords by address.
        is_memory: Whether there is something at a physical address.
        gpa_bits: Of the widest guest mode.
    """

    def __init__(
        self, memory: Mapping[int, int], registers: Registers, is_memory: Callable[[int], bool], gpa_bits: int = 41
    ) -> None:
        self._memory, self._registers, self._is_memory, self._gpa_bits = memory, registers, is_memory, gpa_bits

    def translate(self, address: int, mode: int, kind: int, is_hlvx: bool = False) -> Answer:
        """What becomes of an access to `address` as `mode`."""
        access = _Access(kind=kind, is_user=mode in (U_MODE, VU_MODE), is_hlvx=is_hlvx and kind == LOAD)
        try:
            if mode == M_MODE:
                physical = address
            elif mode in (U_MODE, S_MODE):
                physical = self._by_satp(address, access)
            else:
                physical = self._two_stages(address, access)
            if physical >> 56:
                raise _Fault("access", "physical address", "too wide")
        except _Fault as fault:
            # "any exception is always reported for the original access type"
            gpa = 0 if fault.gpa >> self._gpa_bits else fault.gpa >> 2
            return Answer(cause=CAUSES[fault.kind][kind], gpa=gpa, is_implicit=fault.is_implicit, why=fault.why)
        return Answer(physical=physical, why=("success",))

    # --- who translates ---------------------------------------------------

    def _by_satp(self, address: int, access: _Access) -> int:
        registers = self._registers
        if registers.satp >> 60 == 0:
            return address
        return self._virtual(
            address, access, registers.satp, may_access_user=registers.sum, mxr=registers.mxr, read=self._read
        )

    def _two_stages(self, address: int, access: _Access) -> int:
        """ "the original virtual address is converted in the first stage by VS-level address translation" """
        registers = self._registers
        gpa = address
        if registers.vsatp >> 60:
            # vsstatus.MXR "only overrides VS-stage page protection"; "Setting MXR at HS-level, however,
            # overrides both VS-stage and G-stage execute-only permissions."
            gpa = self._virtual(
                address,
                access,
                registers.vsatp,
                may_access_user=registers.vs_sum,
                mxr=registers.vs_mxr or registers.mxr,
                read=self._read_for_guest,
            )
        # "The guest physical address is then converted in the second stage"
        return self._guest_physical(gpa, access)

    def _read_for_guest(self, gpa: int) -> int:
        """ "reads and writes of VS-level page tables" are "subject to G-stage address translation alone" """
        # "permissions [...] are checked as though for an implicit load"
        try:
            return self._read(self._guest_physical(gpa, _Access(kind=LOAD, is_user=True, is_explicit=False)))
        except _Fault as fault:
            if fault.kind == "guest-page":
                raise _Fault("guest-page", "implicit", *fault.why, gpa=gpa, is_implicit=True) from None
            raise _Fault(fault.kind, "implicit", *fault.why) from None

    def _read(self, physical: int) -> int:
        # 2. "If accessing pte violates a PMA or PMP check, raise an access-fault exception"
        if not self._is_memory(physical):
            raise _Fault("access", "PTE out of memory")
        return self._memory.get(physical, 0)

    # --- the two kinds of address -----------------------------------------

    def _virtual(
        self,
        address: int,
        access: _Access,
        atp: int,
        *,
        may_access_user: int,
        mxr: int,
        read: Callable[[int], int],
    ) -> int:
        levels = LEVELS[atp >> 60]
        width = 12 + 9 * levels
        # "must have bits 63-39 all equal to bit 38, or else a page-fault exception will occur"
        sign = address >> width - 1
        if sign not in (0, (1 << 64 - (width - 1)) - 1):
            raise _Fault("page", "not canonical")
        low = address & (1 << width) - 1
        try:
            return self._process(low, access, atp & (1 << 44) - 1, levels, may_access_user, mxr, read)
        except _Bad as bad:
            raise _Fault("page", *bad.args) from None

    def _guest_physical(self, gpa: int, access: _Access) -> int:
        hgatp = self._registers.hgatp
        if hgatp >> 60 == 0:
            # "guest physical addresses are equal to supervisor physical addresses"
            return gpa
        levels = LEVELS[hgatp >> 60]
        # "Address bits 63:41 must all be zeros, or else a guest-page-fault exception occurs."
        if gpa >> 12 + 9 * levels + 2:
            raise _Fault("guest-page", "G", "too wide", gpa=gpa)
        # "the current privilege mode is always taken to be U-mode"
        as_user = _Access(kind=access.kind, is_user=True, is_explicit=access.is_explicit, is_hlvx=access.is_hlvx)
        try:
            return self._process(
                gpa, as_user, hgatp & (1 << 44) - 1, levels, False, self._registers.mxr, self._read, is_x4=True
            )
        except _Bad as bad:
            raise _Fault("guest-page", "G", *bad.args, gpa=gpa) from None
        except _Fault as fault:
            raise _Fault(fault.kind, "G", *fault.why) from None

    # --- the algorithm ----------------------------------------------------

    def _process(
        self,
        va: int,
        access: _Access,
        root: int,
        levels: int,
        may_access_user: int,
        mxr: int,
        read: Callable[[int], int],
        *,
        is_x4: bool = False,
    ) -> int:
        def vpn(i: int) -> int:
            # "the root page table (only) is expanded by a factor of 4"
            bits = 11 if is_x4 and i == levels - 1 else 9
            return va >> 12 + 9 * i & (1 << bits) - 1

        # 1.
        a, i = root * PAGE_SIZE, levels - 1
        while True:
            # 2.
            pte = read(a + vpn(i) * PTE_SIZE)
            v, r, w, x, u, _, accessed, dirty = (bool(pte >> bit & 1) for bit in range(8))
            ppn = pte >> 10 & (1 << 44) - 1
            at = f"level {i}"
            # 3.
            if not v:
                raise _Bad(at, "V=0")
            if not r and w:
                raise _Bad(at, "W without R")
            for name, bits in (("N", 1 << 63), ("PBMT", 3 << 61), ("reserved", 0x7F << 54)):
                if pte & bits:
                    raise _Bad(at, name)
            # 4.
            if r or x:
                break
            # "For non-leaf PTEs, the D, A, and U bits are reserved for future standard use."
            for name, bit in (("pointer with D", dirty), ("pointer with A", accessed), ("pointer with U", u)):
                if bit:
                    raise _Bad(at, name)
            i -= 1
            if i < 0:
                raise _Bad(at, "pointer")
            a = ppn * PAGE_SIZE
        # 5.
        if i > 0 and ppn & (1 << 9 * i) - 1:
            raise _Bad(at, "misaligned")
        # 6.
        if access.is_user and not u:
            raise _Bad(at, "U=0")
        if not access.is_user and u:
            if access.kind == FETCH:
                raise _Bad(at, "supervisor fetch, U=1")
            if not may_access_user:
                raise _Bad(at, "SUM=0, U=1")
        # 8.
        if access.kind == FETCH and not x:
            raise _Bad(at, "fetch, X=0")
        if access.kind == STORE and not w:
            raise _Bad(at, "store, W=0")
        if access.kind == LOAD:
            if access.is_hlvx:
                # "execute permission takes the place of read permission"
                if not x:
                    raise _Bad(at, "HLVX, X=0")
            elif not r and not (mxr and access.is_explicit):
                # MXR "makes execute-only pages readable by explicit loads"
                raise _Bad(at, "load, R=0")
        # 9. Svade
        if not accessed:
            raise _Bad(at, "A=0")
        if access.kind == STORE and not dirty:
            raise _Bad(at, "store, D=0")
        # 10.
        kept = 12 + 9 * i
        return ppn * PAGE_SIZE >> kept << kept | va & (1 << kept) - 1


class _Bad(Exception):
    """A step of the algorithm says: "stop and raise a page-fault exception"."""
