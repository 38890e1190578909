"""Sdext: the way into Debug Mode and out of it, and what the rest of the core needs of dcsr."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.isa import CommitOp, Fault, Mode, Privilege
from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.rules.double_trap import ended_by_return
from utrap.rules.xret import Return
from utrap.section import Phase, Section

__all__ = ["connect_debug", "halts", "resumes"]

RESUME = Section(
    phase=Phase.RETURN,
    place=3,
    title="The hart resumes",
    rules="Sdext: Resume, HU-35",
    text="In Debug Mode alone; to the mode in prv and v of dcsr, and to the pc in dpc.",
)
SECTION = Section(
    phase=Phase.OUTPUT,
    place=3,
    title="What the rest of the core needs of Debug Mode",
    rules="Sdext: Core Debug Registers, Sdext: Step Bit In Dcsr",
    text="Whether the hart is in it, where an EBREAK leads, whether a single step is under way, what stands still.",
)
#: The bit of dcsr that says whether an EBREAK in a mode halts the hart.
_EBREAK = {Mode.U: "ebreaku", Mode.S: "ebreaks", Mode.M: "ebreakm", Mode.VU: "ebreakvu", Mode.VS: "ebreakvs"}
_ONE, _ZERO = Const(1, 1), Const(0, 1)


def halts(state: State, commit: Any) -> Mapping[str, Value]:
    """Return the fields that the entry into Debug Mode writes beside dpc and the mode, which is M (Sdext: Halt).

    The status registers and hustatus are left alone (HU-35). Without Sdext there is nothing to write.
    """
    if not state.config.sdext:
        return {}
    return {
        "dcsr.cause": commit.halt_cause,
        "dcsr.nmip": commit.nmip,
        "dcsr.prv": state.prv if state.config.s else state.prv[0],
        "dcsr.v": state.v,
    }


def resumes(m: Module, state: State) -> dict[CommitOp, Return]:
    """Return the way out of Debug Mode, a return like the others, by its operation; without Sdext there is none."""
    if not state.config.sdext:
        return {}
    prv = state["dcsr.prv"] if state.config.s else state["dcsr.prv"].replicate(2)
    to_machine = prv[1]
    # v means nothing where prv is 3 (warl:dcsr).
    after = {
        "prv": RESUME.signal(m, "resume_prv", prv, Privilege),
        "v": RESUME.signal(m, "resume_v", state["dcsr.v"] & ~to_machine),
    }
    return {
        CommitOp.RESUME: Return(
            section=RESUME,
            fault=RESUME.signal(m, "resume_fault", Mux(state.debug, Fault.NONE, Fault.ILLEGAL), Fault),
            epc=((_ONE, "dpc"),),
            **after,
            writes={
                "mstatus.mprv": (~to_machine, _ZERO),
                **ended_by_return(state, after, mdt=~to_machine),
            },
            leaves_debug_mode=True,
        )
    }


def connect_debug(m: Module, state: State, hart: Any) -> None:
    """Drive what the rest of the core needs of Debug Mode."""
    if not state.config.sdext:
        return
    here = any_of(state.is_in(mode) & state[f"dcsr.{name}"] for mode, name in _EBREAK.items())
    found = {
        # It enters Debug Mode for a critical error, with cause 7.
        "critical_halts": state.critical & ~state.debug & state["dcsr.cetrig"],
        "debug": state.debug,
        "ebreak_halts": ~state.debug & here,
        "steps": ~state.debug & state["dcsr.step"],
        "stops_counters": state.debug & state["dcsr.stopcount"],
        "stops_time": state.debug & state["dcsr.stoptime"],
    }
    for name, value in found.items():
        if name in hart.signature.members:
            SECTION.drive(m, getattr(hart, name), value)
