"""The instruction table against capstone's disassembler and GNU's assembler."""

from collections import Counter
from random import Random

import pytest

from utrap_hart.core.decode import INSTRUCTIONS, Immediate, Kind, decode

from .combinational import ask

capstone = pytest.importorskip("capstone")

#: The names that capstone prefers for some operands.
ALIASES = {
    "addi": {"mv", "li", "nop"}, "addiw": {"sext.w"}, "xori": {"not"}, "sltiu": {"seqz"}, "slt": {"sltz", "sgtz"},
    "sltu": {"snez"}, "sub": {"neg"}, "subw": {"negw"}, "jal": {"j"}, "jalr": {"jr", "ret"},
    "beq": {"beqz"}, "bne": {"bnez"}, "blt": {"bltz", "bgtz"}, "bge": {"bgez", "blez"},
    "csrrw": {"csrw", "fscsr", "fsflags", "fsrm"}, "csrrc": {"csrc"}, "csrrwi": {"csrwi", "fsflagsi", "fsrmi"},
    "csrrs": {"csrr", "csrs", "frcsr", "frflags", "frrm", "rdcycle", "rdtime", "rdinstret"},
    "csrrsi": {"csrsi"}, "csrrci": {"csrci"},
}  # fmt: skip
#: Capstone knows no hypervisor extension, and of the fences only those whose reserved fields are 0.
UNKNOWN = {row.name for row in INSTRUCTIONS if row.name.startswith("h")} | {"fence", "fence.i"}
#: What GNU as 2.40 makes of the instructions with rs1 = a0, rs2 or rd = a1, where they have one.
ASSEMBLED = {
    0x6005_45F3: "hlv.b", 0x6015_45F3: "hlv.bu", 0x6405_45F3: "hlv.h", 0x6415_45F3: "hlv.hu", 0x6435_45F3: "hlvx.hu",
    0x6805_45F3: "hlv.w", 0x6835_45F3: "hlvx.wu", 0x6815_45F3: "hlv.wu", 0x6C05_45F3: "hlv.d",
    0x62B5_4073: "hsv.b", 0x66B5_4073: "hsv.h", 0x6AB5_4073: "hsv.w", 0x6EB5_4073: "hsv.d",
    0x12B5_0073: "sfence.vma", 0x22B5_0073: "hfence.vvma", 0x62B5_0073: "hfence.gvma",
    0x0FF0_000F: "fence", 0x8330_000F: "fence", 0x0000_100F: "fence.i",
}  # fmt: skip


def named(word):
    """The name of the one instruction whose bits a word has, or None."""
    text = f"{word:032b}"
    found = [row.name for row in INSTRUCTIONS if all(b in (t, "-") for b, t in zip(row.bits, text, strict=True))]
    assert len(found) < 2, found
    return found[0] if found else None


def words(count):
    """Words of each line of the table, half of them with a bit changed."""
    rng = Random(1)
    for row in INSTRUCTIONS:
        for number in range(count):
            word = int("".join(rng.choice("01") if bit == "-" else bit for bit in row.bits), 2)
            yield word ^ (1 << rng.randrange(7, 32) if number % 2 else 0)


@pytest.fixture(scope="module")
def disassembler():
    disassembler = capstone.Cs(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64)
    disassembler.detail = True
    return lambda word: next(disassembler.disasm(word.to_bytes(4, "little"), 0), None)


def test_every_word_is_the_instruction_that_capstone_sees(disassembler):
    seen: Counter[str | None] = Counter()
    wrong = []
    for word in words(100):
        ours, theirs = named(word), disassembler(word)
        mnemonic = theirs and theirs.mnemonic
        if ours in UNKNOWN and theirs is None:
            continue
        seen[ours] += 1
        # Capstone writes the ordering of atomic instructions behind their names.
        plain = mnemonic and mnemonic.removesuffix(".rl").removesuffix(".aq").removesuffix(".aqrl")
        if plain != ours and mnemonic not in ALIASES.get(ours, ()):
            wrong.append((hex(word), ours, mnemonic))
    assert wrong == []
    assert set(seen) >= {row.name for row in INSTRUCTIONS} - UNKNOWN | {None}


def test_the_hypervisors_instructions_are_those_of_the_assembler():
    assert {word: named(word) for word in ASSEMBLED} == ASSEMBLED
    assert {name for name in UNKNOWN if name not in ASSEMBLED.values()} == set()


def test_the_hardware_decodes_what_the_table_says():
    cases = list(words(12))
    answers = ask({"insn": 32}, lambda m, insn: decode(m, insn), [{"insn": word} for word in cases])
    kinds = {row.name: row.kind for row in INSTRUCTIONS} | {None: Kind.ILLEGAL}
    assert [(hex(word), kind) for word, (kind, _) in zip(cases, answers, strict=True)] == [
        (hex(word), kinds[named(word)]) for word in cases
    ]


def test_immediates_are_those_that_capstone_sees(disassembler):
    immediate = {row.name: row.immediate for row in INSTRUCTIONS}
    has_one = [word for word in words(60) if immediate.get(named(word), Immediate.NONE) is not Immediate.NONE]
    answers = ask({"insn": 32}, lambda m, insn: decode(m, insn), [{"insn": word} for word in has_one])
    wrong = []
    for word, (_, got) in zip(has_one, answers, strict=True):
        theirs = disassembler(word)
        if theirs.mnemonic in ("mv", "nop", "sext.w", "ret", "jr", "not", "seqz"):
            continue  # the immediate is not shown
        numbers = [operand.imm for operand in theirs.operands if operand.type == capstone.CS_OP_IMM]
        numbers += [operand.mem.disp for operand in theirs.operands if operand.type == capstone.CS_OP_MEM]
        expected = numbers[-1]
        if immediate[named(word)] is Immediate.U:
            expected = (expected ^ 0x8_0000) - 0x8_0000 << 12
        if named(word) in ("slli", "srli", "srai", "slliw", "srliw", "sraiw"):
            got &= 63  # the rest is the operation's
        if got != expected & (1 << 64) - 1:
            wrong.append((hex(word), theirs.mnemonic, theirs.op_str, hex(got)))
    assert wrong == []
    assert len(has_one) > 1000


@pytest.mark.parametrize("word", [0, 0xFFFF_FFFF, 0x0000_0001, 0x0000_000B, 0xF200_0053, 0x0000_400F, 0x0000_2063])
def test_what_is_in_no_line_is_illegal(word):
    assert ask({"insn": 32}, lambda m, insn: decode(m, insn)[0], [{"insn": word}]) == [Kind.ILLEGAL]
