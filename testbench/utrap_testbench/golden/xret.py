"""MRET, SRET and URET: who may execute them, and what they restore."""

from __future__ import annotations

from . import debug_mode, rnmi
from .config import Config
from .double_trap import clear_on_return, clear_on_uret
from .events import Return
from .isa import Prv
from .outcome import Outcome
from .reason import Because, Reason, Verdict, allowed, illegal, virtual
from .state import State

_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value

_MRET = allowed(Because("norm:xret_in_lower_mode", "MRET executes in M", ("mode",)))
_MRET_BELOW_M = illegal(Because("norm:xret_in_lower_mode", "MRET executes in M alone", ("mode",)))
_NO_S = illegal(Because("norm:sret_presence", "the hart has no S-mode"))
_SRET_IN_VU = virtual(Because("norm:H_virtinst_vu_sret_sfence", "VU may not, HS could", ("mode",)))
_VTSR = virtual(Because("norm:hstatus_vtsr_op", "VTSR traps SRET in VS", ("mode", "hstatus.VTSR")))
_SRET_IN_VS = allowed(Because("norm:hstatus_vtsr_op", "VTSR does not trap SRET in VS", ("mode", "hstatus.VTSR")))
_SRET_IN_U = illegal(Because("norm:xret_in_lower_mode", "SRET executes in {S} and above", ("mode",)))
_TSR = illegal(Because("norm:mstatus_tsr_op", "TSR traps SRET in {S}", ("mode", "mstatus.TSR")))
_SRET_IN_S = allowed(Because("norm:mstatus_tsr_op", "TSR does not trap SRET in {S}", ("mode", "mstatus.TSR")))
_SRET_IN_M = allowed(Because("norm:xret_in_higher_mode", "SRET executes in M too", ("mode",)))
_NO_N = illegal(Because("HU-19", "the hart has no user-level traps"))
_URET_IN_GUEST = virtual(Because("HU-19", "URET does not execute in a guest", ("V",)))
_URET = allowed(Because("HU-19", "URET executes in M, {S} and U", ("mode",)))

_MRET_TO_M = (Because("norm:mret_h", "back to M, so V becomes 0, whatever MPV", ("mstatus.MPP",)),)
_MRET_BELOW = (Because("norm:mret_h", "back to the mode in MPP and MPV", ("mstatus.MPP", "mstatus.MPV")),)
_SRET_TO_SPP = (Because("norm:sret_v0", "back to the mode in SPP and SPV", ("mstatus.SPP", "hstatus.SPV")),)
_SRET_TO_VSPP = (Because("norm:sret_v1", "in a guest: back to the mode in vsstatus.SPP", ("V", "vsstatus.SPP")),)
_URET_EN = (Because("HU-20", "delegation to U is off: to U", ("hudcfg.EN",)),)
_URET_UPV = (Because("HU-20", "the trap came from U: to U", ("hudcfg.EN", "hustatus.UPV")),)
_URET_TO_GUEST: Reason = (
    Because("HU-20", "the trap came from a guest: back to it", ("hudcfg.EN", "hustatus.UPV")),
    Because("HU-20", "to VS where UPVP is 1, else to VU", ("hustatus.UPVP",)),
)

_TO_MEPC = (Because("norm:xret_op", "the pc that the trap stored", ("mepc",)),)
_TO_SEPC = (Because("norm:xret_op", "the pc that the trap stored", ("sepc",)),)
_TO_VSEPC = (Because("norm:xret_op", "the pc that the trap stored", ("vsepc",)),)
_TO_UEPC = (Because("HU-21", "the pc that the trap stored", ("uepc",)),)


def mret_verdict(config: Config, s: State) -> Verdict:
    """norm:xret_in_lower_mode: M only; HS could not, so never virtual."""
    if debug_mode.is_in(config.rules, s):
        return debug_mode.NO_RETURN
    if s.prv == _M:
        return _MRET
    return _MRET_BELOW_M


def sret_verdict(config: Config, s: State) -> Verdict:
    """norm:mstatus_tsr_op, norm:hstatus_vtsr_op, norm:H_virtinst_vu_sret_sfence, norm:sret_presence"""
    if not config.s:
        return _NO_S
    if s.v == 1:
        if s.prv == _U:
            return _SRET_IN_VU
        if s.prv == _S:
            return _VTSR if s.hstatus_vtsr == 1 else _SRET_IN_VS
        raise AssertionError(f"no guest's mode has privilege {s.prv}")
    if s.prv == _U:
        return _SRET_IN_U
    if debug_mode.is_in(config.rules, s):
        return debug_mode.NO_RETURN
    if s.prv == _M:
        return _SRET_IN_M
    if s.prv == _S:
        return _TSR if s.mstatus_tsr == 1 else _SRET_IN_S
    raise AssertionError(f"no mode has privilege {s.prv}")


