"""Where an exception goes: the whole of the delegation rule."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Const, Module, Signal, Value

from utrap.csr.decode import lookup
from utrap.isa import EXCEPTIONS, Mode, exceptions
from utrap.state import State

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


def route_exception(m: Module, state: State, cause: Value, window_ok: Value) -> Mapping[Mode, Value]:
    """Return the one mode that an exception goes to, one-hot (HU-7).

    norm:trap_never_trans_lower, norm:trap_del_S_mode_op, norm:H_trap_deleg,
    HU-8, HU-10, HU-11.
    """
    config = state.config
    if not (config.s or config.n):
        return {Mode.M: Const(1, 1)}
    is_delegated = ~state.is_in(Mode.M) & _delegates(m, state, "medeleg", cause)
    into = {Mode.M: ~is_delegated}
    if not config.s:
        return into | {Mode.U: is_delegated}
    to_vs = to_u = Const(0, 1)
    if config.h:
        to_vs = state.v & _delegates(m, state, "hedeleg", cause)
    if config.n:
        to_u = state.is_in(Mode.U) & _delegates(m, state, "sedeleg", cause)
    if config.shudeleg:
        may_delegate = state["hudcfg.en"] & window_ok
        to_u |= state.v & ~to_vs & may_delegate & _delegates(m, state, "huedeleg", cause)
    into[Mode.S] = is_delegated & ~to_vs & ~to_u
    if config.h:
        into[Mode.VS] = is_delegated & to_vs
    if config.n:
        into[Mode.U] = is_delegated & to_u
    return into
