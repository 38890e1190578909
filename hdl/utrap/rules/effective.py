"""What the rest of the core reads off the CSRs: effective modes and enables."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.csr.shared.environment import withheld_bit
from utrap.isa import ExceptionCause, Mode
from utrap.ports import DEBUG_OUTPUTS, MASKING_OUTPUTS
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["connect_hart"]

SECTION = Section(
    phase=Phase.OUTPUT,
    place=2,
    title="What the rest of the core needs",
    rules="norm:H_cause_ecall, norm:mstatus_mprv_ldst_op, norm:hlsv_priv, norm:menvcfg_fiom_fence_op, HU-28",
    text="The mode, the modes as which memory is accessed, and what CSRs say about translation and fences.",
)
#: Outputs whose values are codes though their shape does not say so.
_CODES = {"ecall_cause": ExceptionCause}


def _ecall_cause(state: State) -> Value:
    """Cause of an ECALL in the current mode (norm:H_cause_ecall)."""
    causes = {
        Mode.M: ExceptionCause.ECALL_FROM_M,
        Mode.S: ExceptionCause.ECALL_FROM_S,
        Mode.VS: ExceptionCause.ECALL_FROM_VS,
    }
    cause: Value = Const(ExceptionCause.ECALL_FROM_U, 6)
    for mode, code in causes.items():
        cause = Mux(state.is_in(mode), Const(code, 6), cause)
    return cause


def _load_store_mode(state: State) -> Value:
    """Mode as which loads and stores execute (norm:mstatus_mprv_ldst_op).

    norm:mstatus_mprv_hypervisor: with MPRV=1 it is MPP, and MPV unless MPP is M.
    """
    mpp: Value = state["mstatus.mpp"]
    prv = mpp if state.config.s else mpp.replicate(2)
    acts: Value = state["mstatus.mprv"]
    if state.config.smrnmi:
        acts = acts & state["mnstatus.nmie"]  # norm:mnstatus_mprv_clear
    return Mux(acts, Cat(prv, state[state.mpv] & ~prv[1]), state.mode)


def _hlsv_mode(state: State) -> Value:
    """Mode as which HLV, HLVX and HSV execute: VS or VU (HU-28, norm:hlsv_priv)."""
    by_user = state.is_in(Mode.U) & state["hudcfg.en"]
    as_supervisor = Mux(by_user, state["hustatus.upvp"], state["hstatus.spvp"])
    return Cat(as_supervisor, Const(0, 1), Const(1, 1))


def _fiom(state: State) -> Value:
    """Whether fences order memory for I/O, too, in the current mode.

    norm:menvcfg_fiom_fence_op, norm:senvcfg_fiom, norm:henvcfg_fiom_op.
    """
    by_menvcfg = ~state.is_in(Mode.M) & state["menvcfg.fiom"]
    by_senvcfg = ~state.prv[0] & state["senvcfg.fiom"]
    return by_menvcfg | by_senvcfg | (state.v & state["henvcfg.fiom"])


def _cbo_inval_flushes(state: State) -> Value:
    """Whether one register above the current mode says flush.

    norm:menvcfg_cbie_cbo-inval_op_list, norm:cbo-inval_s-mode_op0, norm:cbo-inval_s-mode_op1,
    norm:cbo-inval_s-mode_op2, norm:cbo-inval_h-mode_op0, norm:cbo-inval_h-mode_op1, norm:cbo-inval_h-mode_op2.
    """
    flush = 1
    by_menvcfg = state["menvcfg.cbie"] == flush
    by_senvcfg = ~state.prv[0] & (state["senvcfg.cbie"] == flush)
    by_henvcfg = state.v & (state["henvcfg.cbie"] == flush)
    return ~state.is_in(Mode.M) & (by_menvcfg | by_senvcfg | by_henvcfg)


def connect_hart(m: Module, state: State, hart: Any) -> None:
    """Drive the hart's outputs that the configuration has, but for those about Debug Mode and pointer masking."""
    views = state.views
    found = {
        "mode": state.mode,
        "ecall_cause": _ecall_cause(state),
        "load_store_mode": _load_store_mode(state),
        "hlsv_mode": _hlsv_mode(state),
        "fiom": _fiom(state),
        "sum": state["mstatus.sum"],
        "mxr": state["mstatus.mxr"],
        "vs_sum": state["vsstatus.sum"],
        "vs_mxr": state["vsstatus.mxr"],
        "fs": state["mstatus.fs"],
        "vs": state["mstatus.vs"],
        "vs_fs": state["vsstatus.fs"],
        "vs_vs": state["vsstatus.vs"],
    }
    found |= {name: views[name] for name in ("satp", "vsatp", "hgatp") if name in views}
    if "htimedelta" in views:
        high = [views["htimedeltah"]] if state.config.xlen == 32 else []
        found["time_delta"] = Cat(views["htimedelta"], *high)
    # norm:menvcfg_pbmte_op, norm:menvcfg_adue_op, norm:henvcfg_pbmte_op, norm:henvcfg_adue_op
    for name in ("pbmte", "adue"):
        if name in hart.signature.members:
            machines, guests = withheld_bit(state.config, name)
            found |= {name: state[machines], f"vs_{name}": state[machines] & state[guests]}
    if state.config.zicbom:
        found["cbo_inval_flushes"] = _cbo_inval_flushes(state)
    found["critical_error"] = state.critical & ~state["dcsr.cetrig"]
    for name in hart.signature.members:
        if name not in DEBUG_OUTPUTS and name not in MASKING_OUTPUTS:
            SECTION.drive(m, getattr(hart, name), found[name], _CODES.get(name))
