"""MRET, SRET and URET: who may execute them, and what they restore."""

from __future__ import annotations

from .config import Config
from .events import Return
from .isa import Fault, Prv
from .outcome import Outcome
from .state import State

_NONE, _ILLEGAL, _VIRTUAL = Fault.NONE.value, Fault.ILLEGAL.value, Fault.VIRTUAL.value
_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value


def mret_verdict(config: Config, s: State) -> int:
    """norm:xret_in_lower_mode: M only; HS could not, so never virtual."""
    if s.prv == _M:
        return _NONE
    return _ILLEGAL


def sret_verdict(config: Config, s: State) -> int:
    """norm:mstatus_tsr_op, norm:hstatus_vtsr_op, norm:H_virtinst_vu_sret_sfence, norm:sret_presence"""
    if not config.s:
        return _ILLEGAL
    if s.v == 1:
        if s.prv == _U or s.hstatus_vtsr == 1:
            return _VIRTUAL
        return _NONE
    if s.prv == _U:
        return _ILLEGAL
    if s.prv == _S and s.mstatus_tsr == 1:
        return _ILLEGAL
    return _NONE


def uret_verdict(config: Config, s: State) -> int:
    """HU-19"""
    if not config.n:
        return _ILLEGAL
    if s.v == 1:
        return _VIRTUAL
    return _NONE


def trap_return(config: Config, s: State, insn: Return) -> tuple[State, Outcome]:
    """norm:mstatus_xret_op, norm:xret_op"""
    mode = s.v << 2 | s.prv
    if insn is Return.MRET:
        fault = mret_verdict(config, s)
    elif insn is Return.SRET:
        fault = sret_verdict(config, s)
    else:
        fault = uret_verdict(config, s)
    if fault != 0:
        return s, Outcome(fault=fault, from_mode=mode, to_mode=mode)
    new = s.copy()
    if insn is Return.MRET:
        target = _mret(config, s, new)
    elif insn is Return.URET:
        target = _uret(config, s, new)
    elif s.v == 1:
        target = _sret_vs(config, s, new)
    else:
        target = _sret(config, s, new)
    return new, Outcome(redirect=1, target=target, from_mode=mode, to_mode=new.v << 2 | new.prv)


def _mret(config: Config, old: State, new: State) -> int:
    """norm:mret_h, norm:mstatus_mpv_op, norm:mstatus_mprv_clr_mret_sret_less_priv

    Writes MIE, MPIE, MPP, MPV, and MPRV on leaving M.
    """
    new.prv = old.mstatus_mpp
    if old.mstatus_mpp == _M:
        new.v = 0
    else:
        new.v = old.mstatus_mpv
        new.mstatus_mprv = 0
    new.mstatus_mie = old.mstatus_mpie
    new.mstatus_mpie = 1
    new.mstatus_mpp = _U
    new.mstatus_mpv = 0
    return old.mepc


def _sret(config: Config, old: State, new: State) -> int:
    """norm:sret_v0, norm:hstatus_spv_sret. Writes SIE, SPIE, SPP, SPV, MPRV; the new mode is always below M."""
    new.prv = old.mstatus_spp
    new.v = old.hstatus_spv
    new.mstatus_mprv = 0
    new.mstatus_sie = old.mstatus_spie
    new.mstatus_spie = 1
    new.mstatus_spp = _U
    new.hstatus_spv = 0
    return old.sepc


def _sret_vs(config: Config, old: State, new: State) -> int:
    """norm:sret_v1. Writes vsstatus.SIE, SPIE, SPP, and mstatus.MPRV; V stays 1."""
    new.prv = old.vsstatus_spp
    new.mstatus_mprv = 0  # norm:mstatus_mprv_clr_mret_sret_less_priv knows no exception for VS
    new.vsstatus_sie = old.vsstatus_spie
    new.vsstatus_spie = 1
    new.vsstatus_spp = _U
    return old.vsepc


def _uret(config: Config, old: State, new: State) -> int:
    """HU-20, HU-21, HU-22. Writes UIE, UPIE, MPRV, and UPV when it returns to a guest."""
    if old.hudcfg_en == 1 and old.hustatus_upv == 1:
        new.v = 1
        new.prv = old.hustatus_upvp  # 1 is S: VS, else VU
        new.hustatus_upv = 0
    else:
        new.v = 0
        new.prv = _U
    new.mstatus_mprv = 0
    new.mstatus_uie = old.mstatus_upie
    new.mstatus_upie = 1
    return old.uepc
