"""Trap entry: for each target mode, the CSR fields that a trap may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Const, Module, Mux, Value

from utrap.config import Config
from utrap.csr.shared.environment import dte
from utrap.csr.warl import AddressSign
from utrap.isa import EXCEPTIONS, ExceptionCause, Target, targets
from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.rules.event import Event
from utrap.rules.interrupts import InterruptChoice
from utrap.section import Phase, Section, name_codes

__all__ = ["Entry", "Trap", "column_values", "enter", "is_guest_page_fault", "status_writes", "tracks", "trap_of"]

SECTION = Section(
    phase=Phase.ENTRY,
    title="The trap is entered",
    rules="norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites, norm:H_trap_vs_csrwrites, HU-12, HU-13",
    text="Its mode and its code, and what xtval2 and the status registers take of it.",
)


CAUSE = Section(
    phase=Phase.ROUTE,
    place=-2,
    title="Which exception is it?",
    text="Guest-page faults alone have a guest-physical address.",
)


@dataclass(frozen=True, kw_only=True)
class Trap:
    """A trap that is taken.

    Attributes:
        is_exception: Synchronous; otherwise it is an interrupt.
        code: Exception or interrupt code, 6 bits.
        pc: Goes to xepc.
        tval: Trap value of an exception.
        gva: It is an exception whose `tval` is a guest virtual address.
        gpa: Guest-physical address shifted right by 2.
        is_guest_page_fault: The exception has a `gpa`.
        tinst: Trap instruction value of an exception.
        is_interrupt: As xcause says it: a double trap is none.
        is_double: It is a double trap, whatever it was before.
        double_cause: What it was, as mcause would have said it, XLEN bits.
    """

    is_exception: Value
    code: Value
    pc: Value
    tval: Value
    gva: Value
    gpa: Value
    is_guest_page_fault: Value
    tinst: Value
    is_interrupt: Value
    is_double: Value
    double_cause: Value


def is_guest_page_fault(cause: Value) -> Value:
    """Whether a cause is a guest-page fault: 20, 21 or 23."""
    return any_of(cause == rule.cause for rule in EXCEPTIONS if rule.cause.is_guest_page_fault)


def trap_of(m: Module, config: Config, event: Event, commit: Any, choice: InterruptChoice) -> Trap:
    """Return what a trap in this cycle would write."""
    named, none = SECTION.signal, Const(0, 1)
    name_codes(commit.cause, ExceptionCause)
    return Trap(
        is_exception=event.is_exception,
        code=named(m, "trap_code", Mux(event.is_exception, commit.cause, choice.cause)),
        pc=commit.pc,
        tval=commit.tval,
        gva=named(m, "trap_gva", commit.gva & event.is_exception if config.h else none),
        gpa=commit.tval2 if config.h else none,
        is_guest_page_fault=CAUSE.signal(m, "is_guest_page_fault", is_guest_page_fault(commit.cause)),
        tinst=commit.tinst if config.h else none,
        is_interrupt=~event.is_exception,
        is_double=none,
        double_cause=none,
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The entry into a trap.

    Attributes:
        target: The mode, a `Target`; any without a trap.
        into: Whether each mode is entered, one-hot; all 0 without a trap.
        enters: A trap is taken.
        is_fatal: Nobody can take it, and the hart stops.
        into_rnmi: The handler of RNMIs is entered, and none of the modes.
        is_rnmi: By an RNMI, and not by a trap that M could not take.
    """

    target: Value
    into: Mapping[Target, Value]
    enters: Value
    is_fatal: Value
    into_rnmi: Value
    is_rnmi: Value


def enter(m: Module, config: Config, event: Event, choice: InterruptChoice, exception_target: Value) -> Entry:
    """Put exceptions and interrupts together: an interrupt is taken where one is requested."""
    named, is_exception = SECTION.signal, event.is_exception
    into = {t: event.is_trap & Mux(is_exception, exception_target == t, choice.takes[t]) for t in targets(config)}
    return Entry(
        target=named(m, "trap_target", Mux(is_exception, exception_target, choice.target), Target),
        into={t: named(m, f"enter_{t.prefix}", enters) for t, enters in into.items()},
        enters=named(m, "enter", event.is_trap & (is_exception | choice.request)),
        is_fatal=Const(0, 1),
        into_rnmi=Const(0, 1),
        is_rnmi=Const(0, 1),
    )


