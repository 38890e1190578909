"""Random programs for the hart: all modes, all traps, both stages of translation, in any order.

A program is a list of steps. Each sets CSRs up in M-mode, goes to some mode with MRET, and executes a few instructions
there; an EBREAK ends it, which never is delegated, and the handler in M-mode goes to the next step. What does not come
back within some events on the reference hart is drawn anew. The page tables, and the pages that fault in every way,
are those of `utrap_testbench.oracles.qemu.memory`.
"""

from __future__ import annotations

import copy
from random import Random

from utrap_hart.core.decode import INSTRUCTIONS, Kind
from utrap_testbench.golden import Config
from utrap_testbench.oracles.qemu import memory as layout

from ..assembly import (  # noqa: TID252 (the tests are no package)
    EBREAK,
    ECALL,
    HFENCE_G,
    HFENCE_V,
    MRET,
    SFENCE,
    SRET,
    URET,
    WFI,
    csr,
    i_type,
    jal,
    s_type,
)
from .reference import CLOCKS, Ended, ReferenceHart

RAM_BYTES = 64 << 20

STEPS, STEP_BYTES = layout.TEXT + 0x2000, 0x800
#: For each mode that takes traps: where its handlers are, and the CSRs xtvec and xepc.
S_HANDLERS, VS_HANDLERS, U_HANDLERS = layout.S_TEXT + 0x1000, layout.S_TEXT + 0x2000, layout.U_TEXT + 0x1000
HANDLERS = {S_HANDLERS: (0x105, 0x141, SRET), VS_HANDLERS: (0x205, 0x141, SRET), U_HANDLERS: (0x005, 0x041, URET)}
#: Of the two handlers at each place, the first ends the step, the second returns behind what trapped.
ENDS, SKIPS = 0, 0x400
VECTORS = 64
#: Registers that hold addresses, and those that results go to; x3 and x4 are the runtime's.
ADDRESSES, RESULTS = range(10, 16), (*range(5, 10), *range(16, 30))
MODES = {"M": (3, 0), "S": (1, 0), "U": (0, 0), "VS": (1, 1), "VU": (0, 1)}
MOST_EVENTS = 120

_ALL = (1 << 64) - 1
_ROOTS = {0x180: layout.SATP, 0x280: layout.VSATP, 0x680: layout.HGATP}
_TVECS = {0x305: (layout.M_VECTORS,), **{tvec: (at + ENDS, at + SKIPS) for at, (tvec, *_) in HANDLERS.items()}}
#: vsatp with a root that no guest-physical page maps; mstatus with MPRV, MPV and MPP=S.
_ROOT_BEYOND, _MPRV_MPV_MPP_S = 8 << 60 | 0x10_0000, 1 << 17 | 1 << 39 | 1 << 11
#: CSRs that are written at random in a step's set-up.
_SET_UP = (
    0x301, 0x303, 0x304, 0x306, 0x30A, 0x340, 0x342, 0x343, 0x344, 0x34A, 0x34B, 0x104, 0x106, 0x10A, 0x140, 0x141,
    0x142, 0x143, 0x144, 0x200, 0x204, 0x240, 0x241, 0x242, 0x243, 0x244, 0x600, 0x602, 0x603, 0x604, 0x605, 0x606,
    0x60A, 0x643, 0x644, 0x645, 0x64A, 0x000, 0x004, 0x040, 0x041, 0x042, 0x043, 0x044, 0x102, 0x103, 0x6C0, 0x6C2,
    0x6E0, 0x6E1, 0x6E2, 0x6E3, 0x800, 0x843, 0x84A, 0xB02, 0x320,
)  # fmt: skip
#: CSRs that the modes' own instructions access, some of which no hart has.
_ANY = (
    *_SET_UP, 0x300, 0x300, 0x100, 0x100, 0x180, 0x280, 0x680, 0x305, 0x105, 0x205, 0x005, 0xF14, 0xE12, 0xC02, 0xC00,
    0xC01, 0xC03, 0xB00, 0xB07, 0x33F, 0x310, 0x6D2, 0x7A0, 0x3A0, 0x5C0, 0xFFF, 0xC80, 0x321,
)  # fmt: skip


def _rows(*kinds: Kind) -> list[str]:
    return [row.bits for row in INSTRUCTIONS if row.kind in kinds]


