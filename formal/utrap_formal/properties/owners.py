"""Whose a CSR is: what a mode's traps and returns stand on, and a lower mode must not touch."""

from __future__ import annotations

from collections.abc import Iterable

from amaranth.hdl import Value

from utrap_formal.properties.window import Cycle, all_of

__all__ = ["GUEST", "HS", "USER", "M", "Owner"]


class Owner:
    """A mode's state.

    Attributes:
        name: The mode.
        csrs: CSRs that are all its own.
        fields: Fields in CSRs that it shares.
        interrupts: Its bits of mie, and of software's mip.
    """

    def __init__(self, name: str, csrs: str, fields: str, interrupts: Iterable[int], pending: str) -> None:
        self.name = name
        self.csrs = csrs.split()
        self.fields = fields.split()
        self.interrupts = tuple(interrupts)
        self.pending = pending.split()

    def kept(self, before: Cycle, after: Cycle, without: str = "") -> Value:
        """All of it stays, but for some fields or CSRs."""
        left_out = without.split()
        csrs = [csr for csr in self.csrs if csr not in left_out]
        names = [*before.stored(*csrs), *(name for name in self.fields if name not in left_out)]
        names += [name for name in self.pending if name in before.stored() and name not in left_out]
        mie = all_of(before["mie"][bit] == after["mie"][bit] for bit in self.interrupts if f"mie.{bit}" not in left_out)
        return before.keeps(after, *names) & mie


M = Owner(
    "M",
    "medeleg mideleg mtvec mcounteren menvcfg mscratch mepc mcause mtval mtinst mtval2 "
    "mstateen0 mstateen1 mstateen2 mstateen3 mstateen0h mstateen1h mstateen2h mstateen3h",
    "mstatus.MIE mstatus.MPIE mstatus.MPP mstatus.MPRV mstatus.TVM mstatus.TW mstatus.TSR mstatus.MPV mstatus.GVA",
    (3, 7, 11),
    "",
)
HS = Owner(
    "HS",
    "sedeleg sideleg stvec scounteren senvcfg sscratch sepc scause stval satp hstatus hedeleg hideleg htimedelta "
    "htimedeltah hcounteren hgeie henvcfg htval htinst hgatp hudcfg huedeleg "
    "hstateen0 hstateen1 hstateen2 hstateen3 hstateen0h hstateen1h hstateen2h hstateen3h "
    "hugpaw0 hugpaw1 hugpaw2 hugpaw3 hugpaw4 hugpaw5 hugpaw6 hugpaw7",
    "mstatus.SIE mstatus.SPIE mstatus.SPP mstatus.SUM mstatus.MXR",
    (1, 5, 9, 12),
    "mip_ssip mip_stip mip_seip",
)
GUEST = Owner(
    "the guest",
    "vstvec vsscratch vsepc vscause vstval vsatp",
    "vsstatus.SIE vsstatus.SPIE vsstatus.SPP vsstatus.SUM vsstatus.MXR",
    (2, 6, 10),
    "hvip_vssip hvip_vstip hvip_vseip",
)
USER = Owner(
    "U",
    "utvec uscratch uepc ucause utval hustatus hutval hutinst",
    "mstatus.UIE mstatus.UPIE",
    (0, 4, 8),
    "mip_usip mip_utip mip_ueip",
)
