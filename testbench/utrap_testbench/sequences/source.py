"""Random choices for sequences: modes, causes, operands, and the few cycles that lead into a mode."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from utrap_testbench.env import Cycle
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Mode,
    Resume,
    Retire,
    Return,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
)
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS, Cause
from utrap_testbench.golden.xret import returns_of

__all__ = ["Source"]

T = TypeVar("T")

#: Values of the trap instruction that stand for implicit accesses (HU-16).
PSEUDOINSTRUCTIONS = (0x2000, 0x2020, 0x3000, 0x3020)
_MPP, _MPV, _MPV_HIGH = 3 << 11, 1 << 39, 1 << 7
_MDT, _MDT_HIGH, _NMIE = 1 << 42, 1 << 10, 1 << 3
_DTE, _DTE_HIGH = 1 << 59, 1 << 27
_OPS = tuple(CsrOp)
_MODES = {mode.value: mode for mode in Mode}
_RETURNS = {
    Mode.M: (Return.MRET, Return.MRET, Return.SRET, Return.URET),
    Mode.S: (Return.SRET, Return.SRET, Return.URET),
    Mode.U: (Return.URET,),
    Mode.VS: (Return.SRET,),
    Mode.VU: (Return.URET,),
}


class Source:
    """What a sequence draws from.

    Args:
        config: The hart.
        rng: Every choice comes from here.
        state: Gives the model's state before the next cycle.

    Attributes:
        modes: The modes of the hart.
        owned: Addresses of the unit's CSRs.
        causes: The codes of all exceptions.
        never_delegated: A code that nothing delegates: it leads to M from everywhere.
        sweep: Where the next sweep over all addresses begins.
    """

    def __init__(self, config: Config, rng: random.Random, state: Callable[[], State]) -> None:
        self.config, self.rules, self.rng = config, config.rules, rng
        self._state = state
        self.modes = [Mode.M, Mode.U, *[Mode.S] * config.s, *[Mode.VS, Mode.VU] * config.h]
        self.owned = sorted(config.rules.csrs)
        self.csr_number = {row.name: row.address for row in reversed(config.rules.csrs.values())}
        self.causes = [cause.value for cause in Cause]
        self.never_delegated = 24
        self.sweep = rng.randrange(16)
        self._decks: dict[str, list[Any]] = {}
        self._visits = dict.fromkeys(self.modes, 0)

    @property
    def state(self) -> State:
        """The state before the next cycle."""
        return self._state()

    @property
    def mode(self) -> Mode:
        """The mode before the next cycle."""
        state = self._state()
        return _MODES[state.v << 2 | state.prv]

    @property
    def has_stopped(self) -> bool:
        """In a critical error nothing but reset, or a debugger's halt, brings the hart on."""
        if not self.config.smdbltrp:
            return False
        state = self._state()
        return bool(state.critical and not state.debug)

    def has(self, name: str) -> bool:
        """Whether the hart has the CSR: not one of which the unit owns the address to refuse it."""
        return name in self.csr_number and not self.rules.csrs[self.csr_number[name]].is_placeholder

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def draw(self, deck: str, cards: Sequence[T]) -> T:
        """One of the cards, and none twice before each was drawn once."""
        left = self._decks.setdefault(deck, [])
        if not left:
            left += self.rng.sample(cards, len(cards))
        card: T = left.pop()
        return card

    # Operands.

    def word(self) -> int:
        """A register's value: often all zeros, all ones or one bit, mostly random."""
        rng, xlen = self.rng, self.config.xlen
        choice = rng.random()
        if choice > 0.5:
            return rng.getrandbits(xlen)
        if choice > 0.35:
            return 1 << rng.randrange(xlen)
        if choice > 0.25:
            return self.rules.xlen_mask ^ 1 << rng.randrange(xlen)
        if choice > 0.15:
            return rng.getrandbits(16)
        return self.rules.xlen_mask if choice > 0.07 else 0

    def address(self) -> int:
        """A pc, or a value like it: where registers for them are narrow, mostly one that fits, or nearly."""
        rng, bits = self.rng, self.config.va_bits
        word = rng.getrandbits(self.config.xlen)
        if not bits or self.chance(0.2):
            return word
        ones = self.rules.xlen_mask >> bits
        upper = rng.choice((0, ones, 0, ones, 1, ones ^ 1, (ones >> 1) + 1, ones >> 1))
        return word & (1 << bits) - 1 | upper << bits

    def window(self) -> int:
        """A delegation window's value with a small page number, so that faults lie in and near it."""
        rng = self.rng
        # One of the large orders matches every page, and hides the other windows.
        order = rng.choice((0, 0, 1, 2, 3)) if self.chance(0.9) else self.rules.page_bits + rng.choice((-1, 0, 10))
        page = rng.getrandbits(6) if self.chance(0.9) else rng.getrandbits(self.rules.page_bits)
        return page << 10 | min(order, 63) << 1 | self.chance(0.65)

    def value_for(self, name: str) -> int:
        """A value worth writing to the register."""
        return self.window() if name.startswith("hugpaw") else self.word()

    # Events.

    def exception(self, cause: int | None = None) -> TakeException:
        """An exception; a guest-page fault often near the windows."""
        rng = self.rng
        if cause is None:
            cause = rng.choice(self.causes) if self.chance(0.96) else rng.randrange(64)
        tval2 = rng.getrandbits(5) << 10 | rng.getrandbits(10)
        tinst = 0
        if cause in GUEST_PAGE_FAULTS:
            if self.chance(0.15):
                tval2 = rng.getrandbits(self.config.xlen)
            tinst = rng.choice((0, *PSEUDOINSTRUCTIONS, rng.getrandbits(32) | 1, rng.getrandbits(32)))
        elif self.chance(0.4):
            tinst = rng.getrandbits(32)
        return TakeException(
            cause=cause,
            pc=self.address(),
            tval=self.address(),
            gva=rng.getrandbits(1),
            tval2=tval2,
            tinst=tinst,
        )

    def interrupt(self) -> TakeInterrupt:
        return TakeInterrupt(pc=self.address())

    def lines(self) -> int:
        """Levels of the lines, each as likely 0 as 1."""
        local = self.rng.getrandbits(self.config.xlen) & self.rules.local if self.rules.local else 0
        return self.rng.getrandbits(12) | local

    def trap_return(self) -> TrapReturn:
        """A return, mostly one that the mode may execute."""
        choices = _RETURNS[self.mode] if self.chance(0.85) else returns_of(self.config)
        return TrapReturn(insn=self.rng.choice(choices))

    def access(
        self,
        address: int,
        op: CsrOp | None = None,
        wdata: int | None = None,
        exists: int | None = None,
        may_dirty: bool = True,
    ) -> CsrAccess:
        """A CSR instruction at an address, with an answer from outside should the unit not own it."""
        rng = self.rng
        noise = rng.getrandbits(8)
        return CsrAccess(
            address=address,
            op=rng.choice(_OPS) if op is None else op,
            wdata=self.word() if wdata is None else wdata,
            ext_exists=int(noise & 3 != 0) if exists is None else exists,
            ext_rdata=rng.getrandbits(self.config.xlen),
            fs_dirty=noise >> 4 & noise >> 5 & int(may_dirty),
            vs_dirty=noise >> 6 & noise >> 7 & int(may_dirty),
        )

    def csr(self) -> CsrAccess:
        """An access to a random CSR: one of the unit's, or one outside."""
        address = self.rng.choice(self.owned) if self.chance(0.85) else self.rng.randrange(4096)
        wdata = self.window() if self.config.shudeleg and address >> 3 == 0x6E0 >> 3 else None
        return self.access(address, wdata=wdata)

    def retire(self) -> Retire:
        return Retire(fs_dirty=self.rng.getrandbits(1), vs_dirty=self.rng.getrandbits(1))

    def debug(self, name: str, value: int, op: CsrOp = CsrOp.WRITE) -> CsrAccess:
        """A debugger's access: it works in every mode."""
        return CsrAccess(address=self.csr_number[name], op=op, wdata=value, debug=True)

    # Short ways.

    def set_up(self, *names: str, share: float = 1.0) -> Iterator[Cycle]:
        """Give the registers new values, those that the hart has; `share` of them."""
        for name in names:
            if name in self.csr_number and (share == 1.0 or self.chance(share)):
                yield Cycle(self.debug(name, self.value_for(name)))

    def settle(self, share: float = 0.97) -> Iterator[Cycle]:
        """Mostly let M take traps and interrupts, which reset and the entries into M forbid: MDT and NMIE."""
        if self.config.smdbltrp and self.state.mstatus_mdt and self.chance(share):
            yield self.clear_mdt()
        if self.config.smrnmi and not self.state.mnstatus_nmie and self.chance(share):
            yield Cycle(self.debug("mnstatus", _NMIE, CsrOp.SET))

    def clear_mdt(self) -> Cycle:
        """With Smdbltrp: let M take traps."""
        name, bit = ("mstatus", _MDT) if self.config.xlen == 64 else ("mstatush", _MDT_HIGH)
        return Cycle(self.debug(name, bit, CsrOp.CLEAR))

    def set_dte(self, mdte: int, hdte: int) -> Iterator[Cycle]:
        """Write DTE in menvcfg and henvcfg; what is cleared takes SDT along."""
        half, bit = ("", _DTE) if self.config.xlen == 64 else ("h", _DTE_HIGH)
        for name, value in ((f"menvcfg{half}", mdte), (f"henvcfg{half}", hdte)):
            if name in self.csr_number:
                yield Cycle(self.debug(name, bit, CsrOp.SET if value else CsrOp.CLEAR))

    def go_to(self, mode: Mode) -> Iterator[Cycle]:
        """Enter the mode: by a return that leads there, or by a trap to M and MRET; out of Debug Mode first."""
        if self.state.debug:
            yield Cycle(Resume())
        yield from self.settle()
        if self.mode == mode:
            return
        insn = self._return_to(mode)
        if insn is not None:
            yield Cycle(TrapReturn(insn=insn))
            return
        if self.mode != Mode.M:
            yield Cycle(self.exception(self.never_delegated))
        if mode == Mode.M:
            yield from self.settle()
            return
        yield from self.leave_m(mode)

    def _return_to(self, mode: Mode) -> Return | None:
        """The return of the mode in hand that leads to the other one, where its status is so."""
        state = self.state
        now = self.mode
        if now is Mode.M:
            leads_to = 3 if state.mstatus_mpp == 3 else state.mstatus_mpv << 2 | state.mstatus_mpp
            insn = Return.MRET
        elif now is Mode.S and not state.mstatus_tsr:
            leads_to, insn = state.hstatus_spv << 2 | state.mstatus_spp, Return.SRET
        elif now is Mode.VS and not state.hstatus_vtsr:
            leads_to, insn = 4 | state.vsstatus_spp, Return.SRET
        elif now is Mode.U and state.hudcfg_en and state.hustatus_upv:
            leads_to, insn = 4 | state.hustatus_upvp, Return.URET
        else:
            return None
        return insn if leads_to == mode else None

    def leave_m(self, mode: Mode) -> Iterator[Cycle]:
        """From M to a mode below it, by MRET."""
        prv, v = mode & 3, mode >> 2
        status = self.rules.csrs[self.csr_number["mstatus"]].read(self.rules, self.state) & ~(_MPP | _MPV)
        if self.config.xlen == 64:
            yield Cycle(self.debug("mstatus", status | prv << 11 | (_MPV if v else 0)))
        else:
            yield Cycle(self.debug("mstatus", status | prv << 11))
            if self.config.h:
                yield Cycle(self.debug("mstatush", _MPV_HIGH, CsrOp.SET if v else CsrOp.CLEAR))
        yield Cycle(TrapReturn(insn=Return.MRET))

    def go_somewhere(self) -> Iterator[Cycle]:
        """Enter a mode, the more likely the less often it was entered so."""
        rarest = min(self._visits.values())
        mode = self.rng.choice([mode for mode, count in self._visits.items() if count <= rarest + 1])
        self._visits[mode] += 1
        yield from self.go_to(mode)
