"""Which interrupt the hart would take now, with which cause, into which mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.config import Config
from utrap.isa import Interrupt, InterruptRule, Mode, Target, interrupts, priority, targets
from utrap.registers.decode import any_of, mux4
from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["InterruptChoice", "choose_interrupt", "mode_of"]


SECTION = Section(
    phase=Phase.INTERRUPT,
    title="Which interrupt is to be taken?",
    rules="norm:intr_M_mode_pri, norm:hsint_priority, norm:trap_del_intr_priv_lvl, HU-24, HU-25, HU-26",
    text=(
        "An interrupt is for the mode that delegation sends it to; the first of M, HS, U and VS that has one and"
        " lets it in takes it, and of several the first by priority."
    ),
)


#: Interrupts that are asked one after the other: as many as there are standard ones, and some.
_GROUP = 16
#: The modes as interrupts for them go before each other.
_ORDER = (Target.M, Target.S, Target.U, Target.VS)


@dataclass(frozen=True, kw_only=True)
class InterruptChoice:
    """The interrupt to take.

    Attributes:
        request: There is one.
        cause: Its code as xcause gets it, 6 bits; any without a request.
        number: Its number in mip, which VS does not see (norm:hideleg_trans); what Ssdbltrp asks for.
        target: Which mode takes it, a `Target`; any without a request.
        takes: Whether each mode takes it: `request` and `target` in one.
        causes: The code that each mode would take if it took one, as wide as the highest.
        rnmi: An RNMI is to be taken before all else; constant 0 without Smrnmi.
    """

    request: Value
    cause: Value
    number: Value
    target: Value
    takes: Mapping[Target, Value]
    causes: Mapping[Target, Value]
    rnmi: Value


def choose_interrupt(m: Module, state: State, lines: Any, interrupt: Any) -> InterruptChoice:
    """Choose by target mode first, M, HS, U, VS, then by priority, and drive the interrupt port."""
    config, named, never = state.config, SECTION.signal, Const(0, 1)
    mip, mie = state.views["mip"], state.views["mie"]
    rules = priority(config)
    ready = {rule.code: named(m, f"{rule.name.lower()}_ready", mip[rule.code] & mie[rule.code]) for rule in rules}
    code_bits = max(rule.code for rule in rules).bit_length()
    debugger = named(m, "masked_by_debugger", _masked_by_debugger(state)) if config.sdext else never
    is_masked = debugger
    if config.smrnmi:
        # norm:mnstatus_nmie_disable, HU-32
        is_masked = named(m, "interrupts_masked", debugger | ~state["mnstatus.nmie"])
    some: dict[Target, Value] = {target: Const(0, 1) for target in Target}
    causes: dict[Target, Value] = {}
    for target in _ORDER:
        if not target.is_in(config):
            continue
        prefix = target.prefix
        candidates = [
            (rule, named(m, f"{rule.name.lower()}_for_{prefix}", ready[rule.code] & destined))
            for rule in rules
            if (destined := _destined(state, rule, target)) is not None
        ]
        lets_in = _is_enabled(state, target)
        if config.sdext or config.smrnmi:
            lets_in = lets_in & ~is_masked
        enabled = named(m, f"interrupts_enabled_for_{prefix}", lets_in)
        if target is Target.M:
            # M's enable joins each of its terms: mapped for depth it is one level less.
            anything = any_of(named(m, f"{rule.name.lower()}_into_m", holds & enabled) for rule, holds in candidates)
        else:
            anything = any_of(holds for _, holds in candidates) & enabled
        some[target] = named(m, f"interrupt_into_{prefix}", anything)
        first = _first(m, candidates, target, code_bits)
        causes[target] = named(m, f"interrupt_cause_for_{prefix}", first, codes=Interrupt)
    # Without M, HS or U it is VS, so whether it is VS need not be known.
    chosen = named(
        m,
        "interrupt_mode",
        Cat(some[Target.M] | some[Target.S], some[Target.M] | ~(some[Target.S] | some[Target.U])),
        Target,
    )
    leaves = [causes.get(target, Const(0, code_bits)) for target in Target]
    code = named(m, "interrupt_code", mux4((chosen[0], chosen[1]), leaves, config.is_one_hot), codes=Interrupt)
    SECTION.drive(m, interrupt.request, any_of(some[target] for target in _ORDER if target.is_in(config)))
    SECTION.drive(m, interrupt.cause, code)
    SECTION.drive(m, interrupt.target, mode_of(chosen))
    wakes, rnmi = any_of(ready.values()), never
    if config.smrnmi:
        # norm:mnstatus_wfi, norm:mnstatus_nmie_enable, norm:rnmi_not_disabled
        wakes = wakes | lines.rnmi
        rnmi = interrupt.rnmi
        SECTION.drive(m, rnmi, lines.rnmi & state["mnstatus.nmie"] & ~debugger)
    SECTION.drive(m, interrupt.wake, wakes)
    return InterruptChoice(
        request=interrupt.request,
        cause=interrupt.cause,
        number=_number(m, config, chosen, code),
        target=chosen,
        takes={t: reduce(and_, (~some[h] for h in _ORDER[: _ORDER.index(t)]), some[t]) for t in targets(config)},
        causes=causes,
        rnmi=rnmi,
    )


def _masked_by_debugger(state: State) -> Value:
    """All interrupts, in Debug Mode and in a single step (Sdext: Debug Mode, Sdext: Step Bit In Dcsr)."""
    return state.debug | (state["dcsr.step"] & ~state["dcsr.stepie"])


def _number(m: Module, config: Config, chosen: Value, code: Value) -> Value:
    """Return the number in mip of the chosen interrupt: of VS's own ones VS sees one less."""
    if not (config.ssdbltrp and config.h):
        return code
    renumbered = [rule for rule in interrupts(config) if rule.code_in(Target.VS) != rule.code]
    is_one = (chosen == Target.VS) & any_of(code == rule.code_in(Target.VS) for rule in renumbered)
    # They are odd to VS, and even in mip.
    return SECTION.signal(m, "interrupt_number", Mux(is_one, Cat(~code[:2], code[2:]), code))


