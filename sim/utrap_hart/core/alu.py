"""The arithmetic of OP and OP-IMM, on doublewords and on words, and the conditions of branches."""

from __future__ import annotations

from enum import IntEnum, unique

from amaranth.hdl import Cat, Module, Mux, Signal, Value

__all__ = ["Operation", "compute", "is_taken", "sign_extended"]


@unique
class Operation(IntEnum):
    """funct3 of OP and OP-IMM; ADD is SUB and SRL is SRA in their alternative."""

    ADD = 0b000
    SLL = 0b001
    SLT = 0b010
    SLTU = 0b011
    XOR = 0b100
    SRL = 0b101
    OR = 0b110
    AND = 0b111


def sign_extended(word: Value) -> Value:
    """The lower 32 bits of a value as a signed number in 64 bits."""
    return Cat(word[:32], word[31].replicate(32))


def compute(m: Module, operation: Value, is_alternative: Value, is_word: Value, a: Value, b: Value) -> Signal:
    """Return the result of an operation, 64 bits.

    Args:
        m: Where it is made.
        operation: An `Operation`, funct3.
        is_alternative: SUB, SRA.
        is_word: On the lower 32 bits, the result's sign extended (ADDW and its like).
        a: The first operand, 64 bits.
        b: The second; its lower 6 bits (5 on words) are a shift's amount.
    """
    result = Signal(64, name="alu_doubleword")
    shifted = Signal(64, name="alu_shifted")
    amount = Signal(6, name="alu_amount")
    # A word is shifted right as the doubleword that it is when extended.
    fill = Cat(a[:32], Mux(is_alternative, a[31].replicate(32), 0))
    m.d.comb += [
        shifted.eq(Mux(is_word, fill, a)),
        amount.eq(Cat(b[:5], b[5] & ~is_word)),
    ]
    with m.Switch(operation):
        with m.Case(Operation.ADD):
            m.d.comb += result.eq(Mux(is_alternative, a - b, a + b))
        with m.Case(Operation.SLL):
            m.d.comb += result.eq(a << amount)
        with m.Case(Operation.SLT):
            m.d.comb += result.eq(a.as_signed() < b.as_signed())
        with m.Case(Operation.SLTU):
            m.d.comb += result.eq(a < b)
        with m.Case(Operation.XOR):
            m.d.comb += result.eq(a ^ b)
        with m.Case(Operation.SRL):
            m.d.comb += result.eq(Mux(is_alternative, shifted.as_signed() >> amount, shifted >> amount))
        with m.Case(Operation.OR):
            m.d.comb += result.eq(a | b)
        with m.Case(Operation.AND):
            m.d.comb += result.eq(a & b)
    final = Signal(64, name="alu_result")
    m.d.comb += final.eq(Mux(is_word, sign_extended(result), result))
    return final


def is_taken(funct3: Value, a: Value, b: Value) -> Value:
    """Whether a branch is taken: funct3 is EQ 000, LT 100, LTU 110, and bit 0 inverts."""
    is_less = Mux(funct3[1], a < b, a.as_signed() < b.as_signed())
    return Mux(funct3[2], is_less, a == b) ^ funct3[0]
