"""Where a trap enters: the vector that xtvec gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from utrap.csr.decode import mux4
from utrap.isa import Mode
from utrap.state import State

__all__ = ["trap_vector"]

_TVEC = {Mode.M: "mtvec", Mode.S: "stvec", Mode.VS: "vstvec", Mode.U: "utvec"}
_CODE_BITS = 6


def trap_vector(m: Module, state: State, into: Mapping[Mode, Value], is_interrupt: Value, code: Value) -> Value:
    """Return BASE, or for an interrupt in vectored mode BASE + 4 * code.

    norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14; the 256-byte
    alignment of a table makes the sum an insertion (warl: xtvec).
    """
    modes = list(into)
    selects = [
        reduce(or_, (into[mode] for i, mode in enumerate(modes) if i >> bit & 1), Const(0, 1)) for bit in range(2)
    ]
    tvec = Signal(state.config.xlen, name="tvec_of_target")
    views = [state.views[_TVEC[mode]] for mode in modes]
    m.d.comb += tvec.eq(mux4((selects[0], selects[1]), views))
    offset = Mux(tvec[0] & is_interrupt, code, 0)
    if state.config.vectored_align == 4:
        return Cat(Const(0, 2), (tvec[2:] + offset)[: len(tvec) - 2])
    return Cat(Const(0, 2), tvec[2 : 2 + _CODE_BITS] | offset, tvec[2 + _CODE_BITS :])
