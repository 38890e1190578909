"""Ssdbltrp and Smdbltrp: a trap into a handler that cannot take one goes to M, or stops the hart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import ExceptionCause, Mode, Target
from utrap.registers.decode import any_of
from utrap.registers.state import State
from utrap.rules.entry import Entry, Trap
from utrap.rules.event import Event
from utrap.rules.interrupts import InterruptChoice
from utrap.section import Phase, Section

__all__ = ["ended_by_return", "unexpected"]

SECTION = Section(
    phase=Phase.ENTRY,
    place=1,
    title="Can the handler take the trap?",
    rules="norm:sstatus_sdt_trap, norm:trap_unexp_mdt_1, norm:trap_unexp_hndl_rnmi, norm:trap_unexp_hndl_no_rnmi",
    text=(
        "Where SDT says that S or VS cannot, M takes a double trap in its place, with what it would have been in"
        " mtval2; where MDT says that M cannot, the hart stops."
    ),
)

_ZERO = Const(0, 1)


def unexpected(
    m: Module, state: State, event: Event, choice: InterruptChoice, entry: Entry, trap: Trap
) -> tuple[Entry, Trap]:
    """Return the entry and the trap as they are where the handler cannot take it (norm:M_mode_invoke_error).

    A double trap of an interrupt is an exception's: it enters at BASE. Of an interrupt for VS mtval2 has the number
    that M would have seen.
    """
    config, named = state.config, SECTION.signal
    into = dict(entry.into)
    is_double: Value = _ZERO
    if config.ssdbltrp:
        busy = {
            target: state[f"{status}.sdt"]
            for target, status in ((Target.S, "mstatus"), (Target.VS, "vsstatus"))
            if target in into
        }
        is_double = named(m, "is_double_trap", any_of(into[target] & sdt for target, sdt in busy.items()))
        into |= {target: named(m, f"take_{target.prefix}", into[target] & ~sdt) for target, sdt in busy.items()}
        into[Target.M] = into[Target.M] | is_double
        was = Mux(event.is_exception, trap.code, choice.number)
        trap = replace(
            trap,
            code=named(m, "trap_code_taken", Mux(is_double, ExceptionCause.DOUBLE_TRAP, trap.code)),
            is_interrupt=named(m, "trap_is_interrupt", trap.is_interrupt & ~is_double),
            is_double=is_double,
            double_cause=Cat(was, Const(0, config.xlen - 1 - len(was)), trap.is_interrupt),
        )
    target = named(m, "trap_target_taken", Mux(is_double, Target.M, entry.target), Target)
    is_fatal = into_rnmi = _ZERO
    if config.smdbltrp:
        is_busy: Value = state[state.mdt]
        nmie: Value = _ZERO
        if config.smrnmi:
            # norm:trap_unexp_mnstatus_nmie_0
            nmie = state["mnstatus.nmie"]
            is_busy = named(m, "m_is_busy", is_busy | (state.is_in(Mode.M) & ~nmie))
            # norm:Smdbltrp_with_Smrnmi_op, norm:mncause_doubletrap
            into_rnmi = named(m, "unexpected_into_rnmi", into[Target.M] & is_busy & nmie)
        is_fatal = named(m, "is_critical_error", into[Target.M] & is_busy & ~nmie)
        into[Target.M] = into[Target.M] & ~is_busy
    into[Target.M] = named(m, "take_m", into[Target.M])
    enters = named(m, "enter_taken", entry.enters & ~is_fatal)
    return replace(entry, target=target, into=into, enters=enters, is_fatal=is_fatal, into_rnmi=into_rnmi), trap


def ended_by_return(
    state: State, mode: Mapping[str, Value], *, mdt: Value, sdt: Value | None = None, in_vs: Value = _ZERO
) -> dict[str, tuple[Value, Value]]:
    """Return what a return clears of SDT and MDT: "csr.field" -> (when, 0).

    norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret, norm:sret_dt,
    norm:sstatus_sdt_clr_mnret, norm:vsstatus_sdt_clr_mnret, HU-31, Sdext: Resume.

    Args:
        state: The state.
        mode: The mode that it leads to, `prv` and `v`.
        mdt: When it clears MDT.
        sdt: When the supervisor's SDT; None: where it leads to U, VS or VU.
        in_vs: It is executed in VS, whose SDT it clears; else where it leads to VU.
    """
    is_user, v = ~mode["prv"][0], mode["v"]
    return {
        state.mdt: (mdt, _ZERO),
        "mstatus.sdt": (is_user | v if sdt is None else sdt, _ZERO),
        "vsstatus.sdt": (in_vs | (is_user & v), _ZERO),
    }
