"""What RV64IMA's instructions leave on a row of operands, as one number: the programs' constants come from here."""

from ..core.arithmetic import CONDITIONS, result, signed  # noqa: TID252 (the tests are no package)

OPERANDS = [
    0, 1, 2, 63, 0x7F, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF, 0x100000000, 0x0123456789ABCDEF, 0xFEDCBA9876543210,
    0x5555AAAA3333CCCC, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFF80000000, (1 << 64) - 1,
]  # fmt: skip


#: What an instruction with an immediate is called with two registers, where that is not its name without "i".
REGISTER_FORMS = {"sltiu": "sltu", "addiw": "addw", "slliw": "sllw", "srliw": "srlw", "sraiw": "sraw"}


def compute(name, a, b):
    """The 64 bits of rd, of registers or a register and an immediate; for a branch, whether it is taken."""
    if name in CONDITIONS:
        return int(CONDITIONS[name](a, b))
    return result(REGISTER_FORMS.get(name, name.removesuffix("i")), a, b)


def digest(results):
    total = 0
    for one in results:
        total = ((total << 5 | total >> 59) + one) % (1 << 64)
    return total


def pairs(name):
    """An instruction of two registers on every pair of operands."""
    return digest(compute(name, a, b) for a in OPERANDS for b in OPERANDS)


def each(name, immediate):
    """An instruction with an immediate on every operand."""
    return digest(compute(name, a, immediate) for a in OPERANDS)


def amo(name, width):
    """An AMO on every pair: rd, and the doubleword in memory after it."""
    bits, suffix = {"w": (32, "w"), "d": (64, "")}[width]
    mask = (1 << bits) - 1
    results = []
    for memory in OPERANDS:
        for register in OPERANDS:
            new = result(name + suffix, memory, register) & mask
            results += [signed(memory, bits) % (1 << 64), memory >> bits << bits | new]
    return digest(results)
