"""Which interrupt the hart would take now, with which cause, into which mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from amaranth.hdl import Const, Module, Mux, Signal, Value

from utrap.isa import PRIORITY, InterruptRule, Mode
from utrap.state import State

__all__ = ["InterruptChoice", "choose_interrupt"]


@dataclass(frozen=True, kw_only=True)
class InterruptChoice:
    """The interrupt to take.

    Attributes:
        request: There is one.
        cause: Its code as xcause gets it, 6 bits.
        into: Which mode takes it, one-hot, by mode.
        wake: Some interrupt is pending and enabled in mip and mie.
    """

    request: Value
    cause: Value
    into: Mapping[Mode, Value]
    wake: Value


def choose_interrupt(m: Module, state: State) -> InterruptChoice:
    """Choose by target mode first, M, HS, U, VS, then by priority (HU-26)."""
    config = state.config
    mip, mie = state.views["mip"], state.views["mie"]
    rules = [rule for rule in PRIORITY if rule.present(config)]
    ready = {rule.code: mip[rule.code] & mie[rule.code] for rule in rules}
    targets = [mode for mode in (Mode.M, Mode.S, Mode.U, Mode.VS) if _can_take(state, mode)]

    into: dict[Mode, Value] = {}
    causes: dict[Mode, Value] = {}
    is_taken: Value = Const(0, 1)
    for mode in targets:
        candidates = [
            (rule, ready[rule.code] & destined)
            for rule in rules
            if (destined := _destined(state, rule, mode)) is not None
        ]
        some = Signal(name=f"interrupt_for_{mode.name.lower()}")
        m.d.comb += some.eq(reduce(or_, (c for _, c in candidates)) & _is_enabled(state, mode))
        into[mode] = some & ~is_taken
        is_taken = is_taken | some
        causes[mode] = Signal(4, name=f"interrupt_cause_for_{mode.name.lower()}")
        m.d.comb += causes[mode].eq(_first(candidates, shift=1 if mode is Mode.VS else 0))
    cause = Signal(6, name="interrupt_cause")
    m.d.comb += cause.eq(reduce(or_, (Mux(into[mode], causes[mode], 0) for mode in targets)))
    return InterruptChoice(request=is_taken, cause=cause, into=into, wake=reduce(or_, ready.values()))


def _can_take(state: State, mode: Mode) -> bool:
    config = state.config
    return {Mode.M: True, Mode.S: config.s, Mode.U: config.n, Mode.VS: config.h}[mode]


def _first(candidates: Iterable[tuple[InterruptRule, Value]], shift: int) -> Value:
    """Return the code of the first candidate that holds, less the shift.

    The shift turns a VS-level code into the supervisor-level one that the
    guest sees (norm:hideleg_trans).
    """
    *others, (last, _) = candidates
    cause: Value = Const(int(last.code) - shift, 4)
    for rule, holds in reversed(others):
        cause = Mux(holds, int(rule.code) - shift, cause)
    return cause


def _destined(state: State, rule: InterruptRule, mode: Mode) -> Value | None:
    """Whether delegation sends an interrupt to the mode; None if it never can.

    norm:trap_del_intr_priv_lvl, norm:hideleg_op, HU-24, HU-25.
    """
    name = rule.code.name.lower()
    if rule.mideleg == "zero":
        return Const(1, 1) if mode is Mode.M else None
    by_m = Const(1, 1) if rule.mideleg == "one" else state[f"mideleg.{name}"]
    if mode is Mode.M:
        return None if rule.mideleg == "one" else ~by_m
    if rule.level is Mode.VS:
        by_h = state[f"hideleg.{name}"]
        return {Mode.S: ~by_h, Mode.VS: by_h}.get(mode)
    if rule.level is Mode.U:
        by_s = state[f"sideleg.{name}"] if state.config.s else Const(1, 1)
        return {Mode.S: by_m & ~by_s, Mode.U: by_m & by_s}.get(mode)
    return by_m if mode is Mode.S else None


def _is_enabled(state: State, mode: Mode) -> Value:
    """Whether the hart's mode and enables let interrupts for a mode in.

    norm:mstatus_xie_intr_en_dis, norm:intr_mip_mie_op, HU-25.
    """
    is_user = ~state.prv[0]
    if mode is Mode.M:
        return ~state.is_in(Mode.M) | state["mstatus.mie"]
    if mode is Mode.S:
        return state.v | (~state.is_in(Mode.M) & (is_user | state["mstatus.sie"]))
    if mode is Mode.U:
        in_user = is_user & ~state.v & state["mstatus.uie"]
        return in_user | (state.v & state["hudcfg.en"])
    return state.v & (is_user | state["vsstatus.sie"])
