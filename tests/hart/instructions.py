"""What RV64IMA's instructions compute, on Python's integers: the programs' constants come from here."""

OPERANDS = [
    0, 1, 2, 63, 0x7F, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF, 0x100000000, 0x0123456789ABCDEF, 0xFEDCBA9876543210,
    0x5555AAAA3333CCCC, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFF80000000, (1 << 64) - 1,
]  # fmt: skip


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def divide(dividend, divisor, bits, is_signed):
    """Quotient and remainder, rounded towards zero; by 0 all ones and the dividend."""
    a, b = ((signed(value, bits) if is_signed else value % (1 << bits)) for value in (dividend, divisor))
    if b == 0:
        return -1, a
    quotient = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
    return quotient, a - quotient * b


def compute(name, a, b):
    """The 64 bits of rd, of registers or a register and an immediate; for a branch, whether it is taken."""
    name = {"addi": "add", "xori": "xor", "ori": "or", "andi": "and", "slti": "slt", "sltiu": "sltu"}.get(name, name)
    name = {"slli": "sll", "srli": "srl", "srai": "sra", "addiw": "addw"}.get(name, name)
    name = {"slliw": "sllw", "srliw": "srlw", "sraiw": "sraw"}.get(name, name)
    sa, sb, ub = signed(a), signed(b), b % (1 << 64)
    if name in ("div", "divu", "rem", "remu", "divw", "divuw", "remw", "remuw"):
        bits = 32 if name.endswith("w") else 64
        results = divide(a, ub, bits, "u" not in name)
        return signed(results[name.startswith("rem")], bits) % (1 << 64)
    word = {
        "addw": a + b,
        "subw": a - b,
        "sllw": a << ub % 32,
        "srlw": a % (1 << 32) >> ub % 32,
        "sraw": signed(a, 32) >> ub % 32,
        "mulw": a * b,
    }
    if name in word:
        return signed(word[name], 32) % (1 << 64)
    return {
        "add": a + b,
        "sub": a - b,
        "sll": a << ub % 64,
        "slt": sa < sb,
        "sltu": a < ub,
        "xor": a ^ ub,
        "srl": a >> ub % 64,
        "sra": sa >> ub % 64,
        "or": a | ub,
        "and": a & ub,
        "mul": a * b,
        "mulh": sa * sb >> 64,
        "mulhsu": sa * ub >> 64,
        "mulhu": a * ub >> 64,
        "beq": a == b,
        "bne": a != b,
        "blt": sa < sb,
        "bge": sa >= sb,
        "bltu": a < b,
        "bgeu": a >= b,
    }[name] % (1 << 64)


def digest(results):
    total = 0
    for result in results:
        total = ((total << 5 | total >> 59) + result) % (1 << 64)
    return total


def pairs(name):
    """An instruction of two registers on every pair of operands."""
    return digest(compute(name, a, b) for a in OPERANDS for b in OPERANDS)


def each(name, immediate):
    """An instruction with an immediate on every operand."""
    return digest(compute(name, a, immediate) for a in OPERANDS)


def amo(name, width):
    """An AMO on every pair: rd, and the doubleword in memory after it."""
    bits = {"w": 32, "d": 64}[width]
    results = []
    for memory in OPERANDS:
        for register in OPERANDS:
            a, b = memory % (1 << bits), register % (1 << bits)
            key = (lambda value: signed(value, bits)) if not name.endswith("u") else int
            new = {
                "amoswap": b,
                "amoadd": (a + b) % (1 << bits),
                "amoxor": a ^ b,
                "amoand": a & b,
                "amoor": a | b,
                "amomin": min(a, b, key=key),
                "amomax": max(a, b, key=key),
                "amominu": min(a, b),
                "amomaxu": max(a, b),
            }[name]
            results += [signed(a, bits) % (1 << 64), memory >> bits << bits | new]
    return digest(results)
