"""Two-stage address translation: what the core asks, and the component that answers.

This module says which stages are on, and who answers: nobody need (M-mode,
Bare), the TLB, or the walk.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib.wiring import Component, In, Out, Signature, connect, flipped

from utrap.config import Config, ConfigError
from utrap.isa import ExceptionCause, Mode
from utrap_hart.platform.bus import PHYSICAL_BITS, BusSignature

from .paging import ATP, STAGE, Access, top
from .tlb import Tlb
from .walk import Failure, Walk

__all__ = ["Access", "Translate", "TranslateSignature"]

#: The cause of each kind of failure, by access (norm:H_cause).
_CAUSES = {
    Failure.PAGE: {
        Access.FETCH: ExceptionCause.INSTRUCTION_PAGE_FAULT,
        Access.LOAD: ExceptionCause.LOAD_PAGE_FAULT,
        Access.STORE: ExceptionCause.STORE_PAGE_FAULT,
    },
    Failure.GUEST_PAGE: {
        Access.FETCH: ExceptionCause.INSTRUCTION_GUEST_PAGE_FAULT,
        Access.LOAD: ExceptionCause.LOAD_GUEST_PAGE_FAULT,
        Access.STORE: ExceptionCause.STORE_GUEST_PAGE_FAULT,
    },
    Failure.ACCESS: {
        Access.FETCH: ExceptionCause.INSTRUCTION_ACCESS_FAULT,
        Access.LOAD: ExceptionCause.LOAD_ACCESS_FAULT,
        Access.STORE: ExceptionCause.STORE_ACCESS_FAULT,
    },
}


class TranslateSignature(Signature):
    """One translation at a time. The core is the initiator.

    The core raises `request` and holds it, with all that describes the
    access, until the cycle with `done`. The answer is of that one cycle; it
    may be the very cycle of the request. Another request may follow in the
    next. `satp`, `vsatp`, `hgatp`, SUM and MXR stay as they are meanwhile.

    Members:
        request: An address is to be translated.
        access: What for; see `Access`.
        address: The virtual address, 64 bits.
        mode: As which the access is made: nothing translates M, satp U and S,
            vsatp and then hgatp VU and VS.
        is_hlvx: A load that needs permission to execute in place of that to
            read, at both stages. Meaningful with LOAD.
        done: What follows is meaningful.
        fault: The access raises the exception `cause`.
        cause: A page fault, a guest-page fault, or an access fault (an entry
            of a table could not be read, or the address has bits above the
            physical ones), of the kind of the access. Meaningful with
            `fault`.
        physical: The physical address, 56 bits. Meaningful without `fault`.
        gpa: The guest-physical address that faulted, shifted right by 2; 0
            where it is wider than the widest guest mode's and htval cannot take
            it (Shtvala). Meaningful with a guest-page fault.
        is_implicit: It is the address of an entry of a VS-stage table, read
            on the way. Meaningful with a guest-page fault.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(
            {
                "request": Out(1),
                "access": Out(Access),
                "address": Out(64),
                "mode": Out(Mode),
                "is_hlvx": Out(1),
                "done": In(1),
                "fault": In(1),
                "cause": In(6),
                "physical": In(PHYSICAL_BITS),
                "gpa": In(config.tval2_bits),
                "is_implicit": In(1),
            }
        )


