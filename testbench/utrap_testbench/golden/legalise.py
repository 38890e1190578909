"""What a write stores: one legaliser for each CSR, one line for each field.

A legaliser is `(rules, state, written)` and stores into `state`, which is the
new one; the old value of what it keeps is still there. Fields that the
configuration lacks are masked by rules that are 0.
"""

from __future__ import annotations

from . import addresses, environment, timer
from .double_trap import tracks, vs_tracks
from .isa import Irq, Prv, bits
from .rules import IRQ_U, IRQ_VS, Rules
from .state import State
from .views import hideleg, u_delegated

_USIP, _SSIP, _UEIP, _VSSIP, _STIP = (bits(irq) for irq in (Irq.USI, Irq.SSI, Irq.UEI, Irq.VSSI, Irq.STI))


# Status registers.


def mstatus(r: Rules, s: State, w: int) -> None:
    """norm:mstatus_sz_acc, warl:mstatus.MPP, warl:mstatus FS, VS"""
    s.mstatus_uie = w & r.has_n
    s.mstatus_sie = w >> 1 & r.has_s  # norm:mstatus_sie_spie_rdonly0
    s.mstatus_mie = w >> 3 & 1
    s.mstatus_upie = w >> 4 & r.has_n
    s.mstatus_spie = w >> 5 & r.has_s
    s.mstatus_mpie = w >> 7 & 1
    s.mstatus_spp = w >> 8 & r.has_s  # norm:mstatus_xpp_rdonly0
    s.mstatus_vs = w >> 9 & r.vs
    s.mstatus_mpp = _mpp(r, w >> 11 & 3)
    s.mstatus_fs = w >> 13 & r.fs
    s.mstatus_mprv = w >> 17 & 1  # U-mode always exists: norm:mstatus_mprv_rdonly0_no_umode does not apply
    s.mstatus_sum = w >> 18 & r.has_translation  # norm:mstatus_sum_rdonly0
    s.mstatus_mxr = w >> 19 & r.has_s  # norm:mstatus_mxr_rdonly0_no_smode
    s.mstatus_tvm = w >> 20 & r.has_translation  # norm:mstatus_tvm_warl_op
    s.mstatus_tw = w >> 21 & 1  # norm:mstatus_tw_acc
    s.mstatus_tsr = w >> 22 & r.has_s  # norm:mstatus_tsr_acc
    _sdt(r, s, w)
    if r.xlen == 64:
        s.mstatus_gva = w >> 38 & r.has_h
        s.mstatus_mpv = w >> 39 & r.has_h
        s.mstatus_mdt = w >> 42 & r.smdbltrp
    if s.mstatus_mdt == 1:
        # norm:mstatus_mie_clr_by_mdt_rv64, norm:mstatus_mie_set_mdt_0, norm:mstatus_mie_set_mdt_0_rv64
        s.mstatus_mie = 0


def _sdt(r: Rules, s: State, w: int) -> None:
    """norm:sstatus_sdt_sstatus_sie_overwrite; with menvcfg.DTE=0 SDT is read-only 0 (norm:menvcfg_dte_op).

    norm:sstatus_sdt, norm:sstatus_SDT.
    """
    if tracks(r, s) == 1:
        s.mstatus_sdt = w >> 24 & 1
        if s.mstatus_sdt == 1:
            s.mstatus_sie = 0


def _mpp(r: Rules, value: int) -> int:
    """norm:mstatus_xpp_warl: M, S if it exists, U; what is none of them is stored as U."""
    if value == Prv.M:
        return 3
    if value == Prv.S:
        return r.has_s
    return 0


def mstatush(r: Rules, s: State, w: int) -> None:
    """norm:mstatush_enc"""
    s.mstatus_gva = w >> 6 & r.has_h
    s.mstatus_mpv = w >> 7 & r.has_h
    s.mstatus_mdt = w >> 10 & r.smdbltrp
    if s.mstatus_mdt == 1:
        s.mstatus_mie = 0  # norm:mstatus_mie_clr_by_mdt


def sstatus(r: Rules, s: State, w: int) -> None:
    """norm:sstatus"""
    s.mstatus_uie = w & r.has_n
    s.mstatus_sie = w >> 1 & 1
    s.mstatus_upie = w >> 4 & r.has_n
    s.mstatus_spie = w >> 5 & 1
    s.mstatus_spp = w >> 8 & 1
    s.mstatus_vs = w >> 9 & r.vs
    s.mstatus_fs = w >> 13 & r.fs
    s.mstatus_sum = w >> 18 & r.has_translation  # norm:sstatus_sum_satp_mode
    s.mstatus_mxr = w >> 19 & 1
    _sdt(r, s, w)


