"""Sstc: whether the time has reached the supervisor's and the guest's compare register."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value

from utrap.registers.state import State
from utrap.section import Phase, Section

__all__ = ["timers"]

SECTION = Section(
    phase=Phase.SENSE,
    place=1,
    title="Have the timers been reached?",
    rules="norm:mip_sip_stip_op, norm:hip_vstip_op",
    text="mtime is compared with stimecmp, and mtime + htimedelta, truncated to 64 bits, with vstimecmp, as unsigned.",
)


def timers(m: Module, state: State, mtime: Value) -> dict[str, Value]:
    """Return the levels that follow from the time, by the names of the CSR table."""
    named = SECTION.signal
    found: dict[str, Value] = {
        "stimecmp_reached": named(m, "stimecmp_reached", mtime >= _whole(state, "stimecmp.value"))
    }
    if state.config.h:
        delta, before = _whole(state, "htimedelta.delta"), ~_whole(state, "vstimecmp.value")
        # mtime + htimedelta - vstimecmp as two numbers without a carry between their bits: the sum itself is not
        # needed, and its carries and those of the comparison go through one chain and not through one after the other.
        ones = named(m, "guest_time_ones", mtime ^ delta ^ before)
        carries = named(m, "guest_time_carries", (mtime & delta) | (before & (mtime | delta)))
        is_past = ones > ~Cat(Const(1, 1), carries[:-1])
        # Of the three numbers' carries one is the truncated sum's.
        is_truncated = named(m, "guest_time_is_truncated", mtime > ~delta)
        found["vstimecmp_reached"] = named(m, "vstimecmp_reached", is_past ^ carries[-1] ^ is_truncated)
    return found


def _whole(state: State, key: str) -> Value:
    """A register of 64 bits, which RV32 has in two halves."""
    return state[key] if state.config.xlen == 64 else Cat(state[key], state[key.replace(".", "h.")])
