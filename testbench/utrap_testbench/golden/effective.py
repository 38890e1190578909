"""Modes and settings in effect now, which a core asks for: loads and stores, HLV and HSV, FIOM, ECALL's cause."""

from __future__ import annotations

from .config import Config
from .isa import Cause, Mode, Prv
from .rnmi import masks_interrupts
from .state import State

_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value
_VS, _VU = Mode.VS.value, Mode.VU.value


def load_store_mode(config: Config, s: State) -> int:
    """norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor: the mode that explicit accesses act in.

    With MPRV=1 it is MPP's, with MPV as V unless that is M; with NMIE=0 MPRV
    does not act (norm:mnstatus_mprv_clear).
    """
    if s.mstatus_mprv == 0 or masks_interrupts(config.rules, s):
        return s.v << 2 | s.prv
    if s.mstatus_mpp == _M:
        return s.mstatus_mpp
    return s.mstatus_mpv << 2 | s.mstatus_mpp


def hlsv_mode(config: Config, s: State) -> int:
    """norm:hlsv_priv, norm:mstatus_mprv_hlsv, HU-28: VS or VU, by SPVP, in U with delegation on by UPVP."""
    if s.v == 0 and s.prv == _U and s.hudcfg_en == 1:
        privilege = s.hustatus_upvp
    else:
        privilege = s.hstatus_spvp
    if privilege == 1:
        return _VS
    return _VU


def fiom(config: Config, s: State) -> int:
    """norm:menvcfg_fiom_fence_op, norm:senvcfg_fiom, norm:henvcfg_fiom_op: FENCE of I/O orders memory too.

    Each register acts on the modes below its own; all that apply are ORed.
    """
    if s.prv == _M:
        return 0
    value = s.menvcfg & 1
    if s.v == 1:
        value = value | s.henvcfg & 1
    if s.prv == _U:
        value = value | s.senvcfg & 1
    return value


def ecall_cause(config: Config, s: State) -> int:
    """norm:ecall_op2, norm:H_cause_ecall"""
    if s.prv == _M:
        return Cause.ECALL_FROM_M.value
    if s.prv == _U:
        return Cause.ECALL_FROM_U.value  # from VU too
    if s.v == 1:
        return Cause.ECALL_FROM_VS.value
    return Cause.ECALL_FROM_S.value


def pointer_masking(config: Config, s: State) -> int:
    """norm:pm_mprv_spvp, norm:pm_mxr_exception: the PMM that holds for explicit loads and stores now."""
    return _masking(config, s, load_store_mode(config, s), _user_pmm(config, s))


def hlsv_pointer_masking(config: Config, s: State) -> int:
    """norm:henvcfg_pmm_op, HU-34: the same for HLV and HSV: in U as VU by HUPMM, else as the guest's own."""
    by_user = s.v == 0 and s.prv == _U
    return _masking(config, s, hlsv_mode(config, s), s.hstatus_hupmm if by_user else _user_pmm(config, s))


def _user_pmm(config: Config, s: State) -> int:
    """norm:ssnpm_definition, norm:smnpm_definition: of U and VU; without S the mode below M is U."""
    return (s.senvcfg if config.s else s.menvcfg) >> 32 & 3


def _masking(config: Config, s: State, mode: int, user: int) -> int:
    """norm:pm_config_next_higher: by the register of the next higher mode."""
    if mode == _M:
        return s.mseccfg >> 32 & 3
    if s.mstatus_mxr == 1:
        return 0
    if mode == _S:
        return s.menvcfg >> 32 & 3
    if mode >= 4 and s.vsstatus_mxr == 1:
        return 0
    if mode == _VS:
        return s.henvcfg >> 32 & 3
    return user