def mode_of(target: Value) -> Value:
    """Turn a `Target` into the `Mode` that it names."""
    mode: Value = Const(Target.U.mode, 3)
    for other in (Target.S, Target.VS, Target.M):
        mode = Mux(target == other, Const(other.mode, 3), mode)
    return mode


def _first(m: Module, candidates: list[tuple[InterruptRule, Value]], target: Target, width: int) -> Value:
    """Return the code of the first candidate that holds, as the target mode sees it.

    Where there are many they are asked in groups: one chain would be as deep as it is long.
    """
    groups = [candidates[i : i + _GROUP] for i in range(0, len(candidates), _GROUP)]
    *others, cause = (_first_of_group(group, target, width) for group in groups)
    for number, code in reversed([*enumerate(others)]):
        name = f"interrupt_group_{number}_for_{target.prefix}"
        is_here = SECTION.signal(m, name, any_of(holds for _, holds in groups[number]))
        rest = SECTION.signal(m, f"interrupt_cause_behind_{number}_for_{target.prefix}", cause, codes=Interrupt)
        cause = Mux(is_here, code, rest)
    return cause


def _first_of_group(candidates: Iterable[tuple[InterruptRule, Value]], target: Target, width: int) -> Value:
    *others, (last, _) = candidates
    cause: Value = Const(last.code_in(target), width)
    for rule, holds in reversed(others):
        cause = Mux(holds, Const(rule.code_in(target), width), cause)
    return cause


def _destined(state: State, rule: InterruptRule, target: Target) -> Value | None:
    """Whether delegation sends an interrupt to the target; None if it never can.

    norm:trap_del_intr_priv_lvl, norm:hideleg_op, HU-24, HU-25.
    """
    name = rule.name.lower()
    if rule.mideleg == "zero":
        return Const(1, 1) if target is Target.M else None
    by_m = Const(1, 1) if rule.mideleg == "one" else state[f"mideleg.{name}"]
    if target is Target.M:
        return None if rule.mideleg == "one" else ~by_m
    if state.config.h and rule.is_in_hideleg(state.config):
        by_h = state[f"hideleg.{name}"]
        return {Target.S: by_m & ~by_h, Target.VS: by_m & by_h}.get(target)
    if rule.level is Mode.U:
        by_s = state[f"sideleg.{name}"] if state.config.s else Const(1, 1)
        return {Target.S: by_m & ~by_s, Target.U: by_m & by_s}.get(target)
    return by_m if target is Target.S else None


def _is_enabled(state: State, target: Target) -> Value:
    """Whether the hart's mode and enables let interrupts for a mode in.

    norm:mstatus_xie_intr_en_dis, norm:intr_mip_mie_op, HU-25.
    """
    is_user = ~state.prv[0]
    match target:
        case Target.M:
            return ~state.is_in(Mode.M) | state["mstatus.mie"]
        case Target.S:
            return state.v | (~state.is_in(Mode.M) & (is_user | state["mstatus.sie"]))
        case Target.U:
            in_user = is_user & ~state.v & state["mstatus.uie"]
            return in_user | (state.v & state["hudcfg.en"])
        case Target.VS:
            return state.v & (is_user | state["vsstatus.sie"])
