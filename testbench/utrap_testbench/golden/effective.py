"""Modes and settings in effect now, which a core asks for: loads and stores, HLV and HSV, FIOM, ECALL's cause."""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .isa import Cause, Mode, Prv
from .reason import Because, Reason
from .rnmi import masks_interrupts
from .state import State

_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value
_VS, _VU = Mode.VS.value, Mode.VU.value
_PMM = 32


class ActsIn(NamedTuple):
    """The mode that accesses act in, and why."""

    mode: int
    because: Because


_MPRV_CLEAR = Because("norm:mstatus_mprv_ldst_op", "MPRV is 0: they act in the hart's mode", ("mode", "mstatus.MPRV"))
_MPRV_ASLEEP = Because(
    "norm:mnstatus_mprv_clear", "NMIE is 0: MPRV does not act", ("mode", "mnstatus.NMIE", "mstatus.MPRV")
)
_MPP_M = Because(
    "norm:mstatus_mprv_ldst_op",
    "MPRV is 1: they act in M, as MPP says",
    ("mnstatus.NMIE", "mstatus.MPRV", "mstatus.MPP"),
)
_MPP = Because(
    "norm:mstatus_mprv_hypervisor",
    "MPRV is 1: they act in the mode in MPP and MPV",
    ("mnstatus.NMIE", "mstatus.MPRV", "mstatus.MPP", "mstatus.MPV"),
)
_SPVP = Because("norm:hlsv_priv", "they act in the guest's mode in SPVP", ("mode", "hudcfg.EN", "hstatus.SPVP"))
_UPVP = Because("HU-28", "in U with delegation on, in the guest's mode in UPVP", ("mode", "hudcfg.EN", "hustatus.UPVP"))


def loads_act_in(config: Config, s: State) -> ActsIn:
    """norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor: the mode that explicit accesses act in.

    With MPRV=1 it is MPP's, with MPV as V unless that is M; with NMIE=0 MPRV
    does not act (norm:mnstatus_mprv_clear).
    """
    if s.mstatus_mprv == 0:
        return ActsIn(s.v << 2 | s.prv, _MPRV_CLEAR)
    if masks_interrupts(config.rules, s):
        return ActsIn(s.v << 2 | s.prv, _MPRV_ASLEEP)
    if s.mstatus_mpp == _M:
        return ActsIn(s.mstatus_mpp, _MPP_M)
    return ActsIn(s.mstatus_mpv << 2 | s.mstatus_mpp, _MPP)


def hlsv_act_in(s: State) -> ActsIn:
    """norm:hlsv_priv, norm:mstatus_mprv_hlsv, HU-28: VS or VU, by SPVP, in U with delegation on by UPVP."""
    if s.v == 0 and s.prv == _U and s.hudcfg_en == 1:
        privilege, because = s.hustatus_upvp, _UPVP
    else:
        privilege, because = s.hstatus_spvp, _SPVP
    if privilege == 1:
        return ActsIn(_VS, because)
    return ActsIn(_VU, because)


def load_store_mode(config: Config, s: State) -> int:
    """The mode that loads and stores act in."""
    return loads_act_in(config, s).mode


def hlsv_mode(config: Config, s: State) -> int:
    """The mode that HLV, HLVX and HSV act in."""
    return hlsv_act_in(s).mode


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


class Masking(NamedTuple):
    """The pointer masking that holds for an access: PMM, and why."""

    pmm: int
    reason: Reason


_OF_M = Because("norm:smmpm_definition", "mseccfg.PMM is for M", ("mseccfg.PMM",))
_OF_S = Because("norm:smnpm_definition", "menvcfg.PMM is for {S}", ("mstatus.MXR", "menvcfg.PMM"))
_OF_VS = Because("norm:henvcfg_pmm_op", "henvcfg.PMM is for VS", ("mstatus.MXR", "vsstatus.MXR", "henvcfg.PMM"))
_OF_VU = Because("norm:ssnpm_definition", "senvcfg.PMM is for VU", ("mstatus.MXR", "vsstatus.MXR", "senvcfg.PMM"))
_OF_U = Because("norm:ssnpm_definition", "senvcfg.PMM is for U", ("mstatus.MXR", "senvcfg.PMM"))
_OF_U_BELOW_M = Because("norm:smnpm_definition", "without S-mode, menvcfg.PMM is for U", ("mstatus.MXR", "menvcfg.PMM"))
_OF_HLSV = Because("HU-34", "HUPMM is for HLV and HSV in U", ("mode", "mstatus.MXR", "vsstatus.MXR", "hstatus.HUPMM"))
_MXR = Because("norm:pm_mxr_exception", "MXR is 1: nothing is masked", ("mstatus.MXR",))
_VS_MXR = Because("norm:pm_mxr_exception", "the guest's MXR is 1: nothing is masked", ("mstatus.MXR", "vsstatus.MXR"))


def masking(config: Config, s: State) -> Masking:
    """norm:pm_mprv_spvp, norm:pm_mxr_exception: what holds for explicit loads and stores now."""
    acts_in = loads_act_in(config, s)
    return _above_user(s, acts_in) or _user(config, s, acts_in)


def hlsv_masking(config: Config, s: State) -> Masking:
    """norm:henvcfg_pmm_op, HU-34: the same for HLV and HSV: in U as VU by HUPMM, else as the guest's own."""
    acts_in = hlsv_act_in(s)
    above = _above_user(s, acts_in)
    if above is not None:
        return above
    if s.v == 0 and s.prv == _U:
        return Masking(s.hstatus_hupmm, (acts_in.because, _OF_HLSV))
    return _user(config, s, acts_in)


def pointer_masking(config: Config, s: State) -> int:
    """PMM for explicit loads and stores."""
    return masking(config, s).pmm


def hlsv_pointer_masking(config: Config, s: State) -> int:
    """PMM for HLV and HSV."""
    return hlsv_masking(config, s).pmm


def _user(config: Config, s: State, acts_in: ActsIn) -> Masking:
    """norm:ssnpm_definition, norm:smnpm_definition: of U and VU; without S the mode below M is U."""
    mode, why = acts_in
    if not config.s:
        return Masking(s.menvcfg >> _PMM & 3, (why, _OF_U_BELOW_M))
    return Masking(s.senvcfg >> _PMM & 3, (why, _OF_VU if mode == _VU else _OF_U))


def _above_user(s: State, acts_in: ActsIn) -> Masking | None:
    """norm:pm_config_next_higher: by the register of the next higher mode; None of U and VU.

    norm:pm_per_mode_control, norm:pm_auto_apply_active_mode, norm:pm_mode_only_dependency, norm:menvcfg_pmm_op,
    norm:senvcfg_pmm_immediate, norm:pm_rv64_only.
    """
    mode, why = acts_in
    if mode == _M:
        return Masking(s.mseccfg >> _PMM & 3, (why, _OF_M))
    if s.mstatus_mxr == 1:
        return Masking(0, (why, _MXR))
    if mode == _S:
        return Masking(s.menvcfg >> _PMM & 3, (why, _OF_S))
    if mode >= 4 and s.vsstatus_mxr == 1:
        return Masking(0, (why, _VS_MXR))
    if mode == _VS:
        return Masking(s.henvcfg >> _PMM & 3, (why, _OF_VS))
    return None
