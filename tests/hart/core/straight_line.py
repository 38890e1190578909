"""Random programs that run straight on, for a comparison of their results: RV64IMA, in M-mode, without a trap."""

from __future__ import annotations

from random import Random

from utrap_hart.core.decode import INSTRUCTIONS, Kind

from ..assembly import i_type, jal, s_type  # noqa: TID252 (the tests are no package)
from .arithmetic import CORNERS

TEXT, DATA, POOL = 0x8000_0000, 0x8010_0000, 0x8020_0000
DATA_BYTES = 0x1000
#: Registers that hold addresses in DATA, apart from each other; x1 holds the pool's address first.
BASES = range(10, 16)
_OTHERS = [register for register in range(1, 32) if register not in BASES]
_FILLED = (Kind.COMPUTE, Kind.MULDIV, Kind.LUI, Kind.AUIPC)
_LINES = {kind: [row.bits for row in INSTRUCTIONS if row.kind is kind] for kind in Kind}
_SIZES = {"lb": 1, "lbu": 1, "lh": 2, "lhu": 2, "lw": 4, "lwu": 4, "ld": 8, "sb": 1, "sh": 2, "sw": 4, "sd": 8}


def straight_line(seed: int, count: int) -> dict[int, int]:
    """A program's memory, words by address; it ends with a store to the finisher."""
    rng = Random(seed)
    code = [POOL - TEXT | 1 << 7 | 0x17]
    pool: list[int] = []
    for register in range(31, 0, -1):
        value = DATA + 0x100 * (register - BASES[0] + 1) if register in BASES else _value(rng)
        code.append(i_type(0x03, 3, register, 1, 8 * len(pool)))
        pool.append(value)
    while len(code) < count:
        code += _instructions(rng)
    code += [0x0010_0FB7, 0x0000_5F37, i_type(0x13, 0, 30, 30, 0x555), s_type(2, 31, 30, 0), jal(0, 0)]
    words = {TEXT + 4 * place: word for place, word in enumerate(code)}
    pool_and_data = {POOL + 8 * place: value for place, value in enumerate(pool)}
    pool_and_data |= {at: rng.getrandbits(64) for at in range(DATA, DATA + DATA_BYTES, 8)}
    for at, value in pool_and_data.items():
        words |= {at: value & 0xFFFF_FFFF, at + 4: value >> 32}
    return words


def _value(rng: Random) -> int:
    return rng.choice((rng.getrandbits(64), rng.getrandbits(32), rng.choice(CORNERS)))


def _fill(rng: Random, bits: str, rd: int, rs1: int) -> int:
    word = int("".join(rng.choice("01") if bit == "-" else bit for bit in bits), 2)
    if bits[20:25] == "-----":
        word = word & ~(31 << 7) | rd << 7
    if bits[12:17] == "-----":
        word = word & ~(31 << 15) | rs1 << 15
    return word


def _instructions(rng: Random) -> list[int]:
    kind = rng.random()
    rd, base = rng.choice(_OTHERS), rng.choice(BASES)
    if kind < 0.6:
        return [_fill(rng, rng.choice(_LINES[rng.choice(_FILLED)]), rd, rng.randrange(32))]
    if kind < 0.75:
        row = rng.choice([row for row in INSTRUCTIONS if row.kind in (Kind.LOAD, Kind.STORE)])
        offset = rng.randrange(-0x80, 0x80) & -_SIZES[row.name]
        word = _fill(rng, row.bits, rd, base)
        if row.kind is Kind.LOAD:
            return [word & 0xF_FFFF | (offset & 0xFFF) << 20]
        return [word & 0x01FF_F07F | (offset >> 5 & 0x7F) << 25 | (offset & 31) << 7]
    if kind < 0.85:
        return [_fill(rng, rng.choice(_LINES[Kind.AMO]), rd, base)]
    if kind < 0.88:
        # An SC to what LR has reserved, or to something else: where QEMU and the hart reserve as much as each other.
        width = rng.randrange(2)
        pair = [
            _fill(rng, _LINES[Kind.LR][width], rd, base),
            _fill(rng, rng.choice(_LINES[Kind.COMPUTE]), rng.choice(_OTHERS), rng.randrange(32)),
            _fill(rng, _LINES[Kind.SC][width], rng.choice(_OTHERS), rng.choice((base, base, rng.choice(BASES)))),
        ]
        return [*pair, *[_fill(rng, _LINES[Kind.SC][1], rd, base)][: rng.randrange(2)]]
    if kind < 0.92:
        offset = 4 * rng.randint(1, 3)
        skipped = [_fill(rng, rng.choice(_LINES[Kind.COMPUTE]), rd, rng.randrange(32)) for _ in range(2)]
        return [jal(rng.choice((0, rd)), offset), *skipped]
    if kind < 0.93:
        # AUIPC, then JALR to the instruction behind it or the next but one.
        return [0x17 | 5 << 7, i_type(0x67, 0, rd, 5, rng.choice((8, 9, 12))), 0x13]
    if kind < 0.99:
        bits = rng.choice(_LINES[Kind.BRANCH])
        word = _fill(rng, bits, 0, rng.randrange(32)) & 0x01FF_F07F | 8 << 7
        if rng.random() < 0.3:
            word = word & ~(31 << 20) | (word >> 15 & 31) << 20
        return [word, _fill(rng, rng.choice(_LINES[Kind.COMPUTE]), rd, rng.randrange(32))]
    return [rng.choice((0x0FF0_000F, 0x0000_100F))]
