"""Where the pc goes: into a trap's vector, or back by a return."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.isa import Target, targets
from utrap.registers.decode import mux4
from utrap.registers.state import State

__all__ = ["redirect_target"]


def redirect_target(
    state: State,
    target: Value,
    is_trap: Value,
    is_interrupt: Value,
    interrupt_codes: Mapping[Target, Value],
    return_pc: Value,
) -> Value:
    """Return where the pc goes: a trap's vector, or else the return's pc.

    The vector is BASE, or for an interrupt in vectored mode BASE + 4 * code
    (norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14); the
    256-byte alignment of a table makes the sum an insertion (warl: xtvec).

    Args:
        target: The mode that a trap enters, a `Target`.
        is_trap: The event is a trap; otherwise `return_pc` is the result.
        is_interrupt: The trap is an interrupt.
        interrupt_codes: The code of the interrupt that each mode would take.
        return_pc: The pc that a return goes to.
    """
    present = targets(state.config)
    # Without N the place of U's vector in the four-way select is free.
    is_return_a_leaf = Target.U not in present
    leaves = [_vector(state, t, is_interrupt, interrupt_codes[t]) if t in present else return_pc for t in Target]
    selects = (target[0] & is_trap, target[1] & is_trap) if is_return_a_leaf else (target[0], target[1])
    selected = mux4(selects, leaves)
    return selected if is_return_a_leaf else Mux(is_trap, selected, return_pc)


def _vector(state: State, target: Target, is_interrupt: Value, code: Value) -> Value:
    """Return where a trap into one mode enters."""
    tvec = state.views[f"{target.prefix}tvec"]
    offset = Mux(tvec[0] & is_interrupt, code, 0)
    if state.config.vectored_align == 4:
        words = (tvec[2:] + offset)[: len(tvec) - 2]
    else:
        words = Cat(tvec[2 : 2 + len(code)] | offset, tvec[2 + len(code) :])
    return Cat(Const(0, 2), words)
