"""Ssdbltrp and Smdbltrp: a trap into a handler that cannot bear one goes elsewhere."""

from __future__ import annotations

from .environment import henvcfg
from .isa import Cause, Mode, Prv
from .outcome import Outcome
from .reason import Because
from .rules import Rules
from .state import State

_MODE_M, _MODE_S, _MODE_VS = Mode.M.value, Mode.S.value, Mode.VS.value
_M = Prv.M.value
_DTE = 59

_SDT = Because("norm:sstatus_sdt_trap", "SDT is 1: a double trap, into M", ("mstatus.SDT",))
_VSSDT = Because("norm:sstatus_sdt_trap", "the guest's SDT is 1: a double trap, into M", ("vsstatus.SDT",))
_MDT = Because("norm:trap_unexp_mdt_1", "MDT is 1: M cannot take it", ("mstatus.MDT",))
_NMIE = Because("norm:trap_unexp_mnstatus_nmie_0", "in M with NMIE=0: M cannot take it", ("mode", "mnstatus.NMIE"))
_RNMI = Because("norm:trap_unexp_hndl_rnmi", "the handler of RNMIs takes it", ("mnstatus.NMIE",))
_CRITICAL = Because("norm:trap_unexp_hndl_no_rnmi", "nobody takes it: the hart stops")


def sdt(r: Rules, s: State) -> int:
    """norm:menvcfg_dte_op: sstatus.SDT as it reads and acts."""
    return s.mstatus_sdt & (s.menvcfg >> _DTE & r.ssdbltrp)


def vssdt(r: Rules, s: State) -> int:
    """norm:henvcfg_dte_op: vsstatus.SDT as it reads and acts."""
    return s.vsstatus_sdt & (henvcfg(r, s) >> _DTE & r.ssdbltrp)


def tracks(r: Rules, s: State) -> int:
    """norm:menvcfg_dte_op: whether a trap into S sets SDT."""
    return s.menvcfg >> _DTE & r.ssdbltrp


def vs_tracks(r: Rules, s: State) -> int:
    """norm:henvcfg_dte_op: whether a trap into VS sets SDT."""
    return henvcfg(r, s) >> _DTE & r.ssdbltrp


def forget(r: Rules, s: State) -> None:
    """norm:menvcfg_dte_op, norm:henvcfg_dte_op: SDT is read-only 0 while DTE is 0, and nothing is behind (warl:SDT)."""
    if tracks(r, s) == 0:
        s.mstatus_sdt = 0
    if vs_tracks(r, s) == 0:
        s.vsstatus_sdt = 0


def redirect(r: Rules, s: State, trap: Outcome) -> None:
    """norm:sstatus_sdt_trap, norm:trap_unexp_mdt_1, norm:trap_unexp_mnstatus_nmie_0

    A trap into S or VS that is unexpected becomes a double trap into M, with
    its cause in mtval2 (norm:M_mode_invoke_error). A trap into M that is unexpected goes to the handler
    of RNMIs, or nowhere.
    """
    if r.ssdbltrp:
        if trap.to_mode == _MODE_S and sdt(r, s) == 1:
            _into_m(r, trap, _SDT)
        elif trap.to_mode == _MODE_VS and vssdt(r, s) == 1:
            _into_m(r, trap, _VSSDT)
    if r.smdbltrp and trap.to_mode == _MODE_M:
        if s.mstatus_mdt == 1:
            _unexpected(r, s, trap, _MDT)
        elif r.smrnmi and s.prv == _M and s.mnstatus_nmie == 0:
            _unexpected(r, s, trap, _NMIE)


def _into_m(r: Rules, trap: Outcome, because: Because) -> None:
    # What M's mcause would have been given: an interrupt's number, and not VS's for it.
    trap.tval2 = trap.irq | r.interrupt_bit if trap.is_interrupt == 1 else trap.cause
    trap.cause = Cause.DOUBLE_TRAP.value
    trap.is_interrupt = 0
    trap.to_mode = _MODE_M
    trap.double = 1
    trap.reason = (*trap.reason, because)


def _unexpected(r: Rules, s: State, trap: Outcome, because: Because) -> None:
    """norm:Smdbltrp_with_Smrnmi_op, norm:mncause_doubletrap"""
    if r.smrnmi and s.mnstatus_nmie == 1:
        trap.rnmi = 1
        trap.reason = (*trap.reason, because, _RNMI)
    else:
        trap.critical = 1
        trap.reason = (*trap.reason, because, _CRITICAL)


def clear_on_return(r: Rules, old: State, new: State, is_sret: bool) -> None:
    """norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret, norm:sret_dt

    MRET, and SRET with V=0. SRET clears SDT wherever it leads
    (norm:sstatus_sdt_sret); MRET by the machine chapter's rule alone, which
    is Smdbltrp's.
    """
    mode = new.v << 2 | new.prv
    if r.smdbltrp and old.prv == _M:
        new.mstatus_mdt = 0
    if r.ssdbltrp and (is_sret or r.smdbltrp):
        if is_sret or (mode != _MODE_M and mode != _MODE_S):
            new.mstatus_sdt = 0
        if mode == Mode.VU:
            new.vsstatus_sdt = 0


def clear_on_mnret(r: Rules, new: State) -> None:
    """norm:mstatus_mdt_clr_mnret, norm:sstatus_sdt_clr_mnret, norm:vsstatus_sdt_clr_mnret"""
    mode = new.v << 2 | new.prv
    if not r.smdbltrp or mode == _MODE_M:
        return
    new.mstatus_mdt = 0
    if r.ssdbltrp and mode != _MODE_S:
        new.mstatus_sdt = 0
        if mode == Mode.VU:
            new.vsstatus_sdt = 0


def clear_on_uret(r: Rules, old: State, new: State) -> None:
    """HU-31: a handler in U cannot undo a guest's SDT by returning to VS, nor leave a guest in VU with SDT=1."""
    if r.smdbltrp and old.prv == _M:
        new.mstatus_mdt = 0
    if r.ssdbltrp and old.prv != Prv.U:
        new.mstatus_sdt = 0
    if r.ssdbltrp and new.v == 1 and new.prv == Prv.U:
        new.vsstatus_sdt = 0
