"""May this instruction execute in this state: WFI, fences, hypervisor loads and stores, calls and returns."""

from __future__ import annotations

from . import rnmi, stateen
from .config import Config
from .effective import ecall_cause
from .environment import CBO_CLEAN, CBO_INVAL, CBO_ZERO
from .events import Insn
from .isa import Cause, Prv
from .reason import Because, Verdict, allowed, illegal, virtual
from .state import State
from .xret import mret_verdict, sret_verdict, uret_verdict

_M, _U = Prv.M.value, Prv.U.value

_WFI_IN_M = allowed(Because("norm:wfi_all_privileged_modes", "WFI executes in M", ("mode",)))
_TW = illegal(Because("norm:mstatus_tw_op", "TW traps WFI below M", ("mode", "mstatus.TW")))
_TW_CLEAR = Because("norm:mstatus_tw_op", "TW does not trap WFI", ("mstatus.TW",))
_WFI_IN_VU = virtual(_TW_CLEAR, Because("norm:H_virtinst_vu_wfi_tw0", "VU may not, HS could", ("mode",)))
_VTW = virtual(_TW_CLEAR, Because("norm:hstatus_vtw_op", "VTW traps WFI in VS", ("mode", "hstatus.VTW")))
_WFI_IN_VS = allowed(_TW_CLEAR, Because("norm:hstatus_vtw_op", "VTW does not trap WFI in VS", ("mode", "hstatus.VTW")))
_WFI_IN_U = illegal(_TW_CLEAR, Because("warl:WFI", "with S-mode, WFI does not execute in U", ("mode",)))
_WFI = allowed(_TW_CLEAR, Because("norm:wfi_all_privileged_modes", "WFI executes in this mode", ("mode",)))

_NO_S = illegal(Because("norm:mstatus_tvm_warl_op", "the hart has no S-mode"))
_NO_H = illegal(Because("norm:misa_h_op", "the hart has no hypervisor extension"))
_SFENCE_IN_VU = virtual(Because("norm:H_virtinst_vu_sret_sfence", "VU may not, HS could", ("mode",)))
_VTVM = virtual(Because("norm:H_virtinst_vs_sfence_sinval_satp_vtvm1", "VTVM traps it in VS", ("mode", "hstatus.VTVM")))
_VTVM_CLEAR = allowed(Because("norm:hstatus_vtvm_op", "VTVM does not trap it in VS", ("mode", "hstatus.VTVM")))
_NOT_IN_U = illegal(Because("norm:mstatus_tvm_warl_op", "it does not execute in U", ("mode",)))
_IN_M = allowed(Because("norm:mstatus_tvm_warl_op", "it executes in M, whatever TVM", ("mode",)))
_TVM = illegal(Because("norm:mstatus_tvm_warl_op", "TVM traps it in {S}", ("mode", "mstatus.TVM")))
_TVM_CLEAR = allowed(Because("norm:mstatus_tvm_warl_op", "TVM does not trap it in {S}", ("mode", "mstatus.TVM")))

_H_IN_GUEST = virtual(Because("norm:H_virtinst_vu_vs_hinst", "a guest may not, HS could", ("mode",)))
_HFENCE_IN_U = illegal(Because("norm:hfence-vvma_hfence-gvma_exceptions", "it does not execute in U", ("mode",)))
_HFENCE_VVMA = allowed(Because("norm:hfence-vvma_mode", "it executes in M and HS, whatever TVM", ("mode",)))
_HFENCE_GVMA_IN_M = allowed(Because("norm:hfence-gvma_mode", "it executes in M, whatever TVM", ("mode",)))
_HFENCE_TVM = illegal(Because("norm:mstatus_tvm_hs", "TVM traps it in HS", ("mode", "mstatus.TVM")))
_HFENCE_TVM_CLEAR = allowed(Because("norm:mstatus_tvm_hs", "TVM does not trap it in HS", ("mode", "mstatus.TVM")))

