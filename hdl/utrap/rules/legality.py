"""Whether privileged instructions may execute now, whatever is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.csr.guards import Guard
from utrap.csr.shared.stateen import state_enables
from utrap.isa import CommitOp, Fault, Mode
from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.rules.access import hart_mode
from utrap.rules.xret import Return
from utrap.section import Phase, Section

__all__ = ["connect_verdicts"]

SECTION = Section(
    phase=Phase.OUTPUT,
    place=1,
    title="May privileged instructions execute, whatever is committed?",
    rules="norm:mstatus_tw_op, norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:hlsv_mode",
    text=(
        "A CSR access at the address and of the kind that the commit port names, the returns, WFI, the fences and the"
        " hypervisor's loads and stores, by the mode and the state alone."
    ),
)


def connect_verdicts(
    m: Module, state: State, legality: Any, access_fault: Value, returns: Mapping[CommitOp, Return]
) -> None:
    """Drive the fault of each instruction class, of a CSR access and of the returns that the configuration has."""
    config, v = state.config, state.v
    is_host_supervisor, is_user = state.is_in(Mode.S), state.is_in(Mode.U)
    is_vs, is_vu = state.is_in(Mode.VS), state.is_in(Mode.VU)
    tvm, tw = state["mstatus.tvm"], state["mstatus.tw"]

    def connect(name: str, illegal: Value, virtual: Value) -> None:
        verdict = Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))
        SECTION.drive(m, getattr(legality, name), verdict)

    SECTION.drive(m, legality.csr, access_fault)
    for op, ret in returns.items():
        if op.name.lower() in legality.signature.members:
            SECTION.drive(m, getattr(legality, op.name.lower()), ret.fault)
    never = Const(0, 1)
    # norm:mstatus_tw_op, norm:mstatus_tw_umode_op, norm:H_virtinst_vu_wfi_tw0,
    # norm:H_virtinst_wfi_vtw1_tw0
    below_m_with_tw = ~state.is_in(Mode.M) & tw
    wfi_illegal = below_m_with_tw | (is_user if config.s else never)
    connect("wfi", wfi_illegal, is_vu | (is_vs & state["hstatus.vtw"]))
    if config.s:
        # norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:H_virtinst_vu_sret_sfence
        connect("sfence_vma", is_user | (is_host_supervisor & tvm), is_vu | (is_vs & state["hstatus.vtvm"]))
    if config.h:
        # norm:hfence-vvma_mode, norm:hfence-gvma_mode, norm:H_virtinst_vu_vs_hinst
        connect("hfence_vvma", is_user, v)
        connect("hfence_gvma", is_user | (is_host_supervisor & tvm), v)
        # norm:hlsv_mode, norm:hlsv_virtinst, norm:hlsv_illegalinst
        connect("hlsv", is_user & ~state["hstatus.hu"], v)
    if config.svinval:
        # TVM and VTVM do not act on them.
        connect("sfence_inval", is_user, is_vu)
    if config.zawrs:
        connect("wrs_nto", below_m_with_tw, v & state["hstatus.vtw"])
    for name, field in (("cbo_inval", "cbie"), ("cbo_clean", "cbcfe"), ("cbo_zero", "cbze")):
        if name in legality.signature.members:
            connect(name, *_by_environment(state, field))
    # norm:stateen0_jvt_op, norm:stateen0_fcsr0_misa_f0_illegal_fpu_instr
    for name, bit in (("cm_jalt", "jvt"), ("zfinx", "fcsr")):
        if name in legality.signature.members:
            connect(name, *_gated(state, state_enables(config, bit, "mhs")))
    if "sctrclr" in legality.signature.members:
        # norm:sctrclr_exceptions, norm:mstateen_ctr0_except3, norm:hstateen_vs
        illegal, virtual = _gated(state, state_enables(config, "ctr", "mh"))
        connect("sctrclr", is_user | illegal, is_vu | virtual)


def _by_environment(state: State, field: str) -> tuple[Value, Value]:
    """Return whether a cache-block instruction is illegal, or virtual, by its field of the xenvcfg.

    norm:menvcfg_op, norm:menvcfg_cbie_warl_op, norm:cbo-inval_h-mode_veq1_op, norm:senvcfg_cbie, norm:senvcfg_cbcfe,
    norm:senvcfg_cbze, norm:henvcfg_cbcfe, norm:henvcfg_cbze: what menvcfg does not allow is illegal in a guest, too.
    """
    by_m, by_h, by_s = (state[f"{csr}.{field}"].any() for csr in ("menvcfg", "henvcfg", "senvcfg"))
    is_user = ~state.prv[0]
    below_s_refused = is_user & ~by_s if state.config.s else Const(0, 1)
    illegal = ~state.is_in(Mode.M) & (~by_m | (~state.v & below_s_refused))
    return illegal, state.v & (~by_h | below_s_refused)


def _gated(state: State, guards: tuple[Guard, ...]) -> tuple[Value, Value]:
    """Whether an instruction that needs what guards keep is illegal, and failing that virtual, in the hart's mode."""
    mode = hart_mode(state)
    illegal, virtual = (
        any_of(guard.refuses(mode, state) for guard in guards if guard.fault is fault)
        for fault in (Fault.ILLEGAL, Fault.VIRTUAL)
    )
    return illegal, mode.v & virtual