def vsstatus(r: Rules, s: State, w: int) -> None:
    """norm:vsstatus_sz_acc_op, norm:vsstatus_SDT, HU-5"""
    s.vsstatus_sie = w >> 1 & 1
    s.vsstatus_spie = w >> 5 & 1
    s.vsstatus_spp = w >> 8 & 1
    s.vsstatus_vs = w >> 9 & r.vs
    s.vsstatus_fs = w >> 13 & r.fs
    s.vsstatus_sum = w >> 18 & r.has_translation
    s.vsstatus_mxr = w >> 19 & 1
    if vs_tracks(r, s) == 1:
        s.vsstatus_sdt = w >> 24 & 1
        if s.vsstatus_sdt == 1:
            s.vsstatus_sie = 0


def mnstatus(r: Rules, s: State, w: int) -> None:
    """norm:mnstatus_nmie_set_clear: software can set NMIE, not clear it.

    norm:mnstatus_mnpp_op, norm:mnstatus_mnpv_op, norm:mnstatus_reserved.
    """
    s.mnstatus_nmie = s.mnstatus_nmie | w >> 3 & 1
    s.mnstatus_mnpv = w >> 7 & r.has_h
    s.mnstatus_mnpp = _mpp(r, w >> 11 & 3)


def ustatus(r: Rules, s: State, w: int) -> None:
    """N, section "User Status Register" """
    s.mstatus_uie = w & 1
    s.mstatus_upie = w >> 4 & 1


def hstatus(r: Rules, s: State, w: int) -> None:
    """norm:hstatus_sz_acc_op; VSBE is read-only 0 (warl:endianness bits)."""
    s.hstatus_gva = w >> 6 & 1
    s.hstatus_spv = w >> 7 & 1
    s.hstatus_spvp = w >> 8 & 1
    s.hstatus_hu = w >> 9 & 1
    s.hstatus_vgein = _vgein(r, w >> 12 & 63)
    s.hstatus_vtvm = w >> 20 & 1
    s.hstatus_vtw = w >> 21 & 1
    s.hstatus_vtsr = w >> 22 & 1
    s.hstatus_hupmm = _pmm(w >> 48 & r.hupmm)


def _pmm(value: int) -> int:
    """norm:henvcfg_pmm_op: 1 is reserved, and stored as 0 (warl:PMM)."""
    if value == 1:
        return 0
    return value


def _vgein(r: Rules, value: int) -> int:
    """norm:hstatus_vgein_op: holds 0 to GEILEN; anything above selects nothing."""
    if value > r.geilen:
        return 0
    return value & r.vgein


def senvcfg(r: Rules, s: State, w: int) -> None:
    """norm:senvcfg, norm:senvcfg_cbie, norm:senvcfg_pmm_Ssnpm"""
    s.senvcfg = environment.legal(w, r.senvcfg)


def hudcfg(r: Rules, s: State, w: int) -> None:
    """Shudeleg, section 3. While EN is 0 the hart is the hart without Shudeleg (HU-23)."""
    s.hudcfg_en = w & 1
    s.hudcfg_wen = w >> 1 & 1


def hustatus(r: Rules, s: State, w: int) -> None:
    """Shudeleg, section 3."""
    s.hustatus_gva = w >> 6 & 1
    s.hustatus_upv = w >> 7 & 1
    s.hustatus_upvp = w >> 8 & 1


# Delegation.


def mideleg(r: Rules, s: State, w: int) -> None:
    """warl:mideleg, norm:mideleg_acc_h"""
    s.mideleg = w & r.mideleg | r.mideleg_read_only_ones


# Interrupts.


def mip(r: Rules, s: State, w: int) -> None:
    """warl:mip: the software bits, and VSSIP, which is hvip's. STIP is not software's where stimecmp makes it."""
    if r.sstc and timer.has_stimecmp(s):
        s.mip_software = _merge(s.mip_software, w, r.mip_software & (_STIP ^ r.xlen_mask))
    else:
        s.mip_software = w & r.mip_software
    if r.has_h:
        s.hvip = _merge(s.hvip, w, _VSSIP)


def sie(r: Rules, s: State, w: int) -> None:
    """norm:sie_acc: writable where mideleg delegates."""
    s.mie = _merge(s.mie, w, s.mideleg & r.sie)


def sip(r: Rules, s: State, w: int) -> None:
    """norm:sip_acc, norm:sip_sie_Sscofpmf, HU-27: SSIP, LCOFIP, with N USIP and UEIP, where mideleg delegates."""
    s.mip_software = _merge(s.mip_software, w, s.mideleg & r.sie & (_SSIP | _USIP | _UEIP | r.lcofi))


