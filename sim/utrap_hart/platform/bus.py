"""The bus between who reads and writes memory and what answers: one doubleword at a time."""

from __future__ import annotations

from amaranth.lib.wiring import In, Out, Signature

__all__ = ["PHYSICAL_BITS", "BusSignature"]

#: Bits of a physical address: a 44-bit page number and an offset.
PHYSICAL_BITS = 56


class BusSignature(Signature):
    """One access at a time. Who reads and writes is the initiator.

    The initiator raises `valid` and holds it, with all that describes the
    access, until the cycle with `ready`; the access happens at the rising
    edge that ends that cycle. `ready` comes at the earliest in the cycle of
    `valid` itself (a memory answers in the next one), and never without
    `valid`. Another access may follow in the next cycle.

    Members:
        valid: An access is wanted.
        write: It writes.
        address: Physical byte address; bits 2:0 are 0.
        wdata: What to write. Meaningful with `write`.
        wmask: The bytes of `wdata` to write: bit 0 is bits 7:0. Meaningful
            with `write`, and in a load's read: the bytes that it takes.
        ready: The access happens in this cycle.
        rdata: What was read. Meaningful with `ready`, without `write`.
        error: There is nothing at the address, or nothing that can be
            accessed so; the access had no effect. Meaningful with `ready`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": Out(1),
                "write": Out(1),
                "address": Out(PHYSICAL_BITS),
                "wdata": Out(64),
                "wmask": Out(8),
                "ready": In(1),
                "rdata": In(64),
                "error": In(1),
            }
        )
