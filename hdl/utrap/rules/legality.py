"""Whether privileged instructions other than CSR accesses and returns may execute."""

from __future__ import annotations

from amaranth.hdl import Const, Mux, Value

from utrap.isa import Fault, Mode
from utrap.registers.state import State

__all__ = ["verdicts"]


def verdicts(state: State) -> dict[str, Value]:
    """Return the fault of each instruction class, by name of its port."""
    config, v = state.config, state.v
    is_host_supervisor, is_user = state.is_in(Mode.S), state.is_in(Mode.U)
    is_vs, is_vu = state.is_in(Mode.VS), state.is_in(Mode.VU)
    tvm, tw = state["mstatus.tvm"], state["mstatus.tw"]

    def fault(illegal: Value, virtual: Value) -> Value:
        return Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))

    never = Const(0, 1)
    # norm:mstatus_tw_op, norm:mstatus_tw_umode_op, norm:H_virtinst_vu_wfi_tw0,
    # norm:H_virtinst_wfi_vtw1_tw0
    below_m_with_tw = ~state.is_in(Mode.M) & tw
    wfi_illegal = below_m_with_tw | (is_user if config.s else never)
    found = {"wfi": fault(wfi_illegal, is_vu | (is_vs & state["hstatus.vtw"]))}
    if config.s:
        # norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:H_virtinst_vu_sret_sfence
        found["sfence_vma"] = fault(is_user | (is_host_supervisor & tvm), is_vu | (is_vs & state["hstatus.vtvm"]))
    if config.h:
        # norm:hfence-vvma_mode, norm:hfence-gvma_mode, norm:H_virtinst_vu_vs_hinst
        found["hfence_vvma"] = fault(is_user, v)
        found["hfence_gvma"] = fault(is_user | (is_host_supervisor & tvm), v)
        # norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst
        found["hlsv"] = fault(is_user & ~state["hstatus.hu"], v)
    return found
