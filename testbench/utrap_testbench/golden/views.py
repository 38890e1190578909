"""What software reads: every CSR that is not simply one stored integer, put together from the fields.

A reader is `(rules, state) -> value`. The writers are in `legalise`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import stateen, timer
from .double_trap import sdt, vssdt
from .isa import Irq, Prv, bits
from .reason import Because
from .rules import IRQ_U, IRQ_VS, Rules
from .state import State

_SGEI, _UEI = bits(Irq.SGEI), bits(Irq.UEI)
_EXTERNAL = bits(Irq.SEI, Irq.UEI)
#: The counters that have an OF bit: 3 to 31.
_EVENT_COUNTERS = 0xFFFF_FFF8


def mstatus(r: Rules, s: State) -> int:
    """norm:mstatus_sz_acc; on RV32 GVA and MPV are in mstatush."""
    value = (
        s.mstatus_uie
        | s.mstatus_sie << 1
        | s.mstatus_mie << 3
        | s.mstatus_upie << 4
        | s.mstatus_spie << 5
        | s.mstatus_mpie << 7
        | s.mstatus_spp << 8
        | s.mstatus_vs << 9
        | s.mstatus_mpp << 11
        | s.mstatus_fs << 13
        | s.mstatus_mprv << 17
        | s.mstatus_sum << 18
        | s.mstatus_mxr << 19
        | s.mstatus_tvm << 20
        | s.mstatus_tw << 21
        | s.mstatus_tsr << 22
        | sdt(r, s) << 24
        | r.uxl
        | r.sxl
    )
    if r.xlen == 64:
        value = value | s.mstatus_gva << 38 | s.mstatus_mpv << 39 | s.mstatus_mdt << 42
    return value | _sd(r, s.mstatus_fs, s.mstatus_vs)


def mstatush(r: Rules, s: State) -> int:
    """norm:mstatush_sz_acc: RV32 only."""
    return s.mstatus_gva << 6 | s.mstatus_mpv << 7 | s.mstatus_mdt << 10


def sstatus(r: Rules, s: State) -> int:
    """norm:sstatus: the part of mstatus that HS-mode sees, N's bits among it."""
    value = (
        s.mstatus_uie
        | s.mstatus_sie << 1
        | s.mstatus_upie << 4
        | s.mstatus_spie << 5
        | s.mstatus_spp << 8
        | s.mstatus_vs << 9
        | s.mstatus_fs << 13
        | s.mstatus_sum << 18
        | s.mstatus_mxr << 19
        | sdt(r, s) << 24
        | r.uxl
    )
    return value | _sd(r, s.mstatus_fs, s.mstatus_vs)


def vsstatus(r: Rules, s: State) -> int:
    """norm:vsstatus_sz_acc_op; no UIE and UPIE (HU-5)."""
    value = (
        s.vsstatus_sie << 1
        | s.vsstatus_spie << 5
        | s.vsstatus_spp << 8
        | s.vsstatus_vs << 9
        | s.vsstatus_fs << 13
        | s.vsstatus_sum << 18
        | s.vsstatus_mxr << 19
        | vssdt(r, s) << 24
        | r.uxl
    )
    return value | _sd(r, s.vsstatus_fs, s.vsstatus_vs)


def _sd(r: Rules, fs: int, vs: int) -> int:
    """norm:mstatus_sd_op1, norm:vsstatus_sd_xs_op: SD summarises FS and VS; XS is 0."""
    if fs == 3 or vs == 3:
        return r.sd
    return 0


def mnstatus(r: Rules, s: State) -> int:
    """norm:mnstatus_img"""
    return s.mnstatus_nmie << 3 | s.mnstatus_mnpv << 7 | s.mnstatus_mnpp << 11


def ustatus(r: Rules, s: State) -> int:
    """N, section "User Status Register": UIE and UPIE mirror mstatus's."""
    return s.mstatus_uie | s.mstatus_upie << 4


def hstatus(r: Rules, s: State) -> int:
    """norm:hstatus_sz_acc_op"""
    return (
        s.hstatus_gva << 6
        | s.hstatus_spv << 7
        | s.hstatus_spvp << 8
        | s.hstatus_hu << 9
        | s.hstatus_vgein << 12
        | s.hstatus_vtvm << 20
        | s.hstatus_vtw << 21
        | s.hstatus_vtsr << 22
        | s.hstatus_hupmm << 48
        | r.vsxl
    )


def hudcfg(r: Rules, s: State) -> int:
    """Shudeleg, section 3."""
    return s.hudcfg_en | s.hudcfg_wen << 1


def hustatus(r: Rules, s: State) -> int:
    """Shudeleg, section 3: GVA, UPV and UPVP at the places of GVA, SPV and SPVP in hstatus."""
    return s.hustatus_gva << 6 | s.hustatus_upv << 7 | s.hustatus_upvp << 8


# Delegation.


def hideleg(r: Rules, s: State) -> int:
    """norm:mideleg_hroz: a bit acts and reads as 1 only where mideleg has it (warl:hideleg)."""
    return s.hideleg & s.mideleg


def sideleg(r: Rules, s: State) -> int:
    """HU-24"""
    return s.sideleg & s.mideleg


def sedeleg(r: Rules, s: State) -> int:
    """HU-9"""
    return s.sedeleg & s.medeleg


# Interrupts.