class Translate(Component):
    """The stages of address translation, with a TLB before them.

    Args:
        config: Says which schemes there are; RV64 with H.

    Members:
        core: Who asks.
        bus: Reads the tables' entries.
        sum, mxr: mstatus.SUM and MXR.
        vs_sum, vs_mxr: vsstatus.SUM and MXR.
        satp, vsatp, hgatp: As the CSRs read.
        flush: A fence: what the TLB holds is forgotten, at the latest at the
            clock edge that ends the cycle. Without `core.request`. It is
            forgotten by itself when satp, vsatp or hgatp changes.

    Raises:
        ConfigError: When the configuration has no two stages.
    """

    def __init__(self, config: Config) -> None:
        if config.xlen != 64 or not config.h:
            raise ConfigError(f"xlen={config.xlen}, h={config.h}: two-stage translation needs xlen=64 and h=True")
        self._config = config
        super().__init__(
            {
                "core": In(TranslateSignature(config)),
                "bus": Out(BusSignature()),
                "sum": In(1),
                "mxr": In(1),
                "vs_sum": In(1),
                "vs_mxr": In(1),
                "satp": In(64),
                "vsatp": In(64),
                "hgatp": In(64),
                "flush": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Wire the stages, the TLB and the walk."""
        m = Module()
        core = self.core
        m.submodules.tlb = tlb = Tlb(self._config)
        m.submodules.walk = walk = Walk(self._config)
        connect(m, walk.bus, flipped(self.bus))

        # norm:H_vm_twostage
        is_guest = core.mode[2]
        first, second = Signal(STAGE), Signal(STAGE)
        atp, hgatp = ATP(Mux(is_guest, self.vsatp, self.satp)), ATP(self.hgatp)
        m.d.comb += [
            first.is_on.eq((core.mode != Mode.M) & atp.mode.any()),
            first.top.eq(top(atp.mode)),
            first.root.eq(atp.ppn),
            first.is_user.eq(~core.mode[0]),
            first.sum.eq(Mux(is_guest, self.vs_sum, self.sum)),
            # norm:sstatus_mxr_vm, norm:vsstatus_mxr_vm
            first.mxr.eq(self.mxr | (is_guest & self.vs_mxr)),
            second.is_on.eq(is_guest & hgatp.mode.any()),
            second.top.eq(top(hgatp.mode)),
            second.root.eq(hgatp.ppn),
            second.is_user.eq(1),  # norm:H_vm_gpapriv
            second.mxr.eq(self.mxr),
        ]
        for part in (tlb, walk):
            m.d.comb += [
                part.access.eq(core.access),
                part.is_hlvx.eq(core.is_hlvx),
                part.address.eq(core.address),
                part.first.eq(first),
                part.second.eq(second),
            ]

        # norm:sfence_vma_mode_effect, norm:sfence_vma_asid_effect: entries know neither ASID nor VMID, so all go.
        roots = Cat(self.satp, self.vsatp, self.hgatp)
        roots_before = Signal.like(roots)
        m.d.sync += roots_before.eq(roots)
        m.d.comb += [
            tlb.is_guest.eq(is_guest),
            tlb.flush.eq(self.flush | (roots != roots_before)),
            tlb.fill.eq(walk.done & ~walk.fault),
            tlb.page.eq(walk.page),
        ]

        is_on = first.is_on | second.is_on
        failure = Signal(Failure)
        with m.If(~is_on):
            # norm:hgatp_mode_bare_trans
            m.d.comb += [
                core.done.eq(core.request),
                core.physical.eq(core.address),
                core.fault.eq(core.address[PHYSICAL_BITS:].any()),
                failure.eq(Failure.ACCESS),
            ]
        with m.Elif(tlb.hit):
            m.d.comb += [core.done.eq(core.request), core.physical.eq(tlb.physical)]
        with m.Else():
            m.d.comb += [
                walk.start.eq(core.request),
                core.done.eq(walk.done),
                core.fault.eq(walk.fault),
                core.physical.eq(Cat(core.address[:12], walk.page.ppn)),
                failure.eq(walk.failure),
            ]

        with m.Switch(failure):
            for kind, causes in _CAUSES.items():
                with m.Case(kind), m.Switch(core.access):
                    for access, cause in causes.items():
                        with m.Case(access):
                            m.d.comb += core.cause.eq(cause)
        # norm:mtval2_trapval
        is_wide = walk.gpa[self._config.tval2_bits + 2 :].any()
        m.d.comb += [
            core.gpa.eq(Mux(is_wide, Const(0), walk.gpa[2 : self._config.tval2_bits + 2])),
            core.is_implicit.eq(walk.is_implicit),
        ]
        return m