def hie(r: Rules, s: State, w: int) -> None:
    """norm:hie_acc"""
    s.mie = _merge(s.mie, w, r.hie)


def hip(r: Rules, s: State, w: int) -> None:
    """norm:hip_vssip_vssie_op: VSSIP alone is writable."""
    s.hvip = _merge(s.hvip, w, _VSSIP)


def vsie(r: Rules, s: State, w: int) -> None:
    """norm:vsip_vsie_sei: the bits that hideleg delegates, one place lower, but for LCOFI (norm:vsip_vsie_lcofi)."""
    s.mie = _merge(s.mie, w << 1, hideleg(r, s) & IRQ_VS)
    s.mie = _merge(s.mie, w, hideleg(r, s) & r.kept)


def vsip(r: Rules, s: State, w: int) -> None:
    """norm:vsip_vsie_ssi, norm:vsip_vsie_lcofi: SSIP where hideleg[2], LCOFIP where hideleg[13]."""
    s.hvip = _merge(s.hvip, w << 1, hideleg(r, s) & _VSSIP)
    s.mip_software = _merge(s.mip_software, w, hideleg(r, s) & r.lcofi)


def uie(r: Rules, s: State, w: int) -> None:
    """HU-27"""
    s.mie = _merge(s.mie, w, u_delegated(r, s) & IRQ_U)


def uip(r: Rules, s: State, w: int) -> None:
    """HU-27: USIP alone."""
    s.mip_software = _merge(s.mip_software, w, u_delegated(r, s) & _USIP)


def _merge(old: int, written: int, mask: int) -> int:
    """The bits of `mask` from what is written, the others as they were."""
    return old ^ (old ^ written) & mask


# Trap vectors, epc and cause.


def tvec(r: Rules, w: int) -> int:
    """norm:mtvec_base_align_func_mode, warl:xtvec: MODE bit 1 is read-only 0; vectored BASE may be aligned more."""
    w = addresses.kept(r, w)
    if w & 1 == 1:
        return w & r.base_vectored | 1
    return w & r.base_direct


def mtvec(r: Rules, w: int) -> int:
    """norm:mtvec_sz_warl_acc: MODE may be fixed at one of its values (warl:mtvec_modes)."""
    return tvec(r, w & (r.mtvec_clear ^ r.xlen_mask) | r.mtvec_set)


def cause(r: Rules, w: int) -> int:
    """warl:xcause: the interrupt bit, and as many bits of the code as there are."""
    return w & (r.interrupt_bit | r.code)


# Address translation.


def satp(r: Rules, s: State, w: int) -> None:
    """norm:satp_mode_op_unsupported: the whole write has no effect with an unsupported MODE."""
    if _is_supported(w >> r.atp_mode_shift, r.satp_modes):
        s.satp = w & r.satp_fields | w >> r.atp_mode_shift << r.atp_mode_shift


def vsatp_as_satp(r: Rules, s: State, w: int) -> None:
    """norm:vsatp_mode_unsupported_v1: with V=1 the write to satp is ignored likewise."""
    if _is_supported(w >> r.atp_mode_shift, r.satp_modes):
        s.vsatp = w & r.satp_fields | w >> r.atp_mode_shift << r.atp_mode_shift


def vsatp(r: Rules, s: State, w: int) -> None:
    """norm:vsatp_mode_unsupported_v0, warl:vsatp by its own address: an unsupported MODE keeps the old one."""
    mode = w >> r.atp_mode_shift
    if not _is_supported(mode, r.satp_modes):
        mode = s.vsatp >> r.atp_mode_shift
    s.vsatp = w & r.satp_fields | mode << r.atp_mode_shift


def hgatp(r: Rules, s: State, w: int) -> None:
    """norm:hgatp_mode_warl, warl:hgatp: an unsupported MODE keeps the old one; PPN[1:0] are 0."""
    mode = w >> r.atp_mode_shift
    if not _is_supported(mode, r.hgatp_modes):
        mode = s.hgatp >> r.atp_mode_shift
    s.hgatp = w & r.hgatp_fields | mode << r.atp_mode_shift


def _is_supported(mode: int, modes: tuple[int, ...]) -> bool:
    return any(mode == supported for supported in modes)  # at most four


# Delegation windows.


def window(r: Rules, w: int) -> int:
    """HU-17, warl:ORDER: a larger ORDER than there is is the largest that there is."""
    w = w & r.hugpaw
    if w >> 1 & 63 > r.window_max_order:
        return w & (r.hugpaw ^ 63 << 1) | r.window_max_order << 1
    return w


# Others.


def nothing(r: Rules, s: State, w: int) -> None:
    """A write that is allowed and stores nothing."""
