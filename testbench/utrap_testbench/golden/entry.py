"""Taking a trap: one function for each target mode, each naming every field that it writes."""

from __future__ import annotations

from . import addresses
from .config import Config
from .double_trap import tracks, vs_tracks
from .isa import Mode, Prv
from .outcome import Outcome
from .reason import Because
from .rnmi import exception_vector
from .rules import Rules
from .state import State

_MODE_M, _MODE_S, _MODE_VS, _MODE_U = Mode.M.value, Mode.S.value, Mode.VS.value, Mode.U.value
_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value


def enter(config: Config, old: State, trap: Outcome) -> State:
    """The state after the trap that `trap` describes, with its vector put into `trap`."""
    new = old.copy()
    if trap.to_mode == _MODE_M:
        _enter_m(config.rules, old, new, trap)
    elif trap.to_mode == _MODE_S:
        _enter_hs(config.rules, old, new, trap)
    elif trap.to_mode == _MODE_VS:
        _enter_vs(config.rules, old, new, trap)
    elif trap.to_mode == _MODE_U:
        _enter_u(config, old, new, trap)
    else:
        raise AssertionError(f"no trap enters mode {trap.to_mode}")
    return new


def _enter_m(r: Rules, old: State, new: State, trap: Outcome) -> None:
    """norm:mstatus_xpie_xie_xpp_trap_op, norm:H_trap_m_csrwrites

    Writes MPP, MPIE, MIE, mepc, mcause, mtval; with H also MPV, GVA, mtval2, mtinst.
    """
    new.mstatus_mpp = old.prv
    new.mstatus_mpie = old.mstatus_mie
    new.mstatus_mie = 0
    new.mepc = addresses.pc(r, trap.epc)
    new.mcause = _xcause(r, trap)
    new.mtval = addresses.tval(r, trap.tval)
    if r.has_h:
        new.mstatus_mpv = old.v
        new.mstatus_gva = trap.gva
        new.mtinst = trap.tinst
    if r.mtval2:
        new.mtval2 = trap.tval2 & r.mtval2
    if r.smdbltrp:
        new.mstatus_mdt = 1  # norm:trap_exp
    new.v = 0
    new.prv = _M
    _enter_at(r, old.mtvec, trap)
    if r.smrnmi and trap.is_interrupt == 0 and old.prv == _M and old.mnstatus_nmie == 0:
        # norm:rnmi_exception_nmie0
        trap.target, trap.target_reason = exception_vector(r, old), _IN_RNMI_HANDLER


def _enter_hs(r: Rules, old: State, new: State, trap: Outcome) -> None:
    """norm:mstatus_xpie_xie_xpp_trap_op, norm:H_trap_hs_csrwrites

    Writes SPP, SPIE, SIE, sepc, scause, stval; with H also SPV, SPVP (from V=1), GVA, htval, htinst.
    """
    new.mstatus_spp = old.prv
    new.mstatus_spie = old.mstatus_sie
    new.mstatus_sie = 0
    new.sepc = addresses.pc(r, trap.epc)
    new.scause = _xcause(r, trap)
    new.stval = addresses.tval(r, trap.tval)
    if r.has_h:
        new.hstatus_spv = old.v
        if old.v == 1:
            new.hstatus_spvp = old.prv  # norm:hstatus_spvp_op
        new.hstatus_gva = trap.gva
        new.htval = trap.tval2
        new.htinst = trap.tinst
    if tracks(r, old) == 1:
        new.mstatus_sdt = 1  # norm:sstatus_sdt_trap
    new.v = 0
    new.prv = _S
    _enter_at(r, old.stvec, trap)


def _enter_vs(r: Rules, old: State, new: State, trap: Outcome) -> None:
    """norm:H_trap_vs_csrwrites: V stays 1, hstatus and the HS-level sstatus stay as they are.

    Writes vsstatus.SPP, SPIE, SIE, vsepc, vscause, vstval.
    """
    new.vsstatus_spp = old.prv
    new.vsstatus_spie = old.vsstatus_sie
    new.vsstatus_sie = 0
    new.vsepc = addresses.pc(r, trap.epc)
    new.vscause = _xcause(r, trap)
    new.vstval = addresses.tval(r, trap.tval)
    if vs_tracks(r, old) == 1:
        new.vsstatus_sdt = 1  # norm:sstatus_sdt_trap
    new.prv = _S
    _enter_at(r, old.vstvec, trap)


def _enter_u(config: Config, old: State, new: State, trap: Outcome) -> None:
    """HU-12, HU-13, HU-15

    Writes UPIE, UIE, uepc, ucause, utval; with Shudeleg also UPV, UPVP (from
    V=1), GVA, hutval, hutinst.
    """
    r = config.rules
    new.mstatus_upie = old.mstatus_uie
    new.mstatus_uie = 0
    new.uepc = addresses.pc(r, trap.epc)
    new.ucause = _xcause(r, trap)
    new.utval = addresses.tval(r, trap.tval)
    if config.shudeleg:
        new.hustatus_upv = old.v
        if old.v == 1:
            new.hustatus_upvp = old.prv  # S is 1, U is 0, as UPVP says VS and VU
        new.hustatus_gva = trap.gva
        new.hutval = trap.tval2
        new.hutinst = trap.tinst
    new.v = 0
    new.prv = _U
    _enter_at(r, old.utvec, trap)


def _xcause(r: Rules, trap: Outcome) -> int:
    """norm:mcause_intr_op, norm:mcause_exccode_op, warl:xcause"""
    code = trap.cause & r.code
    return r.interrupt_bit | code if trap.is_interrupt == 1 else code


_EXCEPTION = (Because("norm:mtvec_mode_direct_op", "an exception enters at BASE, whatever MODE"),)
_DIRECT = (Because("norm:mtvec_mode_direct_op", "MODE is direct: it enters at BASE"),)
_IN_RNMI_HANDLER = (
    Because(
        "norm:rnmi_exc_trap_addr", "an exception in M with NMIE=0: at an address of its own", ("rnmi_exception_vector",)
    ),
)
_INSERTED = (Because("warl:xtvec", "MODE is vectored: 4 * code is inserted into BASE, which is 256-byte aligned"),)
_ADDED = (Because("norm:mtvec_mode_vectored_op", "MODE is vectored: it enters at BASE + 4 * code"),)


def _enter_at(r: Rules, tvec: int, trap: Outcome) -> None:
    """norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14, warl:xtvec

    An exception always enters at BASE. With 256-byte alignment the code is
    inserted into BASE's zeros; with 4-byte alignment it is added, modulo XLEN.
    """
    base = tvec & r.base_direct
    if trap.is_interrupt == 0:
        trap.target, trap.target_reason = base, _EXCEPTION
    elif tvec & 1 == 0:
        trap.target, trap.target_reason = base, _DIRECT
    elif r.vector_by_insertion:
        trap.target, trap.target_reason = base | trap.cause << 2, _INSERTED
    else:
        trap.target, trap.target_reason = base + (trap.cause << 2) & r.xlen_mask, _ADDED
