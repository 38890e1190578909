"""The ALU, branches, MULDIV and the AMOs against integers of Python."""

from random import Random

import pytest

from utrap_hart.core.alu import compute, is_taken
from utrap_hart.core.atomics import amo_result
from utrap_hart.core.decode import INSTRUCTIONS, Kind
from utrap_hart.core.muldiv import MulDiv

from ..clocked import simulate  # noqa: TID252 (the tests are no package)
from .arithmetic import CONDITIONS, operands, result, signed
from .combinational import ask


def named(kind, opcode=None):
    """Name -> bits, of the instructions of a kind, with an opcode if one is given."""
    rows = {row.name: row.bits for row in INSTRUCTIONS if row.kind is kind}
    return {name: bits for name, bits in rows.items() if opcode is None or bits.endswith(opcode)}


def funct3(bits):
    return int(bits[17:20], 2)


OP, OP_32 = "0110011", "0111011"


@pytest.mark.parametrize("opcode", [OP, OP_32])
def test_the_alu_computes_what_the_manual_says(opcode):
    pairs = operands(Random(opcode), 500)
    cases = [
        (name, a, b, {"operation": funct3(bits), "alternative": int(bits[1]), "word": opcode == OP_32, "a": a, "b": b})
        for name, bits in named(Kind.COMPUTE, opcode).items()
        for a, b in pairs
    ]
    assert {name for name, *_ in cases} >= ({"addw", "sraw"} if opcode == OP_32 else {"sub", "sra", "sltu"})
    answers = ask(
        {"operation": 3, "alternative": 1, "word": 1, "a": 64, "b": 64},
        lambda m, operation, alternative, word, a, b: compute(m, operation, alternative, word, a, b),
        [case for *_, case in cases],
    )
    wrong = [
        (name, hex(a), hex(b), hex(got))
        for (name, a, b, _), got in zip(cases, answers, strict=True)
        if got != result(name, a, b)
    ]
    assert wrong == []


def test_branches_are_taken_as_the_manual_says():
    cases = [
        (name, {"funct3": funct3(bits), "a": a, "b": b})
        for name, bits in named(Kind.BRANCH).items()
        for a, b in operands(Random(3), 500)
    ]
    answers = ask(
        {"funct3": 3, "a": 64, "b": 64}, lambda m, funct3, a, b: is_taken(funct3, a, b), [case for _, case in cases]
    )
    wrong = [
        (name, case)
        for (name, case), got in zip(cases, answers, strict=True)
        if got != CONDITIONS[name](case["a"], case["b"])
    ]
    assert wrong == []
    assert len({name for name, _ in cases}) == 6


def test_amos_write_what_the_manual_says():
    cases = []
    for full_name, bits in named(Kind.AMO).items():
        name, _, width = full_name.partition(".")
        for a, b in operands(Random(4), 400):
            old = signed(a, 32) & (1 << 64) - 1 if width == "w" else a
            case = {"operation": int(bits[:5], 2), "word": width == "w", "old": old, "operand": b}
            cases.append((name + "w" * (width == "w"), case))
    answers = ask(
        {"operation": 5, "word": 1, "old": 64, "operand": 64},
        lambda m, operation, word, old, operand: amo_result(m, operation, word, old, operand),
        [case for _, case in cases],
    )
    wrong = []
    for (name, case), got in zip(cases, answers, strict=True):
        mask = (1 << (32 if case["word"] else 64)) - 1
        if got & mask != result(name, case["old"], case["operand"]) & mask:
            wrong.append((name, case, hex(got)))
    assert wrong == []
    assert len({name for name, _ in cases}) == 18


def test_multiplication_and_division_give_what_the_manual_says():
    unit = MulDiv()
    rng = Random(5)
    instructions = [(name, funct3(bits), bits.endswith(OP_32)) for name, bits in named(Kind.MULDIV).items()]
    assert len(instructions) == 13
    pairs = operands(rng, 320)
    wrong = []

    async def bench(context):
        for name, code, is_word in instructions:
            few = pairs if name.startswith("mul") else rng.sample(pairs[:289], 40) + pairs[289:]
            context.set(unit.funct3, code)
            context.set(unit.is_word, is_word)
            for a, b in few:
                context.set(unit.a, a)
                context.set(unit.b, b)
                context.set(unit.request, 1)
                cycles = 0
                while not context.get(unit.done):
                    cycles += 1
                    assert cycles < 70
                    await context.tick()
                if context.get(unit.result) != result(name, a, b):
                    wrong.append((name, hex(a), hex(b), hex(context.get(unit.result))))
                await context.tick()
                # Nothing of a request is left for the next one.
                context.set(unit.request, rng.getrandbits(1))
                if not context.get(unit.request):
                    await context.tick()

    simulate(unit, bench)
    assert wrong == []


DIVISIONS = {
    # (dividend, divisor): the table "Semantics for division by zero and division overflow".
    ("div", 7, 0): -1, ("divu", 7, 0): -1, ("rem", -7, 0): -7, ("remu", 7, 0): 7,
    ("div", -(1 << 63), -1): -(1 << 63), ("rem", -(1 << 63), -1): 0,
    ("divw", -(1 << 31), -1): -(1 << 31), ("remw", -(1 << 31), -1): 0, ("divuw", 7, 1 << 32): -1,
    ("div", -7, 2): -3, ("rem", -7, 2): -1, ("rem", 7, -2): 1,
}  # fmt: skip


def test_the_reference_divides_as_the_manuals_table_does():
    for (name, a, b), expected in DIVISIONS.items():
        assert signed(result(name, a, b)) == expected
