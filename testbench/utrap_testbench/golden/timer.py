"""Sstc: the timers of S and VS, whether their interrupts are pending, and who may set them."""

from __future__ import annotations

from .environment import henvcfg
from .isa import Irq, Prv, bits, ones
from .privilege import illegal_below_s
from .reason import Because, Verdict, allowed, illegal, virtual
from .rules import Rules
from .state import State

_U, _M = Prv.U.value, Prv.M.value
_STIP, _VSTIP = bits(Irq.STI), bits(Irq.VSTI)
_STCE = 63
_TM = 1

_IN_M = allowed(Because("norm:menvcfg_stce_op2", "M may always access it", ("mode",)))
_MTM = Because("norm:mcounteren_tm_set", "M lets the modes below have the timer", ("mcounteren[1]",))
_MTM_CLEAR = illegal(Because("norm:mcounteren_tm_clr", "M keeps the timer from the modes below", ("mcounteren[1]",)))
_MSTCE = Because("norm:menvcfg_stce_op2", "STCE gives stimecmp to {S}", ("menvcfg[63]",))
_MSTCE_CLEAR = illegal(_MTM, Because("norm:menvcfg_stce_op2", "STCE is 0: stimecmp is M's alone", ("menvcfg[63]",)))
_IN_HS = allowed(_MTM, _MSTCE)
_HTM = Because("norm:hcounteren_acc", "HS lets the guest have the timer", ("hcounteren[1]",))
_HTM_CLEAR = virtual(
    _MTM, _MSTCE, Because("norm:hcounteren_acc", "HS keeps the timer from the guest", ("hcounteren[1]",))
)
_HSTCE_CLEAR = virtual(
    _MTM, _MSTCE, _HTM, Because("norm:henvcfg_stce", "STCE is 0: the guest has no timer", ("henvcfg[63]",))
)
_IN_VS = allowed(_MTM, _MSTCE, _HTM, Because("norm:henvcfg_stce", "STCE gives vstimecmp to VS", ("henvcfg[63]",)))
_VU = virtual(
    _MTM,
    _MSTCE,
    Because("norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0", "VU may not, HS could", ("mode",)),
)
_VSTIMECMP_IN_HS = allowed(_MTM, Because("norm:mcounteren_tm_set", "HS may set the guest's timer", ("mode",)))
_VSTIMECMP_IN_GUEST = virtual(
    _MTM, Because("norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0", "a guest may not, HS could", ("mode",))
)


def stimecmp(s: State, prv: int, v: int) -> Verdict:
    """norm:mcounteren_tm_clr, norm:menvcfg_stce_op2, norm:hcounteren_acc, norm:henvcfg_stce

    With V=1 the access is to vstimecmp; henvcfg.STCE reads as 0 while menvcfg's is 0.
    """
    if prv == _M:
        return _IN_M
    if prv == _U and v == 0:
        return illegal_below_s()
    if s.mcounteren >> _TM & 1 == 0:
        return _MTM_CLEAR
    if s.menvcfg >> _STCE & 1 == 0:
        return _MSTCE_CLEAR
    if v == 0:
        return _IN_HS
    if prv == _U:
        return _VU
    if s.hcounteren >> _TM & 1 == 0:
        return _HTM_CLEAR
    if s.henvcfg >> _STCE & 1 == 0:
        return _HSTCE_CLEAR
    return _IN_VS


def vstimecmp(s: State, prv: int, v: int) -> Verdict:
    """norm:mcounteren_tm_clr names vstimecmp; norm:menvcfg_stce_op2 does not: STCE=0 keeps HS from stimecmp alone."""
    if prv == _M:
        return _IN_M
    if prv == _U and v == 0:
        return illegal_below_s()
    if s.mcounteren >> _TM & 1 == 0:
        return _MTM_CLEAR
    if v == 1:
        return _VSTIMECMP_IN_GUEST
    return _VSTIMECMP_IN_HS


def has_stimecmp(s: State) -> bool:
    """norm:mip_stip_stimecmp_acc: STIP is stimecmp's, and software cannot write it."""
    return s.menvcfg >> _STCE & 1 == 1


def pending(r: Rules, s: State, software: int) -> int:
    """The software bits of mip and hvip with STIP and VSTIP as the timers make them.

    norm:stimecmp_exist, norm:vstimecmp_exist, norm:sstc_vs_facility,
    norm:mip_sip_stip_op, norm:hip_vstip_op, norm:hip_vstip_clear, norm:hip_vstip_enable,
    warl:STIP: in the same cycle, with nothing left behind where STCE is 0.
    """
    if r.sstc == 0:
        return software
    if has_stimecmp(s):
        software = software & (_STIP ^ r.xlen_mask)
        if s.time >= s.stimecmp:
            software = software | _STIP
        # norm:hip_vstip_op: hvip's bit OR the signal of vstimecmp.
        if henvcfg(r, s) >> _STCE & 1 == 1 and s.time + s.htimedelta & ones(64) >= s.vstimecmp:
            software = software | _VSTIP
    return software