_COMPUTE, _LOADS, _STORES = _rows(Kind.COMPUTE, Kind.MULDIV, Kind.LUI, Kind.AUIPC), _rows(Kind.LOAD), _rows(Kind.STORE)
_ATOMIC, _HLSV = _rows(Kind.AMO, Kind.LR, Kind.LR, Kind.SC), _rows(Kind.HLV, Kind.HLVX, Kind.HSV)
_RESERVE, _CONDITIONAL = _rows(Kind.LR), _rows(Kind.SC)


class _Step:
    """One step in the making: words of memory by address."""

    def __init__(self, rng: Random, number: int) -> None:
        self.rng, self.number = rng, number
        self.words: dict[int, int] = {}
        self._pool: list[int] = []
        self._code: list[int] = []
        self._loads: list[tuple[int, int, int]] = []  # place in the code, number in the pool, register
        mode = rng.choice(tuple(MODES))
        entry = self._slot({"M": layout.M_BODIES, "S": layout.S_TEXT, "VS": layout.S_TEXT}.get(mode, layout.U_TEXT), 0)
        for part in (layout.M_BODIES, layout.S_TEXT, layout.U_TEXT):
            self._put(self._slot(part, 1), [*self._instructions(rng.randrange(3)), EBREAK])
        self._put(entry, [*self._instructions(rng.randrange(1, 9)), EBREAK])
        self._set_up(*MODES[mode], entry)

    def _slot(self, part: int, which: int) -> int:
        return part + 0x4000 + (2 * self.number + which) * 0x40

    def _put(self, at: int, words: list[int]) -> None:
        self.words |= {at + 4 * place: word for place, word in enumerate(words)}

    # --- the set-up -------------------------------------------------------

    def _set_up(self, mpp: int, mpv: int, entry: int) -> None:
        rng = self.rng
        at = STEPS + self.number * STEP_BYTES
        self._code = [0x17 | 3 << 7, 0x17 | 4 << 7, i_type(0x13, 0, 4, 4, STEP_BYTES - 4)]
        for address in (layout.MSIP, layout.MTIMECMP):
            if rng.random() < 0.3:
                value = rng.getrandbits(1) if address == layout.MSIP else rng.choice((0, _ALL))
                self._constant(30, address)
                self._constant(31, value)
                self._code.append(s_type(2 if address == layout.MSIP else 3, 30, 31, 0))
        for address in rng.sample(_SET_UP, rng.randint(6, 30)):
            self._write(address, self._bits())
        for address, values in _ROOTS.items():
            if rng.random() < 0.6:
                self._write(address, rng.choice((*values, *values[1:])))
        for address, bases in _TVECS.items():
            self._write(address, rng.choice(bases) | rng.getrandbits(1))
        if rng.random() < 0.7:
            self._write(0x304, 0)
        if rng.random() < 0.5:
            self._write(0x602, self._bits() & self._bits())
        self._write(0x302, (_ALL if rng.random() < 0.3 else self._bits()) & ~(1 << 3))
        for address in (0x141, 0x241, 0x041):
            self._write(address, self._slot(rng.choice((layout.S_TEXT, layout.U_TEXT)), 1))
        self._write(0x341, entry)
        status = self._bits() & ~(3 << 11 | 1 << 39)
        if rng.random() < 0.7:
            status &= ~(1 << 17)
        self._write(0x300, status | mpp << 11 | mpv << 39)
        for register in ADDRESSES:
            self._constant(register, self._address())
        for register in rng.sample(RESULTS, 6):
            self._constant(register, self._bits())
        self._code.append(MRET)
        pool = at + 4 * len(self._code) + 7 & -8
        for place, number, register in self._loads:
            self._code[place] = i_type(0x03, 3, register, 3, pool - at + 8 * number)
        self._put(at, self._code)
        for number, value in enumerate(self._pool):
            self._put(pool + 8 * number, [value & 0xFFFF_FFFF, value >> 32])
        assert pool + 8 * len(self._pool) - at < STEP_BYTES

    def _constant(self, register: int, value: int) -> None:
        self._loads.append((len(self._code), len(self._pool), register))
        self._pool.append(value)
        self._code.append(0)

    def _write(self, address: int, value: int) -> None:
        self._constant(31, value)
        self._code.append(csr(self.rng.choice((1, 1, 2, 3)) if address in _SET_UP else 1, address, 0, 31))

    def _bits(self) -> int:
        value = self.rng.getrandbits(64)
        kind = self.rng.random()
        if kind < 0.3:
            value &= self.rng.getrandbits(64)
        elif kind < 0.6:
            value |= self.rng.getrandbits(64)
        return value

    def _address(self) -> int:
        rng = self.rng
        windows = (*layout.WINDOWS, layout.S_DATA, layout.U_DATA, layout.S_TEXT, layout.UART, layout.TABLES)
        base = rng.choice(windows) + rng.choice((0, 8, 0x100, 0x1230, 0x1F_F000))
        if rng.random() < 0.05:
            base = rng.getrandbits(64)
        return base + rng.choice((0, 0, 0, 0, 4, 2, 1))

    # --- the instructions -------------------------------------------------

    def _instructions(self, count: int) -> list[int]:
        words: list[int] = []
        while len(words) < count:
            words += self._instruction()
        return words

    def _instruction(self) -> list[int]:
        rng = self.rng
        kind = rng.random()
        if kind < 0.18:
            return [self._compute()]
        if kind < 0.38:
            return [self._memory(rng.choice((_LOADS, _STORES)))]
        if kind < 0.47:
            return [self._memory(_ATOMIC)]
        if kind < 0.59:
            return [self._memory(_HLSV)]
        if kind < 0.64:
            # The second SC must fail; another LR or SC is left over from an earlier step, too.
            base, width = rng.choice(ADDRESSES), rng.randrange(2)
            lines = [_RESERVE[width], _CONDITIONAL[width], _CONDITIONAL[width]]
            return [self._memory([line], base) for line in lines[rng.randrange(2) : rng.randint(2, 3)]]
        if kind < 0.81:
            return [self._csr()]
        if kind < 0.91:
            return [rng.choice((MRET, SRET, SRET, URET, URET, WFI, WFI, ECALL, SFENCE, HFENCE_V, HFENCE_G, 0x100F))]
        if kind < 0.95:
            return [jal(rng.choice((0, *RESULTS)), rng.choice((4, 6, 6, 8)))]
        if kind < 0.97:
            return [i_type(0x67, 0, rng.choice((0, *RESULTS)), rng.choice(ADDRESSES), rng.choice((0, 1, 2, 4)))]
        if kind < 0.99:
            branch = rng.choice((0, 1, 4, 5, 6, 7)) << 12 | rng.choice((4, 6, 8)) << 7 | 0x63
            return [branch | rng.choice(RESULTS) << 15 | rng.choice(RESULTS) << 20]
        return [rng.getrandbits(32)]

    def _fill(self, bits: str, rd: int, rs1: int) -> int:
        """Random bits for those that a line of the table leaves open, and these registers."""
        word = int("".join(self.rng.choice("01") if bit == "-" else bit for bit in bits), 2)
        if bits[20:25] == "-----":
            word = word & ~(31 << 7) | rd << 7
        if bits[12:17] == "-----":
            word = word & ~(31 << 15) | rs1 << 15
        return word

    def _compute(self) -> int:
        return self._fill(self.rng.choice(_COMPUTE), self.rng.choice(RESULTS), self.rng.choice((*RESULTS, *ADDRESSES)))

    def _memory(self, lines: list[str], base: int | None = None) -> int:
        rng = self.rng
        base = rng.choice(ADDRESSES) if base is None else base
        word = self._fill(rng.choice(lines), rng.choice(RESULTS), base)
        offset = rng.choice((0, 0, 0, 8, -8, 4, 1))
        if word & 0x7F == 0x03:
            return word & 0xF_FFFF | (offset & 0xFFF) << 20
        if word & 0x7F == 0x23:
            return word & 0x01FF_F07F | (offset >> 5 & 0x7F) << 25 | (offset & 31) << 7
        return word

    def _csr(self) -> int:
        rng = self.rng
        address = rng.choice(_ANY)
        f3 = rng.choice((1, 2, 2, 3, 5, 6, 7))
        if address in _ROOTS or address in _TVECS:
            f3 = 2
        source = 0 if address in (*_ROOTS, *_TVECS) or rng.random() < 0.3 else rng.choice(RESULTS)
        return csr(f3, address, 0 if address in CLOCKS else rng.choice(RESULTS), source)


