"""Where an exception goes: the whole of the delegation rule."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value
from amaranth.utils import exact_log2

from utrap.isa import Mode, Target, exceptions
from utrap.registers.state import State
from utrap.rules.entry import Trap
from utrap.rules.window import window_ok
from utrap.section import Phase, Section

__all__ = ["route_exception"]

SECTION = Section(
    phase=Phase.ROUTE,
    title="Which mode does an exception go to?",
    rules="norm:trap_never_trans_lower, norm:trap_del_S_mode_op, norm:H_trap_deleg, HU-7, HU-8, HU-10, HU-11",
    text="To M unless medeleg has the cause; then to VS or U where their delegation registers have it; else to S.",
)


def _delegates(m: Module, state: State, register: str, cause: Value) -> Value:
    """Whether the cause's bit is set in a delegation register.

    What the register stores is looked at: a bit that it shows only where another register has it
    takes part only there.
    """
    xlen = state.config.xlen
    bits: list[Value] = [Const(0, 1)] * xlen
    for rule in exceptions(state.config, register):
        bits[rule.cause] = state[f"{register}.{rule.cause.name.lower()}"]
    stored = SECTION.signal(m, f"{register}_stored", Cat(*bits))
    is_set = stored.bit_select(cause[: exact_log2(xlen)], 1)
    # The register of RV32 has no bit for codes from 32 on, which are custom.
    return SECTION.signal(m, f"{register}_delegates", is_set if xlen == 64 else ~cause[5] & is_set)


def route_exception(m: Module, state: State, cause: Value, trap: Trap) -> Value:
    """Return the mode that an exception goes to, a `Target` (HU-7).

    With hudcfg.EN=0 nothing of Shudeleg takes part (HU-23).
    """
    config, named = state.config, SECTION.signal
    never = Const(0, 1)
    to_vs = to_u = is_delegated = never
    if config.s or config.n:
        is_delegated = named(m, "delegated_by_m", ~state.is_in(Mode.M) & _delegates(m, state, "medeleg", cause))
    if config.h:
        to_vs = named(m, "delegated_to_vs", state.v & _delegates(m, state, "hedeleg", cause))
    if config.n:
        to_u = Const(1, 1)
        if config.s:
            to_u = state.is_in(Mode.U) & _delegates(m, state, "sedeleg", cause)
    if config.shudeleg:
        may_delegate = state["hudcfg.en"] & window_ok(m, state, trap.is_guest_page_fault, trap.gpa, trap.tinst)
        to_u |= state.v & may_delegate & _delegates(m, state, "huedeleg", cause)
    to_u = named(m, "delegated_to_u", to_u)
    # Target's two bits: M 3, VS 2, S 1, U 0.
    target = Cat(~is_delegated | ~(to_vs | to_u), ~is_delegated | to_vs)
    return named(m, "exception_target", target, Target)
