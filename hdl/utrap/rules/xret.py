"""Trap return: whether it may execute, where to, and the fields it may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import CommitOp, Fault, Mode, Privilege, targets
from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.rules.access import Judgement
from utrap.rules.double_trap import ended_by_return
from utrap.rules.event import Event
from utrap.section import Phase, Section

__all__ = ["Return", "connect_fault", "executing", "make_returns", "mnret", "mret", "return_pcs", "sret", "uret"]

MRET = Section(
    phase=Phase.RETURN,
    title="MRET",
    rules="norm:mret_h, norm:xret_op",
    text="M-mode alone may execute it; it leads to the mode in MPP and MPV.",
)
SRET = Section(
    phase=Phase.RETURN,
    place=1,
    title="SRET",
    rules="norm:sret_v0, norm:sret_v1, norm:mstatus_tsr_op, norm:hstatus_vtsr_op, norm:H_virtinst_vu_sret_sfence",
    text="By sstatus and SPV, or by vsstatus in VS-mode; TSR and VTSR forbid it.",
)
URET = Section(
    phase=Phase.RETURN,
    place=2,
    title="URET",
    rules="HU-19, HU-20, HU-21, HU-22",
    text="To U, or into the guest where HS allowed it; the guest itself may not execute it.",
)


MNRET = Section(
    phase=Phase.RETURN,
    place=4,
    title="MNRET",
    rules="norm:mnret_mode, norm:mnret_restore, norm:mnret_mprv",
    text="M-mode alone may execute it; it leads to the mode in MNPP and MNPV, and RNMIs are enabled again.",
)
PC = Section(
    phase=Phase.RETURN,
    place=3,
    title="Where does a return lead?",
    rules="norm:xret_op",
    text="To the pc in the xepc of the mode that it returns from.",
)
FAULT = Section(
    phase=Phase.OUTPUT,
    place=-1,
    title="May the event execute?",
    text="The verdict on the CSR access or the return; the core raises the exception.",
)


@dataclass(frozen=True, kw_only=True)
class Return:
    """What leads back to a mode that CSRs hold, whether it executes or not: a return instruction, or RESUME.

    Attributes:
        section: The section of the Verilog that it is in.
        fault: Why it may not.
        epc: The CSR that it takes the pc from, by name: (when, name) pairs.
        prv: Nominal privilege after it, 2 bits.
        v: Virtualization mode after it.
        writes: The status fields that it writes: "csr.field" -> (when, value).
        leaves_debug_mode: The hart is not in Debug Mode after it.
    """

    section: Section
    fault: Value
    epc: tuple[tuple[Value, str], ...]
    prv: Value
    v: Value
    writes: Mapping[str, tuple[Value, Value]]
    leaves_debug_mode: bool = False


_ONE, _ZERO = Const(1, 1), Const(0, 1)


def _verdict(m: Module, state: State, section: Section, name: str, illegal: Value, virtual: Value) -> Value:
    """Why a return instruction may not execute; in Debug Mode none may, whatever the mode (Sdext: Debug Mode)."""
    if state.config.sdext:
        illegal = illegal | state.debug
    illegal = section.signal(m, f"{name}_illegal", illegal)
    virtual = section.signal(m, f"{name}_virtual", virtual)
    verdict = Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))
    return section.signal(m, f"{name}_fault", verdict, Fault)


def _mode_after(m: Module, section: Section, name: str, prv: Value, v: Value) -> dict[str, Value]:
    prv = section.signal(m, f"{name}_prv", prv, Privilege)
    return {"prv": prv, "v": section.signal(m, f"{name}_v", v)}


def executing(m: Module, event: Event, returns: Mapping[CommitOp, Return]) -> dict[CommitOp, Value]:
    """Return whether each return executes: at most one does."""
    return {
        op: ret.section.signal(m, f"{op.name.lower()}_executes", event.is_return[op] & (ret.fault == Fault.NONE))
        for op, ret in returns.items()
    }


def connect_fault(
    m: Module, answer: Any, event: Event, judgement: Judgement, returns: Mapping[CommitOp, Return]
) -> Value:
    """Drive why the event may not execute: a CSR access's fault, or a return's; and return whether there is one."""
    # An event is one of them; the access's is late.
    of_return = any_of(Mux(event.is_return[op], ret.fault, Fault.NONE) for op, ret in returns.items())
    FAULT.drive(m, answer.fault, of_return | judgement.fault)
    return judgement.is_refused | of_return.any()


def make_returns(m: Module, state: State) -> dict[CommitOp, Return]:
    """Return every return instruction, by its operation."""
    makers = {CommitOp.MRET: mret, CommitOp.SRET: sret, CommitOp.URET: uret}
    if state.config.smrnmi:
        makers[CommitOp.MNRET] = mnret
    return {op: make(m, state) for op, make in makers.items()}


def return_pcs(m: Module, state: State, event: Event, returns: Mapping[CommitOp, Return]) -> list[tuple[Value, Value]]:
    """Return every xepc that a return leads to, each with whether it is this event's, if that executes.

    They are selected apart from what a CSR access reads, which must not depend on the event.
    """
    sources = {
        name: PC.signal(m, f"returns_to_{name}", event.is_return[op] if when is _ONE else event.is_return[op] & when)
        for op, ret in returns.items()
        for when, name in ret.epc
    }
    of_targets = [f"{target.prefix}epc" for target in targets(state.config)]
    others = [name for name in sources if name not in of_targets and name in state.views]
    return [(sources[name], state.views[name]) for name in of_targets + others]


def mret(m: Module, state: State) -> Return:
    """MRET: to the mode in MPP and MPV."""
    mpp: Value = state["mstatus.mpp"]
    prv = mpp if state.config.s else mpp.replicate(2)
    to_machine = prv[1]
    fault = _verdict(m, state, MRET, "mret", ~state.is_in(Mode.M), _ZERO)
    after = _mode_after(m, MRET, "mret", prv, state[state.mpv] & ~to_machine)
    return Return(
        section=MRET,
        fault=fault,
        epc=((_ONE, "mepc"),),
        **after,
        writes={
            "mstatus.mie": (_ONE, state["mstatus.mpie"]),
            "mstatus.mpie": (_ONE, _ONE),
            "mstatus.mpp": (_ONE, Const(0, len(mpp))),
            state.mpv: (_ONE, _ZERO),
            # norm:mstatus_mprv_clr_mret_sret_less_priv
            "mstatus.mprv": (~to_machine, _ZERO),
            # By the machine chapter's rule, which is Smdbltrp's (warl:SDT after returns).
            **(ended_by_return(state, after, mdt=_ONE) if state.config.smdbltrp else {}),
        },
    )


def sret(m: Module, state: State) -> Return:
    """SRET: by sstatus and SPV, or by vsstatus in VS-mode."""
    v = state.v
    illegal = ~v & (~state.prv[0] | (~state.prv[1] & state["mstatus.tsr"]))
    virtual = v & (~state.prv[0] | state["hstatus.vtsr"])
    if not state.config.s:
        illegal = _ONE
    fault = _verdict(m, state, SRET, "sret", illegal, virtual)
    spp = Mux(v, state["vsstatus.spp"], state["mstatus.spp"])
    after = _mode_after(m, SRET, "sret", Cat(spp, _ZERO), Mux(v, 1, state["hstatus.spv"]))
    writes = {
        "mstatus.sie": (~v, state["mstatus.spie"]),
        "mstatus.spie": (~v, _ONE),
        "mstatus.spp": (~v, _ZERO),
        "hstatus.spv": (~v, _ZERO),
        "vsstatus.sie": (v, state["vsstatus.spie"]),
        "vsstatus.spie": (v, _ONE),
        "vsstatus.spp": (v, _ZERO),
        # norm:mstatus_mprv_clr_mret_sret_less_priv: SRET never leads to M.
        "mstatus.mprv": (_ONE, _ZERO),
        # norm:sstatus_sdt_sret: wherever it leads.
        **ended_by_return(state, after, mdt=~v & state.prv[1], sdt=~v, in_vs=v),
    }
    return Return(
        section=SRET,
        fault=fault,
        epc=((~v, "sepc"), (v, "vsepc")),
        **after,
        writes=writes,
    )


def uret(m: Module, state: State) -> Return:
    """URET: to U, or into the guest where HS allowed it."""
    to_guest = URET.signal(m, "uret_to_guest", state["hudcfg.en"] & state["hustatus.upv"])
    fault = _verdict(m, state, URET, "uret", _ZERO if state.config.n else _ONE, state.v)
    after = _mode_after(m, URET, "uret", Cat(to_guest & state["hustatus.upvp"], _ZERO), to_guest)
    return Return(
        section=URET,
        fault=fault,
        epc=((_ONE, "uepc"),),
        **after,
        writes={
            "mstatus.uie": (_ONE, state["mstatus.upie"]),
            "mstatus.upie": (_ONE, _ONE),
            "mstatus.mprv": (_ONE, _ZERO),
            # HU-20: with EN=0, UPV is left as it is.
            "hustatus.upv": (to_guest, _ZERO),
            # HU-31: not from U, where a handler could undo a guest's.
            **ended_by_return(state, after, mdt=state.prv[1], sdt=state.prv[0]),
        },
    )


def mnret(m: Module, state: State) -> Return:
    """MNRET: out of the handler of RNMIs, to the mode in MNPP and MNPV (norm:mnret_exist, norm:rnmi_resume)."""
    mnpp: Value = state["mnstatus.mnpp"]
    prv = mnpp if state.config.s else mnpp.replicate(2)
    to_machine = prv[1]
    fault = _verdict(m, state, MNRET, "mnret", ~state.is_in(Mode.M), _ZERO)
    after = _mode_after(m, MNRET, "mnret", prv, state["mnstatus.mnpv"] & ~to_machine)
    return Return(
        section=MNRET,
        fault=fault,
        epc=((_ONE, "mnepc"),),
        **after,
        writes={
            "mnstatus.nmie": (_ONE, _ONE),
            "mstatus.mprv": (~to_machine, _ZERO),
            # norm:mstatus_mdt_clr_mnret and the like, which are Smdbltrp's.
            **(ended_by_return(state, after, mdt=~to_machine) if state.config.smdbltrp else {}),
        },
    )
