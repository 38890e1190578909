"""What the atomic instructions write: the AMOs' arithmetic, and the reservation of LR and SC."""

from __future__ import annotations

from enum import IntEnum, unique

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from .alu import sign_extended

__all__ = ["AmoOperation", "Reservation", "amo_result"]


@unique
class AmoOperation(IntEnum):
    """funct5 of the AMOs."""

    ADD = 0b00000
    SWAP = 0b00001
    XOR = 0b00100
    OR = 0b01000
    AND = 0b01100
    MIN = 0b10000
    MAX = 0b10100
    MINU = 0b11000
    MAXU = 0b11100


def amo_result(m: Module, operation: Value, is_word: Value, old: Value, operand: Value) -> Signal:
    """Return what an AMO writes; on words the lower 32 bits count.

    Args:
        m: Where it is made.
        operation: An `AmoOperation`.
        is_word: On 32 bits.
        old: What memory held, a word with its sign extended.
        operand: rs2.
    """
    a = Signal(64, name="amo_a")
    b = Signal(64, name="amo_b")
    result = Signal(64, name="amo_result")
    # Extending the sign of both keeps the order of unsigned words, too.
    m.d.comb += [a.eq(old), b.eq(Mux(is_word, sign_extended(operand), operand))]
    is_less = Mux(operation[3], a < b, a.as_signed() < b.as_signed())
    with m.Switch(operation):
        with m.Case(AmoOperation.ADD):
            m.d.comb += result.eq(a + b)
        with m.Case(AmoOperation.SWAP):
            m.d.comb += result.eq(b)
        with m.Case(AmoOperation.XOR):
            m.d.comb += result.eq(a ^ b)
        with m.Case(AmoOperation.OR):
            m.d.comb += result.eq(a | b)
        with m.Case(AmoOperation.AND):
            m.d.comb += result.eq(a & b)
        with m.Case(AmoOperation.MIN, AmoOperation.MINU):
            m.d.comb += result.eq(Mux(is_less, a, b))
        with m.Case(AmoOperation.MAX, AmoOperation.MAXU):
            m.d.comb += result.eq(Mux(is_less, b, a))
    return result


class Reservation(Component):
    """The doubleword that the last LR reserved.

    The hart is alone on its memory, so nothing but itself ends a reservation:
    every SC does, whether it succeeds or not, and every trap and return, so
    that no SC pairs with an LR of another context.

    Attributes:
        address: Physical address of the access that is going on, 56 bits.
        reserve: An LR has read it in this cycle.
        drop: An SC, a trap or a return is in this cycle.
        holds: The address lies in the reserved doubleword.
    """

    def __init__(self) -> None:
        super().__init__({"address": In(56), "reserve": In(1), "drop": In(1), "holds": Out(1)})

    def elaborate(self, platform: object) -> Module:
        """One register for the doubleword's address, one that says that it counts."""
        m = Module()
        is_valid = Signal()
        reserved = Signal(53)
        doubleword = self.address[3:]
        m.d.comb += self.holds.eq(is_valid & (reserved == doubleword))
        with m.If(self.drop):
            m.d.sync += is_valid.eq(0)
        with m.Elif(self.reserve):
            m.d.sync += [is_valid.eq(1), reserved.eq(doubleword)]
        return m
