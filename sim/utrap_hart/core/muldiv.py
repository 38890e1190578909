"""Multiplication and division: a product in two cycles, a quotient one bit a cycle."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import Component, In, Out

from .alu import sign_extended

__all__ = ["MulDiv"]


class MulDiv(Component):
    """The M extension, on magnitudes: signs go off first and come back last.

    Division by zero and overflow need no cases of their own. A restoring
    division by 0 gives a quotient of ones and the dividend as remainder, as
    the manual asks, when the quotient is not negated; and the most negative
    number is its own magnitude.

    Attributes:
        request: Held, with the next four, until `done`.
        funct3: MUL 000, MULH 001, MULHSU 010, MULHU 011, DIV 100, DIVU 101,
            REM 110, REMU 111.
        is_word: On the lower 32 bits (MULW, DIVW and their like).
        a: rs1, 64 bits.
        b: rs2, 64 bits.
        done: For one cycle.
        result: 64 bits; meaningful with `done`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "request": In(1),
                "funct3": In(3),
                "is_word": In(1),
                "a": In(64),
                "b": In(64),
                "done": Out(1),
                "result": Out(64),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Take the operands, work, put the sign back."""
        m = Module()
        is_division, wants_remainder = self.funct3[2], self.funct3[1]
        is_signed_a = Mux(is_division, ~self.funct3[0], self.funct3[:2] != 0b11)
        is_signed_b = Mux(is_division, ~self.funct3[0], ~self.funct3[1])
        a, sign_a = self._magnitude(m, "a", is_signed_a)
        b, sign_b = self._magnitude(m, "b", is_signed_b)

        # A division shifts the dividend out of `quotient` as the quotient moves in.
        quotient = Signal(64)
        remainder = Signal(64)
        divisor = Signal(64)
        negates = Signal()
        steps = Signal(6)
        product = Signal(128)
        magnitude = Signal(128)
        result = Signal(128)
        m.d.comb += [
            product.eq(quotient * divisor),
            magnitude.eq(Mux(is_division, Mux(wants_remainder, remainder, quotient), product)),
            result.eq(Mux(negates, -magnitude, magnitude)),
        ]
        wants_high = ~is_division & (self.funct3[:2] != 0)
        half = Mux(wants_high, result[64:], result[:64])
        m.d.comb += self.result.eq(Mux(self.is_word, sign_extended(half), half))

        with m.FSM(name="stage"):
            with m.State("TAKE"):
                m.d.sync += [quotient.eq(a), divisor.eq(b), remainder.eq(0), steps.eq(0)]
                m.d.sync += negates.eq(
                    Mux(is_division, Mux(wants_remainder, sign_a, (sign_a ^ sign_b) & b.any()), sign_a ^ sign_b)
                )
                with m.If(self.request):
                    m.next = "GIVE"
                    with m.If(is_division):
                        m.next = "DIVIDE"
            with m.State("DIVIDE"):
                shifted = Cat(quotient[63], remainder)
                fits = shifted >= divisor
                m.d.sync += [
                    remainder.eq(Mux(fits, shifted - divisor, shifted)),
                    quotient.eq(Cat(fits, quotient[:63])),
                    steps.eq(steps + 1),
                ]
                with m.If(steps == 63):
                    m.next = "GIVE"
            with m.State("GIVE"):
                m.d.comb += self.done.eq(1)
                m.next = "TAKE"
        return m

    def _magnitude(self, m: Module, operand: str, is_signed: Value) -> tuple[Signal, Signal]:
        """Return an operand without its sign, and the sign."""
        value: Value = getattr(self, operand)
        extended = Signal(64, name=f"{operand}_extended")
        magnitude = Signal(64, name=f"{operand}_magnitude")
        sign = Signal(name=f"{operand}_sign")
        word = Mux(is_signed, sign_extended(value), value[:32])
        m.d.comb += [
            extended.eq(Mux(self.is_word, word, value)),
            sign.eq(is_signed & extended[63]),
            magnitude.eq(Mux(sign, -extended, extended)),
        ]
        return magnitude, sign
