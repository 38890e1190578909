"""Draws programs from a seed: random CSRs, a random mode, a few random instructions, and a way out to M-mode.

Values written are those that both the model and QEMU can hold (the pools
below): what WARL leaves to the implementation says nothing about either. A
step that would do what the core leaves out, or never comes back, is drawn
anew.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from utrap_testbench.golden import CsrOp, Insn
from utrap_testbench.golden.isa import bits

from . import decode, memory
from .core import ESCAPES, OUTSIDE, Core, Result
from .program import CONFIG, EVENT_COUNTERS, OPERANDS, SAVED, CsrWrite, Program, Step, Store
from .timers import STIMECMP, VSTIMECMP
from .walk import Unpredictable

_READ, _WRITE, _SET, _CLEAR = CsrOp.READ, CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR
_XLEN = CONFIG.rules.xlen_mask
_FIELDS_S = bits(1, 5, 8, 9, 10, 13, 14, 18, 19)
_FIELDS_M = _FIELDS_S | bits(7, 17, 20, 21, 22, 38, 39)
_MPV = 1 << 39

#: Registers where any subset of these bits is legal in QEMU and in the model.
_MASKED = {
    0x100: _FIELDS_S, 0x200: _FIELDS_S,
    0x104: bits(1, 5, 9, 13), 0x144: bits(1, 5, 9, 13), 0x204: bits(1, 5, 9), 0x244: bits(1, 5, 9),
    0x604: bits(2, 6, 10), 0x644: bits(2, 6, 10), 0x645: bits(2, 6, 10), 0x603: bits(2, 6, 10),
    0x303: bits(1, 2, 5, 6, 9, 10, 13), 0x304: bits(1, 2, 3, 5, 6, 7, 9, 10, 11, 13),
    0x344: bits(1, 2, 5, 6, 9, 10, 13),
    0x302: CONFIG.rules.medeleg & ~bits(18, 19), 0x602: CONFIG.rules.hedeleg & ~bits(18, 19),
    0x600: bits(6, 7, 8, 9, 20, 21, 22),
    0x306: _XLEN, 0x106: _XLEN, 0x606: _XLEN,
    0x30A: bits(0, 63), 0x10A: 1, 0x60A: bits(0, 63),
    0x340: _XLEN, 0x343: _XLEN, 0x140: _XLEN, 0x143: _XLEN, 0x240: _XLEN, 0x243: _XLEN,
    0x605: _XLEN & ~bits(54, 55), 0x607: _XLEN, 0x301: _XLEN,
    0x341: _XLEN - 1, 0x141: _XLEN - 1, 0x241: _XLEN - 1,
    0x342: 1 << 63 | 63, 0x142: 1 << 63 | 63, 0x242: 1 << 63 | 63,
    0x34B: CONFIG.rules.tval2, 0x643: CONFIG.rules.tval2,
    0x34A: CONFIG.rules.tinst, 0x64A: CONFIG.rules.tinst,
}  # fmt: skip
_WHOLE = {0x180: memory.SATP, 0x280: memory.VSATP, 0x680: memory.HGATP}
_ODD = {0x180: memory.SATP_ODD, 0x280: memory.VSATP_ODD, 0x680: memory.HGATP_ODD}
#: Timers: due, never, or when bit 55 says so; htimedelta has 0 there and below, so time is far from all of them.
_TIMERS = (STIMECMP, VSTIMECMP)
_TVECS = {0x305: (memory.M_VECTORS,), 0x105: memory.S_VECTORS.values(), 0x205: memory.VS_VECTORS.values()}
_FAVOURITES = (
    0x300, 0x100, 0x104, 0x144, 0x180, 0x104, 0x144, 0x180, 0x600, 0x680, *_TIMERS, STIMECMP, STIMECMP, 0x645, 0x30A,
)  # fmt: skip
_READ_ONLY = (0xDA0, 0xDA0, 0xE12, 0xF11, 0xF12, 0xF13, 0xF14, 0xF15, 0xFFF)
#: Neither hart has these: N, Shudeleg, high halves, nothing at all.
_ABSENT = (0x000, 0x005, 0x044, 0x102, 0x6C0, 0x800, 0x310, 0x312, 0x612, 0x615, 0x61A, 0xC80, 0x5C0, 0x2FF, 0x9FF)

#: CSRs that the set-up writes in some steps.
_SET_UP = tuple(address for address in _MASKED if address not in (0x302, 0x100, 0x301))

#: CSRs that a mode reads often, for what is special about them there.
_OWN = {"S": (*_TIMERS, 0xDA0), "VS": (0x104, 0x144, 0x180, 0xDA0, 0xDA0, STIMECMP)}
_MODES = ("M", "S", "U", "VS", "VU")
_NO_OPERAND = (
    Insn.WFI, Insn.WFI, Insn.SRET, Insn.SRET, Insn.SRET, Insn.MRET, Insn.URET, Insn.SFENCE_VMA, Insn.HFENCE_VVMA,
    Insn.HFENCE_GVMA,
)  # fmt: skip


class _Draw:
    """One step in the making."""

    def __init__(self, random: Random, index: int):
        self.random = random
        self.index = index
        self.code: dict[int, int] = {}
        self.text: dict[int, str] = {}
        self.operands: list[int] = []

    def step(self) -> Step:
        random = self.random
        escape = random.choice(tuple(ESCAPES))
        mode = random.choice(_MODES)
        for part in (memory.M_BODIES, memory.S_TEXT, memory.U_TEXT):
            self._body(self._slot(part, 1), escape, ["nop"] if random.random() < 0.5 else [])
        entry = self._slot({"M": memory.M_BODIES, "S": memory.S_TEXT, "VS": memory.S_TEXT}.get(mode, memory.U_TEXT), 0)
        self._body(entry, escape, self._plan(mode))
        setup = self._set_up(mode, entry, escape)
        self.operands += [random.getrandbits(64)] * (len(OPERANDS) - len(self.operands))
        return Step(setup=tuple(setup), operands=tuple(self.operands), code=self.code, text=self.text)

    def _slot(self, part: int, which: int) -> int:
        return part + memory.BODIES + (2 * self.index + which) * memory.BODY_BYTES

    # The set-up.

    def _set_up(self, mode: str, entry: int, escape: str) -> list[Store | CsrWrite]:
        random = self.random
        setup: list[Store | CsrWrite] = []
        if random.random() < 0.3:
            setup.append(Store(memory.MSIP, random.getrandbits(1)))
        if random.random() < 0.3:
            setup.append(Store(memory.MTIMECMP, random.choice((0, _XLEN))))
        for address in random.sample(_SET_UP, random.randint(3, 14)):
            setup.append(self._write(address, random.choice((_WRITE, _WRITE, _SET, _CLEAR))))
        for address, pool in _WHOLE.items():
            if random.random() < 0.5:
                setup.append(CsrWrite(address, _WRITE, self._whole(address, pool), self._saved()))
        for address in _TIMERS:
            if random.random() < 0.4:
                setup.append(self._write(address, random.choice((_WRITE, _WRITE, _SET))))
        if random.random() < 0.3:
            of = random.getrandbits(1) << 63
            setup.append(CsrWrite(random.choice(EVENT_COUNTERS), _WRITE, of, self._saved()))
        # Interrupts hide what else a step does: most are quiet.
        quiet = random.random()
        if quiet < 0.5:
            setup.append(CsrWrite(0x304, _WRITE, 0, self._saved()))
        elif quiet < 0.8:
            for address in (0x303, 0x603, 0x304, 0x344, 0x645):
                setup.append(self._write(address, _WRITE))
        # The handlers leave by this instruction: it must reach M-mode from everywhere.
        kept = ~bits(2 if escape == "illegal" else 3)
        delegated = _MASKED[0x302] if random.random() < 0.3 else self._bits(_MASKED[0x302])
        setup.append(CsrWrite(0x302, _WRITE, delegated & kept, self._saved()))
        for address, vectors in ((0x105, memory.S_VECTORS), (0x205, memory.VS_VECTORS)):
            setup.append(CsrWrite(address, _WRITE, vectors[escape] | random.getrandbits(1), self._saved()))
        for address in (0x141, 0x241):
            target = self._slot(random.choice((memory.S_TEXT, memory.U_TEXT)), 1)
            setup.append(CsrWrite(address, _WRITE, target, self._saved()))
        setup.append(CsrWrite(0x341, _WRITE, entry, self._saved()))
        status = self._bits(_FIELDS_M & ~_MPV)
        if random.random() < 0.7:
            status &= ~bits(17)
        status |= {"M": 3, "S": 1, "VS": 1}.get(mode, 0) << 11
        if mode in ("VS", "VU"):
            status |= _MPV
        setup.append(CsrWrite(0x300, _WRITE, status, self._saved()))
        return setup

    def _whole(self, address: int, pool: tuple[int, ...]) -> int:
        return self.random.choice(pool if self.random.random() < 0.93 else _ODD[address])

    def _write(self, address: int, op: CsrOp) -> CsrWrite:
        return CsrWrite(address, op, self._value(address, op), self._saved())

    def _saved(self) -> int:
        return self.random.choice(SAVED)

    def _bits(self, mask: int) -> int:
        """Some bits of the mask, often few or many of them."""
        random = self.random
        value = random.getrandbits(64)
        kind = random.random()
        if kind < 0.25:
            value &= random.getrandbits(64)
        elif kind < 0.5:
            value |= random.getrandbits(64)
        return value & mask

    def _value(self, address: int, op: CsrOp) -> int:
        """An operand after which the register holds what both harts can hold."""
        random = self.random
        if address == 0x300:
            privilege = random.choice((0, 1, 3)) if op is _WRITE else random.choice((0, 3))
            return self._bits(_FIELDS_M | bits(3)) | privilege << 11
        if address in _WHOLE:
            return self._whole(address, _WHOLE[address])
        if address in _TIMERS:
            return random.choice((0, _XLEN, random.getrandbits(64) | bits(55)))
        if address in _TVECS:
            return random.choice(tuple(_TVECS[address])) | random.getrandbits(1)
        return self._bits(_MASKED.get(address, _XLEN))

    # The instructions.

    def _body(self, at: int, escape: str, words: list[str | int]) -> None:
        """Put instructions and the way out at an address."""
        for number, word in enumerate([*words, ESCAPES[escape]]):
            word = decode.NOP if isinstance(word, str) else word
            self.code[at + 4 * number] = word
            self.text[at + 4 * number] = describe(word)

    def _plan(self, mode: str) -> list[str | int]:
        random = self.random
        words: list[str | int] = []
        has_access = False
        if mode in _OWN and random.random() < 0.1:
            words.append(decode.csr(_READ, random.choice(_OWN[mode]), self._saved(), 0))
        if mode == "M" and random.random() < 0.35:
            words += self._return_from_m() if random.random() < 0.5 else [self._mprv()]
        while len(self.operands) < 4 and len(words) < 5:
            kind = random.random()
            if kind < 0.4:
                words.append(self._csr())
            elif kind < 0.6:
                words.append(decode.PLAIN[random.choice(_NO_OPERAND)])
            elif kind < 0.85:
                if not has_access:
                    words.append(self._memory())
                has_access = True
            elif kind < 0.88:
                words.append(decode.FLOAT)
            elif kind < 0.92:
                words.append(decode.jump(self._operand(self._address())))
            else:
                words.append(random.choice((decode.ILLEGAL, *(decode.PLAIN[i] for i in (Insn.ECALL, Insn.EBREAK)))))
                break
            if random.random() < 0.3:
                break
        return words

    def _operand(self, value: int) -> int:
        """A register that has this value when the body starts."""
        self.operands.append(value)
        return OPERANDS[len(self.operands) - 1]

    def _csr(self) -> int:
        random = self.random
        kind = random.random()
        if kind < 0.1:
            address = random.choice(_ABSENT)
        elif kind < 0.2:
            address = random.choice((*_READ_ONLY, *OUTSIDE))
        else:
            address = random.choice((*_MASKED, *_WHOLE, *_TVECS, *_FAVOURITES))
        op = random.choice((_READ, _WRITE, _SET, *([_CLEAR] if address not in _TIMERS else ())))
        if address in _WHOLE or address in _TVECS:
            op = random.choice((_READ, _WRITE))
        rd = 0 if address in OUTSIDE else self._saved()
        if op is _READ:
            return decode.csr(op, address, rd, 0)
        return decode.csr(op, address, rd, self._operand(self._value(address, op)))

    def _address(self, may_be_code: bool = False) -> int:
        windows = (*memory.WINDOWS, memory.S_TEXT) if may_be_code else memory.WINDOWS
        return self.random.choice(windows) + self.random.choice((0, 8, 0x1238, 0x1F_F000))

    def _memory(self) -> int:
        random = self.random
        kind = random.random()
        if kind < 0.4:
            insn = random.choice(decode.HYPERVISOR)
            return decode.hypervisor(insn, self._operand(self._address(not insn.value.startswith("hsv"))))
        if kind < 0.9:
            name = random.choice(("lb", "lh", "lw", "ld", "sb", "sh", "sw", "sd"))
            return decode.memory(name, self._operand(self._address(name.startswith("l"))))
        name = random.choice(("lr.w", "amoadd.w"))
        return decode.memory(name, self._operand(self._address() + random.choice((0, 0, 1, 2))))

    def _return_from_m(self) -> list[str | int]:
        """MRET to any mode, from M-mode itself."""
        random = self.random
        target = self._slot(random.choice((memory.S_TEXT, memory.U_TEXT)), 1)
        status = self._bits(_FIELDS_M) | random.choice((0, 1)) << 11
        return [
            decode.csr(_WRITE, 0x341, self._saved(), self._operand(target)),
            decode.csr(_WRITE, 0x300, self._saved(), self._operand(status)),
            decode.PLAIN[Insn.MRET],
        ]

    def _mprv(self) -> int:
        """MPRV on, acting as any mode."""
        status = self._bits(_FIELDS_M) | bits(17) | self.random.choice((0, 1)) << 11
        return decode.csr(_WRITE, 0x300, self._saved(), self._operand(status))


def describe(word: int) -> str:
    """An instruction as text, for people."""
    insn = decode.decode(word)
    if insn.kind == "csr":
        name = NAME_OF.get(insn.csr, f"{insn.csr:#x}")
        return f"csr {insn.op.name.lower()} {name}, x{insn.rd}, x{insn.rs1}"
    if insn.kind in ("plain", "hypervisor"):
        name = insn.insn.value
        return name if insn.kind == "plain" else f"{name} (x{insn.rs1})"
    if insn.kind in ("nop", "float", "illegal"):
        return insn.kind
    return f"{insn.kind} (x{insn.rs1}), {insn.bytes} bytes"


NAME_OF = {address: row.name for address, row in CONFIG.rules.csrs.items()}


def generate(seed: int, count: int) -> tuple[Program, list[Result], Counter[str]]:
    """The program of a seed, what it must give, and why steps were drawn anew."""
    random = Random(seed)
    core = Core()
    steps: list[Step] = []
    results: list[Result] = []
    discarded: Counter[str] = Counter()
    while len(steps) < count:
        work = _Draw(random, len(steps)).step()
        trial = core.copy()
        try:
            results.append(trial.run(work))
        except Unpredictable as reason:
            discarded[str(reason)] += 1
            continue
        steps.append(work)
        core = trial
    return Program(seed, tuple(steps)), results, discarded


def execute(program: Program) -> list[Result]:
    """What a program must give."""
    core = Core()
    return [core.run(work) for work in program.steps]
