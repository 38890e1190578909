"""Trap entry: for each target mode, the CSR fields that a trap may write."""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.hdl import Const, Value

from utrap.isa import Target
from utrap.registers.state import State

__all__ = ["Trap", "column_values", "status_writes"]


@dataclass(frozen=True, kw_only=True)
class Trap:
    """A trap that is taken.

    Attributes:
        is_exception: Synchronous; otherwise it is an interrupt.
        code: Exception or interrupt code, 6 bits.
        pc: Goes to xepc.
        tval: Trap value of an exception.
        gva: `tval` of an exception is a guest virtual address.
        gpa: Guest-physical address shifted right by 2.
        is_guest_page_fault: The exception has a `gpa`.
        tinst: Trap instruction value of an exception.
    """

    is_exception: Value
    code: Value
    pc: Value
    tval: Value
    gva: Value
    gpa: Value
    is_guest_page_fault: Value
    tinst: Value


def column_values(trap: Trap) -> dict[str, tuple[Value, Value]]:
    """Return what a trap writes into the target's row: column -> (when, value).

    Where the condition does not hold the column gets 0: tval and tinst on
    interrupts, tval2 on all but guest-page faults (norm:mtval2_trapval_other,
    norm:H_trap_xtinst_interrupt, HU-13).
    """
    always = Const(1, 1)
    has_gpa = trap.is_exception & trap.is_guest_page_fault
    return {
        "epc": (always, trap.pc),
        "code": (always, trap.code),
        "cause": (always, ~trap.is_exception),
        "tval": (trap.is_exception, trap.tval),
        "tval2": (has_gpa, trap.gpa),
        "tinst": (trap.is_exception, trap.tinst),
    }


def status_writes(state: State, target: Target, trap: Trap) -> dict[str, Value]:
    """Return the status fields that a trap into the target writes, with values.

    norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites, norm:H_trap_vs_csrwrites,
    HU-12, HU-13. Fields that the configuration lacks are among them.
    """
    zero, was_s = Const(0, 1), state.prv[0]
    gva = trap.gva & trap.is_exception
    match target:
        case Target.M:
            return {
                "mstatus.mpie": state["mstatus.mie"],
                "mstatus.mie": zero,
                "mstatus.mpp": state.prv if state.config.s else state.prv[0],
                state.mpv: state.v,
                state.gva: gva,
            }
        case Target.S:
            return {
                "mstatus.spie": state["mstatus.sie"],
                "mstatus.sie": zero,
                "mstatus.spp": was_s,
                "hstatus.spv": state.v,
                # norm:hstatus_spvp_op: unchanged by a trap from V=0.
                "hstatus.spvp": (state.v & was_s) | (~state.v & state["hstatus.spvp"]),
                "hstatus.gva": gva,
            }
        case Target.VS:
            return {
                "vsstatus.spie": state["vsstatus.sie"],
                "vsstatus.sie": zero,
                "vsstatus.spp": was_s,
            }
        case Target.U:
            return {
                "mstatus.upie": state["mstatus.uie"],
                "mstatus.uie": zero,
                "hustatus.upv": state.v,
                "hustatus.upvp": (state.v & was_s) | (~state.v & state["hustatus.upvp"]),
                "hustatus.gva": gva,
            }
