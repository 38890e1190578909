"""May this instruction execute in this state: WFI, fences, hypervisor loads and stores, calls and returns."""

from __future__ import annotations

from .config import Config
from .effective import ecall_cause
from .events import Insn
from .isa import Cause, Fault, Prv
from .state import State
from .xret import mret_verdict, sret_verdict, uret_verdict

_NONE, _ILLEGAL, _VIRTUAL = Fault.NONE.value, Fault.ILLEGAL.value, Fault.VIRTUAL.value
_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value


def wfi(config: Config, s: State) -> int:
    """norm:mstatus_tw_op, norm:mstatus_tw_umode_op, norm:hstatus_vtw_op, norm:H_virtinst_vu_wfi_tw0, warl:WFI"""
    if s.prv == _M:
        return _NONE
    if s.mstatus_tw == 1:
        return _ILLEGAL
    if s.v == 1:
        if s.prv == _U or s.hstatus_vtw == 1:
            return _VIRTUAL
        return _NONE
    if s.prv == _U and config.s:
        return _ILLEGAL
    return _NONE


def sfence_vma(config: Config, s: State) -> int:
    """SFENCE.VMA and SINVAL.VMA.

    norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:H_virtinst_vu_sret_sfence,
    norm:H_virtinst_vs_sfence_sinval_satp_vtvm1
    """
    if not config.s:
        return _ILLEGAL
    if s.v == 1:
        if s.prv == _U or s.hstatus_vtvm == 1:
            return _VIRTUAL
        return _NONE
    if s.prv == _U:
        return _ILLEGAL
    if s.prv == _S and s.mstatus_tvm == 1:
        return _ILLEGAL
    return _NONE


def hfence_vvma(config: Config, s: State) -> int:
    """norm:hfence-vvma_mode, norm:hfence-vvma_tvm, norm:H_virtinst_vu_vs_hinst"""
    if not config.h:
        return _ILLEGAL
    if s.v == 1:
        return _VIRTUAL
    if s.prv == _U:
        return _ILLEGAL
    return _NONE


def hfence_gvma(config: Config, s: State) -> int:
    """norm:hfence-gvma_op, norm:hfence-vvma_hfence-gvma_exceptions, norm:mstatus_tvm_hs"""
    if not config.h:
        return _ILLEGAL
    if s.v == 1:
        return _VIRTUAL
    if s.prv == _U:
        return _ILLEGAL
    if s.prv == _S and s.mstatus_tvm == 1:
        return _ILLEGAL
    return _NONE


def hlsv(config: Config, s: State) -> int:
    """HLV, HLVX and HSV: norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst, HU-28"""
    if not config.h:
        return _ILLEGAL
    if s.v == 1:
        return _VIRTUAL
    if s.prv == _U and s.hstatus_hu == 0:
        return _ILLEGAL
    return _NONE


def hlsv_64(config: Config, s: State) -> int:
    """norm:hlsv_op: HLV.WU, HLV.D and HSV.D are not valid on RV32, in no mode."""
    if config.xlen == 32:
        return _ILLEGAL
    return hlsv(config, s)


def ebreak(config: Config, s: State) -> int:
    """norm:ebreak_op2: raises a breakpoint in every mode."""
    return Cause.BREAKPOINT.value


_VERDICT = {
    Insn.WFI: wfi,
    Insn.SFENCE_VMA: sfence_vma,
    Insn.SINVAL_VMA: sfence_vma,
    Insn.HFENCE_VVMA: hfence_vvma,
    Insn.HFENCE_GVMA: hfence_gvma,
    Insn.HLV_B: hlsv,
    Insn.HLV_BU: hlsv,
    Insn.HLV_H: hlsv,
    Insn.HLV_HU: hlsv,
    Insn.HLV_W: hlsv,
    Insn.HLV_WU: hlsv_64,
    Insn.HLV_D: hlsv_64,
    Insn.HLVX_HU: hlsv,
    Insn.HLVX_WU: hlsv,  # norm:hlvx-wu_valid32
    Insn.HSV_B: hlsv,
    Insn.HSV_H: hlsv,
    Insn.HSV_W: hlsv,
    Insn.HSV_D: hlsv_64,
    Insn.ECALL: ecall_cause,
    Insn.EBREAK: ebreak,
    Insn.MRET: mret_verdict,
    Insn.SRET: sret_verdict,
    Insn.URET: uret_verdict,
}


def verdict(config: Config, s: State, insn: Insn) -> int:
    """0 where the instruction may execute, else the cause of the exception that it raises."""
    return _VERDICT[insn](config, s)
