"""Where an exception goes: the whole of the delegation rule."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value

from utrap.isa import EXCEPTIONS, Mode, exceptions
from utrap.registers.decode import lookup
from utrap.registers.state import State

__all__ = ["is_guest_page_fault", "route_exception"]


def is_guest_page_fault(cause: Value) -> Value:
    """Whether a cause is a guest-page fault: 20, 21 or 23."""
    causes = [rule.cause for rule in EXCEPTIONS if rule.cause.is_guest_page_fault]
    return lookup({int(code): Const(1, 1) for code in causes}, cause)


def _delegates(m: Module, state: State, register: str, cause: Value) -> Value:
    """Whether the cause's bit is set in a delegation register."""
    bits = {
        int(rule.cause): state[f"{register}.{rule.cause.name.lower()}"] for rule in exceptions(state.config, register)
    }
    is_set = Signal(name=f"{register}_delegates")
    m.d.comb += is_set.eq(lookup(bits, cause))
    return is_set


def route_exception(m: Module, state: State, cause: Value, window_ok: Value) -> Value:
    """Return the mode that an exception goes to, a `Target` (HU-7).

    norm:trap_never_trans_lower, norm:trap_del_S_mode_op, norm:H_trap_deleg,
    HU-8, HU-10, HU-11. With hudcfg.EN=0 nothing of Shudeleg takes part (HU-23).
    """
    config = state.config
    never = Const(0, 1)
    to_vs = to_u = is_delegated = never
    if config.s or config.n:
        is_delegated = ~state.is_in(Mode.M) & _delegates(m, state, "medeleg", cause)
    if config.h:
        to_vs = state.v & _delegates(m, state, "hedeleg", cause)
    if config.n:
        to_u = ~state.v & ~state.prv[0] & _delegates(m, state, "sedeleg", cause)
        if not config.s:
            to_u = Const(1, 1)
    if config.shudeleg:
        may_delegate = state["hudcfg.en"] & window_ok
        to_u |= state.v & may_delegate & _delegates(m, state, "huedeleg", cause)
    # Target's two bits: M 3, VS 2, S 1, U 0.
    return Cat(~is_delegated | ~(to_vs | to_u), ~is_delegated | to_vs)
