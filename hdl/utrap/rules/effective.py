"""What the rest of the core reads off the CSRs: effective modes and enables."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.isa import ExceptionCause, Mode
from utrap.registers.state import State

__all__ = ["ecall_cause", "fiom", "hlsv_mode", "load_store_mode", "outputs"]


def ecall_cause(state: State) -> Value:
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


def load_store_mode(state: State) -> Value:
    """Mode as which loads and stores execute (norm:mstatus_mprv_ldst_op).

    norm:mstatus_mprv_hypervisor: with MPRV=1 it is MPP, and MPV unless MPP is M.
    """
    mpp: Value = state["mstatus.mpp"]
    prv = mpp if state.config.s else mpp.replicate(2)
    return Mux(state["mstatus.mprv"], Cat(prv, state[state.mpv] & ~prv[1]), state.mode)


def hlsv_mode(state: State) -> Value:
    """Mode as which HLV, HLVX and HSV execute: VS or VU (HU-28, norm:hlsv_priv)."""
    by_user = state.is_in(Mode.U) & state["hudcfg.en"]
    as_supervisor = Mux(by_user, state["hustatus.upvp"], state["hstatus.spvp"])
    return Cat(as_supervisor, Const(0, 1), Const(1, 1))


def fiom(state: State) -> Value:
    """Whether fences order memory for I/O, too, in the current mode.

    norm:menvcfg_fiom_fence_op, norm:senvcfg_fiom, norm:henvcfg_fiom_op.
    """
    by_menvcfg = ~state.is_in(Mode.M) & state["menvcfg.fiom"]
    by_senvcfg = ~state.prv[0] & state["senvcfg.fiom"]
    return by_menvcfg | by_senvcfg | (state.v & state["henvcfg.fiom"])


def outputs(state: State) -> dict[str, Value]:
    """Return what `HartSignature` carries, by member; the caller picks its own."""
    views = state.views
    found = {
        "mode": state.mode,
        "ecall_cause": ecall_cause(state),
        "load_store_mode": load_store_mode(state),
        "hlsv_mode": hlsv_mode(state),
        "fiom": fiom(state),
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
    return found