def _runtime() -> dict[int, int]:
    """The entry, the handlers and the page tables, words by address."""
    words = {layout.TEXT: jal(0, STEPS - layout.TEXT)}
    for number in range(VECTORS):
        words[layout.M_VECTORS + 4 * number] = i_type(0x67, 0, 0, 4, 0)
    for at, (_, epc, ret) in HANDLERS.items():
        skip = at + SKIPS + 4 * VECTORS
        for number in range(VECTORS):
            words[at + ENDS + 4 * number] = EBREAK
            words[at + SKIPS + 4 * number] = jal(0, skip - (at + SKIPS + 4 * number))
        body = (csr(2, epc, 30, 0), i_type(0x13, 0, 30, 30, 4), csr(1, epc, 0, 30), ret)
        words |= {skip + 4 * place: word for place, word in enumerate(body)}
    for at, entry in layout.page_tables().items():
        words |= {at: entry & 0xFFFF_FFFF, at + 4: entry >> 32}
    return words


def _closing(number: int) -> dict[int, int]:
    """Two steps that end each program, of what random ones do too seldom.

    The first is taken through both stages to a guest's page table that the host's does not map; before it are a
    division whose operand is no word and a branch whose operands differ in sign. The second is a jump to a misaligned
    address, whose link nothing writes afterwards.
    """
    at = STEPS + number * STEP_BYTES
    begin = (0x17 | 3 << 7, 0x17 | 4 << 7, i_type(0x13, 0, 4, 4, STEP_BYTES - 4))
    pool = (_ROOT_BEYOND, layout.HGATP[1], _MPRV_MPV_MPP_S)
    code = (
        *begin,
        i_type(0x13, 0, 6, 0, -1),
        i_type(0x13, 1, 7, 6, 32),
        0x0260_42BB | 7 << 15,  # divw x5, x7, x6: 0 / -1, and as doublewords -2**32 / -1
        6 << 20 | 0x0000_5463,  # bge x0, x6, 8
        i_type(0x13, 0, 8, 0, 1),
        *(word for place, address in enumerate((0x280, 0x680, 0x300)) for word in (
            i_type(0x03, 3, 31, 3, 0x400 + 8 * place), csr(1, address, 0, 31)
        )),
        i_type(0x03, 3, 9, 0, 0),
    )  # fmt: skip
    words = {at + 4 * place: word for place, word in enumerate(code)}
    for place, value in enumerate(pool):
        words |= {at + 0x400 + 8 * place: value & 0xFFFF_FFFF, at + 0x404 + 8 * place: value >> 32}
    jump = (*begin, jal(5, 6))
    return words | {at + STEP_BYTES + 4 * place: word for place, word in enumerate(jump)}