def column_values(config: Config, trap: Trap) -> dict[str, tuple[Value, Value]]:
    """Return what a trap writes into the target's row: column -> (when, value).

    Where the condition does not hold the column gets 0: tval and tinst on
    interrupts, tval2 on all but guest-page faults (norm:mtval2_trapval_other,
    norm:H_trap_xtinst_interrupt, HU-13).
    """
    always = Const(1, 1)
    has_gpa = trap.is_exception & trap.is_guest_page_fault
    tval2 = (has_gpa, trap.gpa)
    if config.ssdbltrp:
        tval2 = (has_gpa | trap.is_double, Mux(trap.is_double, trap.double_cause, trap.gpa))
    return {
        "epc": (always, trap.pc),
        "epc_sign": (always, _sign(config, trap.pc)),
        "code": (always, trap.code),
        "cause": (always, trap.is_interrupt),
        "tval": (trap.is_exception, trap.tval),
        "tval_sign": (trap.is_exception, _sign(config, trap.tval)),
        "tval2": tval2,
        "tval2_interrupt": (trap.is_double, trap.double_cause[-1]),
        "tinst": (trap.is_exception, trap.tinst),
    }


def _sign(config: Config, address: Value) -> Value:
    """Return what stands for the upper bits of an address where they are all alike (warl:va_bits)."""
    bits = config.address_bits
    return AddressSign.sign(address[bits:], address[:bits]) if bits < config.xlen else Const(0, 1)


def tracks(state: State, target: Target) -> Value:
    """Return whether SDT acts: a trap into S or VS sets it (norm:menvcfg_dte_op, norm:henvcfg_dte_op)."""
    if not state.config.ssdbltrp:
        return Const(0, 1)
    return state.holds(dte(state.config)[: 1 if target is Target.S else 2])


def status_writes(state: State, target: Target, trap: Trap) -> dict[str, Value]:
    """Return the status fields that a trap into the target writes, with values.

    norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites, norm:H_trap_vs_csrwrites,
    HU-12, HU-13. Fields that the configuration lacks are among them.
    """
    zero, was_s = Const(0, 1), state.prv[0]
    match target:
        case Target.M:
            return {
                "mstatus.mpie": state["mstatus.mie"],
                "mstatus.mie": zero,
                "mstatus.mpp": state.prv if state.config.s else state.prv[0],
                state.mpv: state.v,
                state.gva: trap.gva,
                state.mdt: Const(1, 1),  # norm:trap_exp
            }
        case Target.S:
            return {
                "mstatus.spie": state["mstatus.sie"],
                "mstatus.sie": zero,
                "mstatus.spp": was_s,
                "hstatus.spv": state.v,
                # norm:hstatus_spvp_op: unchanged by a trap from V=0.
                "hstatus.spvp": (state.v & was_s) | (~state.v & state["hstatus.spvp"]),
                "hstatus.gva": trap.gva,
                "mstatus.sdt": state["mstatus.sdt"] | tracks(state, target),  # norm:sstatus_sdt_trap
            }
        case Target.VS:
            return {
                "vsstatus.spie": state["vsstatus.sie"],
                "vsstatus.sie": zero,
                "vsstatus.spp": was_s,
                "vsstatus.sdt": state["vsstatus.sdt"] | tracks(state, target),
            }
        case Target.U:
            return {
                "mstatus.upie": state["mstatus.uie"],
                "mstatus.uie": zero,
                "hustatus.upv": state.v,
                "hustatus.upvp": (state.v & was_s) | (~state.v & state["hustatus.upvp"]),
                "hustatus.gva": trap.gva,
            }
