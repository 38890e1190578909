"""The legalisers: what a written value becomes before it is stored.

One for each field whose rule is more than "these bits can change"; each
takes the written CSR value and returns what the field stores.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.config import Config
from utrap.csr.table import Field

__all__ = ["legalise", "mode_is_supported"]


def legalise(config: Config, home: str, field: Field, lsb: int, written: Value) -> Value:
    """Return what the field stores when a CSR is written.

    Args:
        config: The configuration.
        home: Name of the CSR that owns the field.
        field: The field in that CSR.
        lsb: Position of the field in the CSR that is written.
        written: The whole value, XLEN bits.
    """
    value = written[lsb : lsb + field.width]
    if field.storage == "mstatus.mpp":
        return _mpp(config, value)
    if field.storage == "hstatus.vgein" and config.geilen < (1 << field.width) - 1:
        # WLRL: a number that no guest has selects none.
        value = Mux(value > config.geilen, 0, value)
    if home.endswith("tvec") and field.name == "base":
        return _tvec_base(config, value, is_vectored=written[0])
    if field.mask == (1 << field.width) - 1:
        return value
    return value & Const(field.mask, field.width)


def _mpp(config: Config, value: Value) -> Value:
    """Keep modes that exist; anything else becomes U (warl: mstatus.MPP)."""
    is_m = value.all()
    if not config.s:
        return is_m
    return Mux(value[1] & ~value[0], 0, value)


def _tvec_base(config: Config, value: Value, is_vectored: Value) -> Value:
    """Align a vectored table so that no adder is needed (warl: xtvec)."""
    low_bits = config.vectored_align.bit_length() - 3
    if low_bits == 0:
        return value
    return Cat(Mux(is_vectored, 0, value[:low_bits]), value[low_bits:])


def mode_is_supported(field: Field, codes: tuple[int, ...], written: Value) -> Value:
    """Whether the written MODE of satp, vsatp or hgatp is one of the codes."""
    mode = written[field.lsb : field.lsb + field.width]
    return reduce(or_, (mode == code for code in codes))