def uret_verdict(config: Config, s: State) -> Verdict:
    """HU-19"""
    if not config.n:
        return _NO_N
    if s.v == 1:
        return _URET_IN_GUEST
    if debug_mode.is_in(config.rules, s):
        return debug_mode.NO_RETURN
    return _URET


def returns_of(config: Config) -> tuple[Return, ...]:
    """The returns to execute on this hart: MNRET with Smrnmi alone."""
    return tuple(insn for insn in Return if insn is not Return.MNRET or config.smrnmi)


def trap_return(config: Config, s: State, insn: Return) -> tuple[State, Outcome]:
    """norm:mstatus_xret_op, norm:xret_op"""
    mode = s.v << 2 | s.prv
    if insn is Return.MRET:
        fault, why = mret_verdict(config, s)
    elif insn is Return.MNRET:
        fault, why = rnmi.verdict(config, s)
    elif insn is Return.SRET:
        fault, why = sret_verdict(config, s)
    elif insn is Return.URET:
        fault, why = uret_verdict(config, s)
    else:
        raise AssertionError(f"{insn!r} is no return")
    if fault != 0:
        return s, Outcome(fault=fault, from_mode=mode, to_mode=mode, reason=why)
    new = s.copy()
    if insn is Return.MRET:
        target, where, pc = _mret(config, s, new)
    elif insn is Return.MNRET:
        target, where, pc = rnmi.mnret(config, s, new)
    elif insn is Return.URET:
        target, where, pc = _uret(config, s, new)
    else:
        target, where, pc = _sret_vs(config, s, new) if s.v == 1 else _sret(config, s, new)
    to_mode = new.v << 2 | new.prv
    return new, Outcome(
        redirect=1, target=target, from_mode=mode, to_mode=to_mode, reason=why + where, target_reason=pc
    )


# Each gives the new pc, why the mode is what it is, and where the pc comes from.


def _mret(config: Config, old: State, new: State) -> tuple[int, Reason, Reason]:
    """norm:mret_h, norm:mstatus_mpv_op, norm:mstatus_mprv_clr_mret_sret_less_priv

    Writes MIE, MPIE, MPP, MPV, and MPRV on leaving M.
    """
    new.prv = old.mstatus_mpp
    if old.mstatus_mpp == _M:
        new.v = 0
        where = _MRET_TO_M
    else:
        new.v = old.mstatus_mpv
        where = _MRET_BELOW
        new.mstatus_mprv = 0
    new.mstatus_mie = old.mstatus_mpie
    new.mstatus_mpie = 1
    new.mstatus_mpp = _U
    new.mstatus_mpv = 0
    clear_on_return(config.rules, old, new, is_sret=False)
    return old.mepc, where, _TO_MEPC


def _sret(config: Config, old: State, new: State) -> tuple[int, Reason, Reason]:
    """norm:sret_v0, norm:hstatus_spv_sret. Writes SIE, SPIE, SPP, SPV, MPRV; the new mode is always below M."""
    new.prv = old.mstatus_spp
    new.v = old.hstatus_spv
    new.mstatus_mprv = 0
    new.mstatus_sie = old.mstatus_spie
    new.mstatus_spie = 1
    new.mstatus_spp = _U
    new.hstatus_spv = 0
    clear_on_return(config.rules, old, new, is_sret=True)
    return old.sepc, _SRET_TO_SPP, _TO_SEPC


def _sret_vs(config: Config, old: State, new: State) -> tuple[int, Reason, Reason]:
    """norm:sret_v1. Writes vsstatus.SIE, SPIE, SPP, and mstatus.MPRV; V stays 1."""
    new.prv = old.vsstatus_spp
    new.mstatus_mprv = 0  # norm:mstatus_mprv_clr_mret_sret_less_priv knows no exception for VS
    new.vsstatus_sie = old.vsstatus_spie
    new.vsstatus_spie = 1
    new.vsstatus_spp = _U
    new.vsstatus_sdt = 0  # norm:sret_dt
    return old.vsepc, _SRET_TO_VSPP, _TO_VSEPC


def _uret(config: Config, old: State, new: State) -> tuple[int, Reason, Reason]:
    """HU-20, HU-21, HU-22. Writes UIE, UPIE, MPRV, and UPV when it returns to a guest."""
    if old.hudcfg_en == 1 and old.hustatus_upv == 1:
        new.v = 1
        new.prv = old.hustatus_upvp  # 1 is S: VS, else VU
        new.hustatus_upv = 0
        where = _URET_TO_GUEST
    else:
        new.v = 0
        new.prv = _U
        where = _URET_EN if old.hudcfg_en == 0 else _URET_UPV
    new.mstatus_mprv = 0
    new.mstatus_uie = old.mstatus_upie
    new.mstatus_upie = 1
    clear_on_uret(config.rules, old, new)
    return old.uepc, where, _TO_UEPC
