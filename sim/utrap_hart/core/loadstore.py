"""Bytes on the bus: which lanes a load or store uses, and when its address is misaligned.

A size is 0 to 3: 1, 2, 4 or 8 bytes, the lower two bits of funct3.
"""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, Value

__all__ = ["is_misaligned", "load_value", "store_lanes"]


def is_misaligned(size: Value, address: Value) -> Value:
    """Whether an address is not a multiple of the size."""
    return (address[:3] & Array(Const((1 << n) - 1, 3) for n in range(4))[size]).any()


def store_lanes(size: Value, address: Value, value: Value) -> tuple[Value, Value]:
    """Return the doubleword to write, 64 bits, and its byte lanes, 8 bits.

    The value stands in every place of its size; the lanes select one.
    """
    copies = Array(value[: 8 << n].replicate(8 >> n) for n in range(4))
    lanes = Array(Const((1 << (1 << n)) - 1, 8) for n in range(4))
    return copies[size], (lanes[size] << address[:3])[:8]


def load_value(m: Module, size: Value, is_unsigned: Value, address: Value, rdata: Value) -> Signal:
    """Return what a load puts into its register, 64 bits, out of the doubleword that was read."""
    value = Signal(64, name="load_shifted")
    loaded = Signal(64, name="load_value")
    m.d.comb += value.eq(rdata >> Cat(Const(0, 3), address[:3]))
    for n in range(4):
        width = 8 << n
        with m.If(size == n):
            sign = Mux(is_unsigned, 0, value[width - 1])
            m.d.comb += loaded.eq(Cat(value[:width], sign.replicate(64 - width)))
    return loaded