_HLSV_IN_GUEST = virtual(Because("norm:hlsv_virtinst", "a guest may not, HS could", ("mode",)))
_HLSV = allowed(Because("norm:hlsv_mode", "it executes in M and HS", ("mode",)))
_HU = allowed(Because("norm:hlsv_mode", "HU lets U execute it", ("mode", "hstatus.HU")))
_HU_CLEAR = illegal(Because("norm:hlsv_illegalinst", "HU does not let U execute it", ("mode", "hstatus.HU")))
_NO_SVINVAL = illegal(Because("Svinval", "the hart has no Svinval"))
_INVALIDATION = allowed(Because("Svinval", "it executes in {S} and above, whatever TVM and VTVM", ("mode",)))
_NO_ZICBOM = illegal(Because("norm:menvcfg_cbcfe_rdonly0", "the hart has no Zicbom"))
_NO_ZICBOZ = illegal(Because("norm:menvcfg_cbze_rdonly0", "the hart has no Zicboz"))
_NO_ZCMT = illegal(Because("norm:stateen0_jvt_op", "the hart has no Zcmt"))
_NO_SMCTR = illegal(Because("norm:sctrclr_exceptions", "the hart has no Smctr"))
_NO_ZAWRS = illegal(Because("Zawrs", "the hart has no Zawrs"))
_WRS_IN_M = allowed(Because("Zawrs", "M may wait", ("mode",)))
_WRS_TW = illegal(Because("Zawrs", "TW does not let the modes below M wait for long", ("mode", "mstatus.TW")))
_WRS_TW_CLEAR = Because("Zawrs", "TW lets it wait", ("mode", "mstatus.TW"))
_WRS_VTW = virtual(_WRS_TW_CLEAR, Because("Zawrs", "VTW does not let the guest wait for long", ("V", "hstatus.VTW")))
_WRS = allowed(_WRS_TW_CLEAR)
_WRS_IN_GUEST = allowed(_WRS_TW_CLEAR, Because("Zawrs", "VTW lets the guest wait", ("V", "hstatus.VTW")))
_RV64_ALONE = illegal(Because("norm:hlsv_op", "RV32 has it in no mode"))
_BREAKPOINT = Verdict(
    Cause.BREAKPOINT.value, (Because("norm:ebreak_op2", "it raises a breakpoint exception in every mode"),)
)
_ECALL = Because("norm:ecall_op2", "it raises the environment call of its mode", ("mode",))


def wfi(config: Config, s: State) -> Verdict:
    """norm:mstatus_tw_op, norm:mstatus_tw_umode_op, norm:hstatus_vtw_op, norm:H_virtinst_vu_wfi_tw0, warl:WFI"""
    if s.prv == _M:
        return _WFI_IN_M
    if s.mstatus_tw == 1:
        return _TW
    if s.v == 1:
        if s.prv == _U:
            return _WFI_IN_VU
        if s.hstatus_vtw == 1:
            return _VTW
        return _WFI_IN_VS
    if s.prv == _U and config.s:
        return _WFI_IN_U
    return _WFI


def sfence_vma(config: Config, s: State) -> Verdict:
    """SFENCE.VMA and SINVAL.VMA.

    norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:H_virtinst_vu_sret_sfence,
    norm:H_virtinst_vs_sfence_sinval_satp_vtvm1
    """
    if not config.s:
        return _NO_S
    if s.v == 1:
        if s.prv == _U:
            return _SFENCE_IN_VU
        if s.hstatus_vtvm == 1:
            return _VTVM
        return _VTVM_CLEAR
    if s.prv == _U:
        return _NOT_IN_U
    if s.prv == _M:
        return _IN_M
    if s.mstatus_tvm == 1:
        return _TVM
    return _TVM_CLEAR


def hfence_vvma(config: Config, s: State) -> Verdict:
    """norm:hfence-vvma_mode, norm:hfence-vvma_tvm, norm:H_virtinst_vu_vs_hinst"""
    if not config.h:
        return _NO_H
    if s.v == 1:
        return _H_IN_GUEST
    if s.prv == _U:
        return _HFENCE_IN_U
    return _HFENCE_VVMA


def hfence_gvma(config: Config, s: State) -> Verdict:
    """norm:hfence-gvma_op, norm:hfence-vvma_hfence-gvma_exceptions, norm:mstatus_tvm_hs"""
    if not config.h:
        return _NO_H
    if s.v == 1:
        return _H_IN_GUEST
    if s.prv == _U:
        return _HFENCE_IN_U
    if s.prv == _M:
        return _HFENCE_GVMA_IN_M
    if s.mstatus_tvm == 1:
        return _HFENCE_TVM
    return _HFENCE_TVM_CLEAR


def hlsv(config: Config, s: State) -> Verdict:
    """HLV, HLVX and HSV: norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst, HU-28"""
    if not config.h:
        return _NO_H
    if s.v == 1:
        return _HLSV_IN_GUEST
    if s.prv != _U:
        return _HLSV
    if s.hstatus_hu == 0:
        return _HU_CLEAR
    return _HU


def hlsv_64(config: Config, s: State) -> Verdict:
    """norm:hlsv_op: HLV.WU, HLV.D and HSV.D are not valid on RV32, in no mode."""
    if config.xlen == 32:
        return _RV64_ALONE
    return hlsv(config, s)


def ebreak(config: Config, s: State) -> Verdict:
    """norm:ebreak_op2: raises a breakpoint in every mode."""
    return _BREAKPOINT


def ecall(config: Config, s: State) -> Verdict:
    """norm:ecall_op2: raises the cause of the mode."""
    return Verdict(ecall_cause(config, s), (_ECALL,))


