"""One step: the event's kind chooses the function that the manual's section describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import debug_mode, rnmi
from .access import access, make_dirty
from .config import Config
from .double_trap import redirect
from .entry import enter
from .events import (
    CounterOverflow,
    CsrAccess,
    Event,
    Halt,
    Query,
    Resume,
    Retire,
    SetLines,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
)
from .interrupts import overflow, pending_interrupt, requested, sensed, set_lines
from .isa import Prv
from .legality import judge
from .outcome import Outcome
from .route import route_exception
from .state import State
from .xret import trap_return


def step(config: Config, state: State, event: Event) -> tuple[State, Outcome]:
    """The state after the event and what is seen of it; `state` itself is left alone.

    norm:trap_unexp_hndl_no_rnmi: a hart that has stopped takes no event, but for a debugger's halt.
    """
    if config.rules.smdbltrp and state.critical == 1 and state.debug == 0 and type(event) is not Halt:
        mode = state.v << 2 | state.prv
        return state, Outcome(from_mode=mode, to_mode=mode)
    new, outcome = _STEP[type(event)](config, state, event)
    if config.rules.lcofi:
        # norm:LCOFIP_op: whatever the event writes, the request is not lost (warl:LCOFI).
        new = requested(new, state.lcofi_request)
    return new, outcome


def _retire(config: Config, s: State, e: Retire) -> tuple[State, Outcome]:
    """norm:mstatus_fs_vs_xs_dirty_op"""
    mode = s.v << 2 | s.prv
    return make_dirty(config.rules, s, e.fs_dirty, e.vs_dirty), Outcome(from_mode=mode, to_mode=mode)


def _take_exception(config: Config, s: State, e: TakeException) -> tuple[State, Outcome]:
    """norm:H_trap_deleg, norm:mtval2_trapval, norm:htval_trapval: route it and enter.

    The guest-physical address is written on guest-page faults alone.
    """
    r = config.rules
    if debug_mode.is_in(r, s):
        return s, debug_mode.no_trap(s)
    route = route_exception(config, s, e.cause, e.tval2, e.tinst)
    is_guest_page_fault = e.cause == 20 or e.cause == 21 or e.cause == 23
    trap = Outcome(
        redirect=1,
        from_mode=s.v << 2 | s.prv,
        to_mode=route.mode,
        trap=1,
        cause=e.cause,
        epc=e.pc & r.epc_mask,
        tval=e.tval & r.xlen_mask,
        gva=e.gva,
        tval2=e.tval2 & r.tval2 if is_guest_page_fault else 0,
        tinst=e.tinst & r.tinst,
        reason=route.reason,
    )
    return _deliver(config, s, trap)


def _deliver(config: Config, s: State, trap: Outcome) -> tuple[State, Outcome]:
    """Enter the mode that the trap is for, or what stands in its place where that mode cannot bear one."""
    r = config.rules
    redirect(r, s, trap)
    if trap.critical == 1:
        mode = s.v << 2 | s.prv
        stopped = Outcome(from_mode=mode, to_mode=mode, critical=1, irq=trap.irq, reason=trap.reason)
        return s.replace(critical=1), stopped
    if trap.rnmi == 1:
        new = s.copy()
        rnmi.enter(r, s, new, trap, Prv.M.value, 0)
        return new, trap
    return enter(config, s, trap), trap


def _take_interrupt(config: Config, s: State, e: TakeInterrupt) -> tuple[State, Outcome]:
    """norm:intr_mip_mie_op; tval, tval2, tinst and GVA are 0 (norm:H_trap_xtinst_interrupt)."""
    r = config.rules
    s = sensed(r, s, e)
    request = pending_interrupt(config, s)
    mode = s.v << 2 | s.prv
    if request.pending == 0:
        return s, Outcome(from_mode=mode, to_mode=mode)
    trap = Outcome(
        redirect=1,
        from_mode=mode,
        to_mode=request.mode,
        trap=1,
        is_interrupt=1,
        cause=request.cause,
        irq=request.irq,
        epc=e.pc & r.epc_mask,
        reason=request.reason,
    )
    return _deliver(config, s, trap)


def _take_rnmi(config: Config, s: State, e: TakeRnmi) -> tuple[State, Outcome]:
    return rnmi.take(config, s, e.pc)


def _set_lines(config: Config, s: State, e: SetLines) -> tuple[State, Outcome]:
    """norm:mip_meip_rdonly and its like: the lines are levels, nothing is latched."""
    mode = s.v << 2 | s.prv
    new = set_lines(config.rules, s, e.lines, e.hgeip, e.time)
    new.line_rnmi, new.rnmi_cause = e.rnmi & config.rules.smrnmi, e.rnmi_cause * config.rules.smrnmi
    return new, Outcome(from_mode=mode, to_mode=mode)


def _counter_overflow(config: Config, s: State, e: CounterOverflow) -> tuple[State, Outcome]:
    """norm:LCOFIP_op"""
    mode = s.v << 2 | s.prv
    return overflow(s), Outcome(from_mode=mode, to_mode=mode)


def _trap_return(config: Config, s: State, e: TrapReturn) -> tuple[State, Outcome]:
    return trap_return(config, s, e.insn)


def _query(config: Config, s: State, e: Query) -> tuple[State, Outcome]:
    mode = s.v << 2 | s.prv
    fault, reason = judge(config, s, e.insn)
    return s, Outcome(fault=fault, from_mode=mode, to_mode=mode, reason=reason)


_STEP: dict[type, Callable[[Config, State, Any], tuple[State, Outcome]]] = {
    Retire: _retire,
    CsrAccess: access,
    TakeException: _take_exception,
    TakeInterrupt: _take_interrupt,
    SetLines: _set_lines,
    CounterOverflow: _counter_overflow,
    TakeRnmi: _take_rnmi,
    Halt: debug_mode.halt,
    Resume: debug_mode.resume,
    TrapReturn: _trap_return,
    Query: _query,
}
