"""Making records from the model: random legal states and events, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Query,
    Resume,
    Retire,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    registers,
    reset_state,
)
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS
from utrap_testbench.golden.legality import instructions_of
from utrap_testbench.golden.rules import IRQ_S, IRQ_U, IRQ_VS
from utrap_testbench.golden.xret import returns_of

from .encoding import DRET, encode, encode_csr
from .model import run_on_model
from .record import Record, kinds_of

_OPS = {CsrOp.WRITE: "csrrw", CsrOp.SET: "csrrs", CsrOp.CLEAR: "csrrc", CsrOp.READ: "csrrs"}
_CAUSES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 18, 19, 20, 21, 22, 23)
_PSEUDOINSTRUCTIONS = (0x2000, 0x2020, 0x3000, 0x3020)
#: Outside the trap unit: PMP, counters, triggers and a user-level one, to exercise what the trap unit says of them.
EXTERNAL = frozenset(
    (
        0x001,
        0x003,
        0x00A,
        0xC22,
        0x3A0,
        0x5A8,
        0x6A8,
        0x7A0,
        0xB00,
        0xC00,
        0xC01,
        0xC02,
        0xC05,
        0xC80,
        0xC82,
        0xDB0,
        0xFB0,
    )
)


def generate(
    config: Config,
    count: int,
    seed: int,
    kinds: tuple[str, ...] = (),
    external: frozenset[int] = EXTERNAL,
) -> Iterator[Record]:
    """`count` records, each from a fresh random state; without `kinds` of all that the hart has.

    `external` is what the header should say. Raises `ValueError` for a kind
    that the hart has not.
    """
    allowed = kinds_of(config)
    unknown = set(kinds) - set(allowed)
    if unknown:
        raise ValueError(f"kinds is {', '.join(sorted(unknown))}: allowed are {', '.join(allowed)}")
    return _generated(_Random(config, seed, external), count, kinds or allowed)


def _generated(source: _Random, count: int, kinds: tuple[str, ...]) -> Iterator[Record]:
    for _ in range(count):
        yield source.record(source.rng.choice(kinds))


def random_state(config: Config, rng: random.Random) -> State:
    """A legal state with values that matter: random bits, and often all or none of them."""
    return _Random(config, 0, EXTERNAL, rng).state()


class _Random:
    """Draws states and events for one configuration."""

    def __init__(self, config: Config, seed: int, external: frozenset[int], rng: random.Random | None = None) -> None:
        self.config, self.rules, self.external = config, config.rules, external
        self.rng = random.Random(seed) if rng is None else rng
        self.modes = [(3, 0), (0, 0)] + [(1, 0)] * config.s + [(0, 1), (1, 1)] * config.h
        self.owned = sorted(config.rules.csrs)
        executed = {insn.value for insn in Return}
        self.judged = [insn for insn in instructions_of(config) if insn.value not in executed]

    def word(self) -> int:
        """A value for a register: often special, mostly random."""
        mask = self.rules.xlen_mask
        choice = self.rng.randrange(8)
        if choice == 0:
            return 0
        if choice == 1:
            return mask
        if choice == 2:
            return 1 << self.rng.randrange(self.config.xlen)
        if choice == 3:
            return 0x80000000 | self.rng.getrandbits(24) << 2
        return self.rng.getrandbits(self.config.xlen)

    def state(self) -> State:
        rng, r = self.rng, self.rules
        s = reset_state(self.config)
        for name, _, write in r.registers:
            # Half of the registers stay as after reset, so that lines are short and rare cases meet.
            if name in ("mstatus", "mie", "medeleg", "mideleg", "hstatus") or rng.random() < 0.5:
                write(r, s, self.window() if name.startswith("hugpaw") else self.word())
        s.mip_software = rng.getrandbits(16) & r.mip_software
        s.line_msip, s.line_mtip, s.line_meip = (rng.randrange(2) for _ in range(3))
        s.line_seip, s.line_ueip = rng.randrange(2) & r.has_s, rng.randrange(2) & r.has_n
        s.hgeip = rng.getrandbits(self.config.xlen) & r.hgei
        s.prv, s.v = rng.choice(self.modes)
        if r.sdext and rng.random() < 0.1:
            s.prv, s.v, s.debug = 3, 0, 1
        return s

    def window(self) -> int:
        """A window with a small page number and a small ORDER, so that some fault lies in it."""
        page = self.rng.getrandbits(4)
        order = self.rng.choice((0, 0, 1, 2, 3, 4, self.rules.page_bits, 63))
        return page << 10 | order << 1 | (self.rng.random() < 0.7)

    def record(self, kind: str) -> Record:
        before = self.state()
        pc = self.word() & self.rules.epc_mask
        details, event = _EVENTS[kind](self, pc)
        if self.rng.random() < 0.5:
            self.favour(before, event)
        pre = registers(self.config, before)
        record = Record(
            kind=kind, pc=pc, pre=pre, event=event, details=details, post_pc=0, post={},
            # What is asked of `run_on_model`; the answers replace it.
            result={},
        )  # fmt: skip
        result = run_on_model(self.config, record)
        record.post_pc = result.pc
        record.post = {n: x for n, x in result.registers.items() if x != pre[n] or n in ("prv", "v")}
        record.pre = {n: x for n, x in pre.items() if x or n in ("prv", "v")}
        record.result = result.answers
        return record

    def favour(self, s: State, event: Event) -> None:
        """Make likely what random registers seldom give: traps into U and VS, and returns from them."""
        rng = self.rng
        if self.config.shudeleg:
            s.hudcfg_en, s.hudcfg_wen = int(rng.random() < 0.8), rng.randrange(2)
            s.hustatus_upv = rng.randrange(2)
        if isinstance(event, TakeException):
            bit = 1 << event.cause
            s.medeleg |= bit & self.rules.medeleg
            for name, chance in (("hedeleg", 0.3), ("sedeleg", 0.7), ("huedeleg", 0.8)):
                kept = getattr(s, name) & ~bit
                setattr(s, name, kept | (bit & getattr(self.rules, name) if rng.random() < chance else 0))
        elif isinstance(event, TakeInterrupt):
            self.favour_interrupts(s)
        elif isinstance(event, Resume):
            s.prv, s.v, s.debug = 3, 0, 1
            s.mstatus_mprv = rng.randrange(2)
            s.dcsr_prv, s.dcsr_v = rng.choice(self.modes)

    def favour_interrupts(self, s: State) -> None:
        """Interrupts of one level, pending and enabled and delegated, mostly without those of higher levels."""
        rng, r = self.rng, self.rules
        wanted = rng.choice((IRQ_S, IRQ_VS | r.sgei, IRQ_U)) & r.mie
        if rng.random() < 0.8:
            s.mie &= wanted
        s.mie |= wanted & rng.getrandbits(16)
        s.mip_software |= wanted & r.mip_software & rng.getrandbits(16)
        s.hvip |= wanted & r.hvip & rng.getrandbits(16)
        for name in ("mideleg", "hideleg", "sideleg"):
            if rng.random() < 0.8:
                setattr(s, name, getattr(s, name) | getattr(r, name))

    # Events: the details as written, and the model's event.

    def exception(self, pc: int) -> tuple[dict[str, Any], Event]:
        rng = self.rng
        cause = rng.choice(_CAUSES if rng.random() < 0.95 else range(64))
        if self.config.h and rng.random() < 0.2:
            cause = rng.choice(sorted(GUEST_PAGE_FAULTS))
        tval, gva, tval2, tinst = self.word(), rng.randrange(2), 0, 0
        if cause in GUEST_PAGE_FAULTS:
            tval2 = rng.getrandbits(5) << 10 | rng.getrandbits(10) if rng.random() < 0.7 else self.word()
            tval2 &= self.rules.xlen_mask
            tinst = rng.choice((0, *_PSEUDOINSTRUCTIONS, rng.getrandbits(32) | 1))
        elif rng.random() < 0.3:
            tinst = rng.getrandbits(32)
        details = {"cause": cause, "tval": hex(tval), "gva": gva, "tval2": hex(tval2), "tinst": hex(tinst)}
        return details, TakeException(cause=cause, pc=pc, tval=tval, gva=gva, tval2=tval2, tinst=tinst)

    def interrupt(self, pc: int) -> tuple[dict[str, Any], Event]:
        rng, r = self.rng, self.rules
        lines = 0
        for bit in (3, 7, 11) + (8,) * r.has_n + (9,) * r.has_s:
            lines |= rng.randrange(2) << bit
        details: dict[str, Any] = {"lines": hex(lines)}
        hgeip = None
        if r.geilen > 0:
            hgeip = rng.getrandbits(self.config.xlen) & r.hgei
            details["hgeip"] = hex(hgeip)
        return details, TakeInterrupt(pc=pc, lines=lines, hgeip=hgeip)

    def xret(self, pc: int) -> tuple[dict[str, Any], Event]:
        insn = self.rng.choice(returns_of(self.config))
        return {"insn": insn.value, "bits": hex(encode(Insn(insn.value)))}, TrapReturn(insn=insn)

    def legality(self, pc: int) -> tuple[dict[str, Any], Event]:
        insn = self.rng.choice(self.judged)
        return {"insn": insn.value, "bits": hex(encode(insn))}, Query(insn=insn)

    def csr(self, pc: int) -> tuple[dict[str, Any], Event]:
        rng = self.rng
        address = rng.choice(self.owned)
        if rng.random() < 0.15:
            address = rng.choice(sorted(self.external) or [0x7FF]) if rng.random() < 0.7 else rng.randrange(4096)
        op, ren, wdata = rng.choice(list(CsrOp)), rng.randrange(2), self.word()
        details: dict[str, Any] = {"op": _OPS[op], "csr": hex(address)}
        owned = self.rules.csrs.get(address)
        if owned is not None:
            details["name"] = owned.name
        details |= {"bits": hex(encode_csr(op, address, ren=ren)), "ren": ren, "wen": int(op is not CsrOp.READ)}
        if op is not CsrOp.READ:
            details["wdata"] = hex(wdata)
        else:
            wdata = 0
        details["tracked"] = int(owned is not None)
        exists, fs_dirty, vs_dirty = int(address in self.external), 0, 0
        if owned is None and rng.random() < 0.5:
            fs_dirty, vs_dirty = rng.randrange(2), rng.randrange(2)
            details |= {"fs_dirty": fs_dirty, "vs_dirty": vs_dirty}
        debug = rng.random() < 0.1
        if debug:
            details["debug"] = 1
        return details, CsrAccess(
            address=address, op=op, wdata=wdata, debug=debug, ext_exists=exists,
            fs_dirty=fs_dirty, vs_dirty=vs_dirty,
        )  # fmt: skip

    def retire(self, pc: int) -> tuple[dict[str, Any], Event]:
        fs_dirty, vs_dirty = self.rng.randrange(2), self.rng.randrange(2)
        return {"fs_dirty": fs_dirty, "vs_dirty": vs_dirty}, Retire(fs_dirty=fs_dirty, vs_dirty=vs_dirty)

    def halt(self, pc: int) -> tuple[dict[str, Any], Event]:
        cause, nmip = self.rng.randrange(8), self.rng.randrange(2)
        return {"cause": cause, "nmip": nmip}, Halt(pc=pc, cause=cause, nmip=nmip)

    def resume(self, pc: int) -> tuple[dict[str, Any], Event]:
        return {"bits": hex(DRET)}, Resume()


_EVENTS: dict[str, Callable[[_Random, int], tuple[dict[str, Any], Event]]] = {
    "exception": _Random.exception,
    "interrupt": _Random.interrupt,
    "xret": _Random.xret,
    "legality": _Random.legality,
    "csr": _Random.csr,
    "retire": _Random.retire,
    "halt": _Random.halt,
    "resume": _Random.resume,
}