def _end(number: int) -> dict[int, int]:
    """What stands in place of a step: the program ends."""
    at = STEPS + number * STEP_BYTES
    return {at: 0x0010_0FB7, at + 4: 0x0000_5F37, at + 8: i_type(0x13, 0, 30, 30, 0x555), at + 12: s_type(2, 31, 30, 0)}


def doublewords(words: dict[int, int]) -> dict[int, int]:
    """A memory of words as one of doublewords."""
    memory: dict[int, int] = {}
    for at, word in words.items():
        memory[at & -8] = memory.get(at & -8, 0) | word << 8 * (at & 4)
    return memory


def random_program(config: Config, seed: int, steps: int) -> dict[int, int]:
    """A program's memory, doublewords by address."""
    rng = Random(seed)
    image = _runtime()
    hart = ReferenceHart(config, doublewords(image), RAM_BYTES)
    hart.step()
    number = 0
    while number < steps:
        words = _Step(rng, number).words
        trial = copy.copy(hart)
        trial.x, trial.memory = list(hart.x), hart.memory | doublewords(words)
        if not _comes_back(trial, STEPS + (number + 1) * STEP_BYTES):
            continue
        hart = trial
        image |= words
        number += 1
    return doublewords(image | _closing(steps) | _end(steps + 2))


def _comes_back(hart: ReferenceHart, to: int) -> bool:
    """Whether the next step is reached, from M-mode's handler."""
    try:
        for _ in range(STEP_BYTES // 8 + MOST_EVENTS):
            hart.step()
            if hart.pc == to:
                return hart.mode == 3
    except Ended:
        pass
    return False
