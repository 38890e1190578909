"""Trap return: whether it may execute, where to, and the fields it may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.isa import Fault, Mode
from utrap.registers.state import State

__all__ = ["Return", "mret", "sret", "uret"]


@dataclass(frozen=True, kw_only=True)
class Return:
    """A return instruction, whether it executes or not.

    Attributes:
        fault: Why it may not.
        epc: The CSR that it takes the pc from, by name: (when, name) pairs.
        prv: Nominal privilege after it, 2 bits.
        v: Virtualization mode after it.
        writes: The status fields that it writes: "csr.field" -> (when, value).
    """

    fault: Value
    epc: tuple[tuple[Value, str], ...]
    prv: Value
    v: Value
    writes: Mapping[str, tuple[Value, Value]]


_ONE, _ZERO = Const(1, 1), Const(0, 1)


def _verdict(illegal: Value, virtual: Value) -> Value:
    return Mux(illegal, Fault.ILLEGAL, Mux(virtual, Fault.VIRTUAL, Fault.NONE))


def mret(state: State) -> Return:
    """MRET: to the mode in MPP and MPV (norm:mret_h, norm:xret_op)."""
    mpp: Value = state["mstatus.mpp"]
    prv = mpp if state.config.s else mpp.replicate(2)
    to_machine = prv[1]
    lowered = (~to_machine, _ZERO)
    return Return(
        fault=_verdict(~state.is_in(Mode.M), _ZERO),
        epc=((_ONE, "mepc"),),
        prv=prv,
        v=state[state.mpv] & ~to_machine,
        writes={
            "mstatus.mie": (_ONE, state["mstatus.mpie"]),
            "mstatus.mpie": (_ONE, _ONE),
            "mstatus.mpp": (_ONE, Const(0, len(mpp))),
            state.mpv: (_ONE, _ZERO),
            # norm:mstatus_mprv_clr_mret_sret_less_priv
            "mstatus.mprv": lowered,
        },
    )


def sret(state: State) -> Return:
    """SRET: by sstatus and SPV, or by vsstatus in VS-mode (norm:sret_v0, norm:sret_v1).

    norm:mstatus_tsr_op, norm:hstatus_vtsr_op, norm:H_virtinst_vu_sret_sfence.
    """
    v = state.v
    illegal = ~v & (~state.prv[0] | (~state.prv[1] & state["mstatus.tsr"]))
    virtual = v & (~state.prv[0] | state["hstatus.vtsr"])
    if not state.config.s:
        illegal = _ONE
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
    }
    spp = Mux(v, state["vsstatus.spp"], state["mstatus.spp"])
    return Return(
        fault=_verdict(illegal, virtual),
        epc=((~v, "sepc"), (v, "vsepc")),
        prv=Cat(spp, _ZERO),
        v=Mux(v, 1, state["hstatus.spv"]),
        writes=writes,
    )


def uret(state: State) -> Return:
    """URET: to U, or into the guest where HS allowed it (HU-19, HU-20, HU-21, HU-22)."""
    to_guest = state["hudcfg.en"] & state["hustatus.upv"]
    return Return(
        fault=_verdict(_ZERO if state.config.n else _ONE, state.v),
        epc=((_ONE, "uepc"),),
        prv=Cat(to_guest & state["hustatus.upvp"], _ZERO),
        v=to_guest,
        writes={
            "mstatus.uie": (_ONE, state["mstatus.upie"]),
            "mstatus.upie": (_ONE, _ONE),
            "mstatus.mprv": (_ONE, _ZERO),
            # HU-20: with EN=0, UPV is left as it is.
            "hustatus.upv": (to_guest, _ZERO),
        },
    )