def mip(r: Rules, s: State) -> int:
    """Every pending bit (norm:mip_mie_std_enc_txt, norm:mip_mie_vs, HU-27).

    SEIP and UEIP are the OR of the software bit and the line
    (norm:mip_seip_rdcsr). VSSIP, VSTIP and VSEIP come from hvip
    (norm:mip_mie_alias).
    """
    value = (
        timer.pending(r, s, s.mip_software | s.hvip)
        | s.line_msip << 3
        | s.line_mtip << 7
        | s.line_ueip << 8
        | s.line_seip << 9
        | s.line_meip << 11
        | s.line_local
    )
    if r.geilen > 0:
        # norm:hip_vseip_vseie_op: hgeip[0] is 0, so VGEIN=0 selects nothing.
        value = value | (s.hgeip >> s.hstatus_vgein & 1) << 10
        # norm:hip_sgeip_sgeie_acc_op
        if s.hgeip & s.hgeie != 0:
            value = value | _SGEI
    return value


def mip_for_write(r: Rules, s: State) -> int:
    """The old value of a read-modify-write of mip: of SEIP and UEIP the software bit alone.

    norm:mip_seip_wrcsr, warl:mip
    """
    return mip(r, s) & (r.xlen_mask ^ _EXTERNAL) | s.mip_software & _EXTERNAL


def sie(r: Rules, s: State) -> int:
    """norm:sip_sie: mie where mideleg delegates, without the VS bits, which are hie's (norm:sie_hip_hie_mutex)."""
    return s.mie & s.mideleg & r.sie


def sip(r: Rules, s: State) -> int:
    """norm:sip_sie"""
    return mip(r, s) & s.mideleg & r.sie


def sip_for_write(r: Rules, s: State) -> int:
    """The old value of a read-modify-write of sip: UEIP's line takes no part; SEIP is not writable here (warl:mip)."""
    return sip(r, s) & (r.xlen_mask ^ _UEI) | s.mip_software & s.mideleg & _UEI


def hie(r: Rules, s: State) -> int:
    """norm:hie_op"""
    return s.mie & r.hie


def hip(r: Rules, s: State) -> int:
    """norm:hip_op"""
    return mip(r, s) & r.hie


def hgeip(r: Rules, s: State) -> int:
    """norm:hgeip_sz_acc_op"""
    return s.hgeip


def vsie(r: Rules, s: State) -> int:
    """norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi: hie masked by hideleg, one place lower.

    The platform's interrupts, and LCOFI (norm:vsip_vsie_lcofi), keep their numbers (warl:hideleg).
    """
    delegated = s.mie & hideleg(r, s)
    return (delegated & IRQ_VS) >> 1 | delegated & r.kept


def vsip(r: Rules, s: State) -> int:
    """norm:vsip_vsie_sei, norm:vsip_vsie_sti, norm:vsip_vsie_ssi, norm:vsip_vsie_lcofi"""
    delegated = mip(r, s) & hideleg(r, s)
    return (delegated & IRQ_VS) >> 1 | delegated & r.kept


def u_delegated(r: Rules, s: State) -> int:
    """The interrupts that U-mode owns: through mideleg and sideleg, or mideleg alone without S (HU-10, HU-25)."""
    if r.has_s:
        return s.mideleg & s.sideleg & IRQ_U
    return s.mideleg & IRQ_U


def uie(r: Rules, s: State) -> int:
    """HU-27"""
    return s.mie & u_delegated(r, s)


def uip(r: Rules, s: State) -> int:
    """HU-27"""
    return mip(r, s) & u_delegated(r, s)


def scountovf(r: Rules, s: State) -> int:
    """As the mode is shown it."""
    # norm:scountovf_op: there is no mhpmevent0 to mhpmevent2.
    return s.counter_overflow & _EVENT_COUNTERS & overflows_shown(s).mask


class Shown(NamedTuple):
    """The bits of scountovf that a mode is shown, and why."""

    mask: int
    because: Because


_ALL_SHOWN = Because("norm:scountovf_mmode_read_access", "M is shown all overflows", ("mode",))
_SHOWN = Because("norm:scountovf_smode_read_access", "those that mcounteren has", ("mode", "mcounteren"))
_SHOWN_TO_GUEST = Because(
    "norm:scountovf_vsmode_read_access", "those that mcounteren and hcounteren have", ("V", "mcounteren", "hcounteren")
)


def overflows_shown(s: State) -> Shown:
    """norm:scountovf_mmode_read_access, norm:scountovf_smode_read_access, norm:scountovf_vsmode_read_access

    norm:scountovf_smode_read_access_control: by the enables of the counters themselves.
    """
    if s.prv == Prv.M:
        return Shown(_EVENT_COUNTERS, _ALL_SHOWN)
    if s.v == 1:
        return Shown(s.mcounteren & s.hcounteren, _SHOWN_TO_GUEST)
    return Shown(s.mcounteren, _SHOWN)


def sstateen0(r: Rules, s: State) -> int:
    """norm:sstateen_vsmode_access_roz: as the current mode sees it."""
    return stateen.sstateen(s, 0, s.v)


def hstateen(number: int) -> Callable[[Rules, State], int]:
    """norm:mstateen_lower_priv_roz"""
    return lambda r, s: stateen.hstateen(s, number)


def zero(r: Rules, s: State) -> int:
    """A register all of whose bits are read-only 0."""
    return 0
