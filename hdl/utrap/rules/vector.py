"""Where the pc goes: into a trap's vector, or back by a return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Value

from utrap.isa import Target, targets
from utrap.registers.decode import any_of, mux4
from utrap.registers.state import State
from utrap.rules.entry import Entry, Trap
from utrap.rules.event import Event
from utrap.rules.interrupts import InterruptChoice
from utrap.rules.rnmi import vector_in_m
from utrap.section import Phase, Section

__all__ = ["connect_redirect"]

SECTION = Section(
    phase=Phase.NEXT_PC,
    title="Where does the pc go?",
    rules="norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14",
    text="Into the target's trap vector, in vectored mode at four times an interrupt's code; or back by a return.",
)


def connect_redirect(
    m: Module,
    state: State,
    answer: Any,
    event: Event,
    entry: Entry,
    trap: Trap,
    choice: InterruptChoice,
    handlers: Sequence[Value],
    returns: Value,
    return_pcs: list[tuple[Value, Value]],
) -> None:
    """Drive whether the pc is redirected, and where to: a trap's vector, or else the return's pc.

    The vector is BASE, or for an interrupt in vectored mode BASE + 4 * code; the
    256-byte alignment of a table makes the sum an insertion (warl: xtvec), which
    each mode has for itself.

    Args:
        m: The module.
        state: The state.
        answer: The outputs.
        event: The event.
        entry: The entry into a trap.
        trap: The trap: a double trap is no interrupt.
        choice: The code of the interrupt that each mode would take.
        handlers: Where RNMIs, and exceptions in their handler, go, if inputs say it.
        returns: A return executes.
        return_pcs: What returns lead to, each with when.
    """
    is_early = ~event.is_exception
    is_interrupt = dict.fromkeys(Target, is_early) | {Target.M: trap.is_interrupt}
    vectors = {t: _vector(m, state, t, is_interrupt[t], choice.causes[t]) for t in targets(state.config)}
    selects_vector = event.is_trap
    if state.config.smrnmi:
        vectors[Target.M] = vector_in_m(m, state, entry, vectors[Target.M], handlers)
        selects_vector = selects_vector | event.is_rnmi
    SECTION.drive(m, answer.redirect, entry.enters | returns)
    target = _select(m, state, vectors, entry.target, selects_vector, return_pcs)
    if state.config.vectored_align == 4:
        enters_vectors = event.is_trap & trap.is_interrupt & ~entry.into_rnmi
        target = _into_table(m, state, target, enters_vectors, choice)
    SECTION.drive(m, answer.target, target)


def _select(
    m: Module,
    state: State,
    vectors: Mapping[Target, Value],
    target: Value,
    is_trap: Value,
    return_pcs: list[tuple[Value, Value]],
) -> Value:
    """Select where the pc goes; of the four-way selection returns take the places that no mode does."""
    one_hot = state.config.is_one_hot
    free = [t for t in Target if t not in vectors]
    if len(return_pcs) > len(free):
        pc = SECTION.signal(m, "return_pc", _of_returns(return_pcs, one_hot))
        return_pcs = [(Const(1, 1), pc)]
    if not free:
        # U is selected by zeros, and so is what has no target: the return shares its place, before it is
        # known where a trap goes.
        ((_, pc),) = return_pcs
        shared = SECTION.signal(m, "vector_u_or_return", Mux(is_trap, vectors[Target.U], pc))
        leaves = {**vectors, Target.U: shared}
        return mux4((target[0] & is_trap, target[1] & is_trap), [leaves[t] for t in Target], one_hot)
    placed = list(zip(free, return_pcs, strict=False))
    leaves = {**dict.fromkeys(Target, return_pcs[0][1]), **vectors, **{place: pc for place, (_, pc) in placed}}
    selects = [
        SECTION.signal(
            m,
            f"pc_select_{bit}",
            Mux(is_trap, target[bit], any_of(when for place, (when, _) in placed if place >> bit & 1)),
        )
        for bit in range(2)
    ]
    return mux4((selects[0], selects[1]), [leaves[t] for t in Target], one_hot)


def _of_returns(return_pcs: list[tuple[Value, Value]], one_hot: bool) -> Value:
    """Select the pc of a return; of more than four the last two are one place of the four-way selection."""
    while len(return_pcs) > 4:
        *return_pcs, (when, pc), (when_last, last) = return_pcs
        return_pcs.append((when | when_last, Mux(when_last, last, pc)))
    rows = [any_of(when for i, (when, _) in enumerate(return_pcs) if i >> bit & 1) for bit in range(2)]
    return mux4((rows[0], rows[1]), [pc for _, pc in return_pcs], one_hot)


def _vector(m: Module, state: State, target: Target, is_interrupt: Value, code: Value) -> Value:
    """Return where a trap into one mode enters."""
    named, prefix = SECTION.signal, target.prefix
    tvec = state.views[f"{prefix}tvec"]
    words = tvec[2:]
    if state.config.vectored_align > 4:
        offset = named(m, f"vector_offset_{prefix}", Mux(tvec[0] & is_interrupt, code, 0))
        words = Cat(words[: len(code)] | offset, words[len(code) :])
    return named(m, f"vector_{prefix}", Cat(Const(0, 2), words))


def _into_table(m: Module, state: State, target: Value, is_interrupt: Value, choice: InterruptChoice) -> Value:
    """Return where the pc goes with four times an interrupt's code added in vectored mode.

    One adder behind the selection serves every mode. Above the code's bits the sum is BASE or the number after it,
    and neither waits for the code.
    """
    named, width = SECTION.signal, len(choice.causes[Target.M])
    modes = [state.views[f"{t.prefix}tvec"][0] if t in targets(state.config) else Const(0, 1) for t in Target]
    is_vectored = is_interrupt & mux4((choice.target[0], choice.target[1]), modes, state.config.is_one_hot)
    offset = named(m, "vector_offset", Mux(is_vectored, choice.cause[:width], 0))
    base = named(m, "vector_base", target)
    low, high = named(m, "vector_low", base[2 : 2 + width] + offset), base[2 + width :]
    after = named(m, "vector_high_after", high + 1, len(high))
    return Cat(base[:2], low[:width], Mux(low[width], after, high))