def sfence_invalidation(config: Config, s: State) -> Verdict:
    """SFENCE.W.INVAL and SFENCE.INVAL.IR (Svinval): TVM and VTVM do not act on them."""
    if not config.svinval:
        return _NO_SVINVAL
    if s.prv != _U:
        return _INVALIDATION
    if s.v == 1:
        return _SFENCE_IN_VU
    return _NOT_IN_U


def wrs_nto(config: Config, s: State) -> Verdict:
    """WRS.NTO that does not end in time (Zawrs): as WFI, but that U may wait."""
    if not config.zawrs:
        return _NO_ZAWRS
    if s.prv == _M:
        return _WRS_IN_M
    if s.mstatus_tw == 1:
        return _WRS_TW
    if s.v == 1:
        return _WRS_VTW if s.hstatus_vtw == 1 else _WRS_IN_GUEST
    return _WRS


def cbo_inval(config: Config, s: State) -> Verdict:
    """norm:menvcfg_cbie_warl_op, norm:cbo-inval_h-mode_veq1_op"""
    if not config.zicbom:
        return _NO_ZICBOM
    return CBO_INVAL.judge(config.rules, s)


def cbo_clean(config: Config, s: State) -> Verdict:
    """CBO.CLEAN and CBO.FLUSH: norm:menvcfg_cbcfe_op, norm:henvcfg_cbcfe"""
    if not config.zicbom:
        return _NO_ZICBOM
    return CBO_CLEAN.judge(config.rules, s)


def cbo_zero(config: Config, s: State) -> Verdict:
    """norm:menvcfg_cbze_op, norm:henvcfg_cbze"""
    if not config.zicboz:
        return _NO_ZICBOZ
    return CBO_ZERO.judge(config.rules, s)


def table_jump(config: Config, s: State) -> Verdict:
    """CM.JT and CM.JALT: norm:stateen0_jvt_op"""
    if not config.zcmt:
        return _NO_ZCMT
    return stateen.table_jump(config.rules, s)


def clear_records(config: Config, s: State) -> Verdict:
    """SCTRCLR: norm:sctrclr_exceptions; Smctr needs S."""
    if not (config.smctr and config.s):
        return _NO_SMCTR
    return stateen.clear_records(config.rules, s)


_VERDICT = {
    Insn.WFI: wfi,
    Insn.SFENCE_VMA: sfence_vma,
    Insn.SINVAL_VMA: sfence_vma,
    Insn.SFENCE_W_INVAL: sfence_invalidation,
    Insn.SFENCE_INVAL_IR: sfence_invalidation,
    Insn.HFENCE_VVMA: hfence_vvma,
    Insn.HFENCE_GVMA: hfence_gvma,
    Insn.HINVAL_VVMA: hfence_vvma,
    Insn.HINVAL_GVMA: hfence_gvma,
    Insn.WRS_NTO: wrs_nto,
    Insn.CM_JALT: table_jump,
    Insn.SCTRCLR: clear_records,
    Insn.CBO_INVAL: cbo_inval,
    Insn.CBO_CLEAN: cbo_clean,
    Insn.CBO_FLUSH: cbo_clean,
    Insn.CBO_ZERO: cbo_zero,
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
    Insn.ECALL: ecall,
    Insn.EBREAK: ebreak,
    Insn.MRET: mret_verdict,
    Insn.SRET: sret_verdict,
    Insn.URET: uret_verdict,
    Insn.MNRET: rnmi.verdict,
}


#: The instructions that an extension adds, by its field of the configuration; the others every hart knows.
_ADDED_BY = {
    Insn.SFENCE_W_INVAL: "svinval", Insn.SFENCE_INVAL_IR: "svinval",
    Insn.HINVAL_VVMA: "svinval", Insn.HINVAL_GVMA: "svinval",
    Insn.WRS_NTO: "zawrs", Insn.CM_JALT: "zcmt", Insn.SCTRCLR: "smctr",
    Insn.CBO_INVAL: "zicbom", Insn.CBO_CLEAN: "zicbom", Insn.CBO_FLUSH: "zicbom", Insn.CBO_ZERO: "zicboz",
    Insn.MNRET: "smrnmi",
}  # fmt: skip


def instructions_of(config: Config) -> tuple[Insn, ...]:
    """The instructions to judge on this hart: those of extensions that it lacks are illegal whatever its state."""
    return tuple(insn for insn in Insn if insn not in _ADDED_BY or getattr(config, _ADDED_BY[insn]))


def judge(config: Config, s: State, insn: Insn) -> Verdict:
    """The verdict with its reason."""
    return _VERDICT[insn](config, s)


def verdict(config: Config, s: State, insn: Insn) -> int:
    """0 where the instruction may execute, else the cause of the exception that it raises."""
    return judge(config, s, insn).fault
