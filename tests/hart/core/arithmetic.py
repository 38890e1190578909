"""What the instructions of I, M and A compute, on Python's integers, from the sentences of the manual."""

from __future__ import annotations

from random import Random

CORNERS = (
    0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF,
)  # fmt: skip


def operands(rng: Random, count: int) -> list[tuple[int, int]]:
    """Pairs of 64-bit operands: every pair of corners, then random ones, some of them short or close together."""
    pairs = [(a, b) for a in CORNERS for b in CORNERS]
    while len(pairs) < count:
        a, b = (rng.getrandbits(64) >> rng.choice((0, 0, 31, 32, 33, 57)) for _ in range(2))
        pairs.append((a, rng.choice((b, b, a, a ^ 1, a ^ 1 << 31, a ^ 1 << 63))))
    return pairs


def signed(value: int, bits: int = 64) -> int:
    """The number that the lower bits are in two's complement."""
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def _quotient(a: int, b: int) -> int:
    """Rounded towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


#: OP and OP-32: both operands as unsigned numbers of `bits` bits, the result as any integer.
OPERATIONS = {
    "add": lambda a, b, bits: a + b,
    "sub": lambda a, b, bits: a - b,
    "sll": lambda a, b, bits: a << b % bits,
    "slt": lambda a, b, bits: int(signed(a, bits) < signed(b, bits)),
    "sltu": lambda a, b, bits: int(a < b),
    "xor": lambda a, b, bits: a ^ b,
    "srl": lambda a, b, bits: a >> b % bits,
    "sra": lambda a, b, bits: signed(a, bits) >> b % bits,
    "or": lambda a, b, bits: a | b,
    "and": lambda a, b, bits: a & b,
    "mul": lambda a, b, bits: a * b,
    "mulh": lambda a, b, bits: signed(a, bits) * signed(b, bits) >> bits,
    "mulhsu": lambda a, b, bits: signed(a, bits) * b >> bits,
    "mulhu": lambda a, b, bits: a * b >> bits,
    # "The quotient of division by zero has all bits set, and the remainder of division by zero equals the dividend."
    "div": lambda a, b, bits: _quotient(signed(a, bits), signed(b, bits)) if b else -1,
    "divu": lambda a, b, bits: a // b if b else -1,
    "rem": lambda a, b, bits: (
        signed(a, bits) - signed(b, bits) * _quotient(signed(a, bits), signed(b, bits)) if b else a
    ),
    "remu": lambda a, b, bits: a % b if b else a,
    "amoadd": lambda a, b, bits: a + b,
    "amoswap": lambda a, b, bits: b,
    "amoxor": lambda a, b, bits: a ^ b,
    "amoor": lambda a, b, bits: a | b,
    "amoand": lambda a, b, bits: a & b,
    "amomin": lambda a, b, bits: min(a, b, key=lambda value: signed(value, bits)),
    "amomax": lambda a, b, bits: max(a, b, key=lambda value: signed(value, bits)),
    "amominu": lambda a, b, bits: min(a, b),
    "amomaxu": lambda a, b, bits: max(a, b),
}

CONDITIONS = {
    "beq": lambda a, b: a == b,
    "bne": lambda a, b: a != b,
    "blt": lambda a, b: signed(a) < signed(b),
    "bge": lambda a, b: signed(a) >= signed(b),
    "bltu": lambda a, b: a < b,
    "bgeu": lambda a, b: a >= b,
}


def result(name: str, a: int, b: int) -> int:
    """What `name` gives: on words where it ends in w, and then with the sign of bit 31 (RV64I), 64 bits."""
    bits = 32 if name.endswith("w") else 64
    operation = OPERATIONS[name.removesuffix("w") if bits == 32 else name]
    mask = (1 << bits) - 1
    return signed(operation(a & mask, b & mask, bits), bits) & (1 << 64) - 1
