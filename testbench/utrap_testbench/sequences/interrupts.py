"""Sequences of interrupts."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Irq, Mode

from .source import Source

__all__ = ["pairs", "races"]

#: What shows mip and mie to the modes below M.
_VIEWS = ("sip", "sie", "vsip", "vsie", "hip", "hie", "uip", "uie", "mip")
_LINES = (Irq.MEI, Irq.MSI, Irq.MTI, Irq.SEI, Irq.UEI)


def races(source: Source) -> Iterator[Cycle]:
    """Lines and pending bits change in the very cycles of exceptions, returns and accesses to what masks them."""
    yield from source.set_up("mideleg", "hideleg", "sideleg", "mie", "mstatus", "vsstatus", "hudcfg", share=0.8)
    names = [n for n in ("mie", "sie", "vsie", "mip", "sip", "hvip", "uip", "uie", "mideleg") if n in source.csr_number]
    for _ in range(source.rng.randrange(4, 12)):
        yield from source.go_somewhere()
        for _ in range(source.rng.randrange(2, 9)):
            hgeip = source.rng.getrandbits(source.config.xlen) if source.config.geilen else None
            choice = source.rng.random()
            if choice < 0.4:
                yield Cycle(source.interrupt(), source.lines(), hgeip)
            elif choice < 0.6:
                yield Cycle(source.exception(), source.lines(), hgeip)
            elif choice < 0.75:
                yield Cycle(source.trap_return(), source.lines(), hgeip)
            else:
                name = source.rng.choice(names)
                yield Cycle(source.access(source.csr_number[name]), source.lines(), hgeip)


def pairs(source: Source) -> Iterator[Cycle]:
    """Two interrupts at once, or one, in a random mode, delegated anyhow, taken one after the other."""
    rules, rng = source.rules, source.rng
    views = [name for name in _VIEWS if name in source.csr_number]
    present = [irq for irq in Irq if (rules.mie | rules.sgei) >> irq & 1]
    plans = [(mode, irq, taker) for mode in source.modes for irq in present for taker in _takers(source, mode)]
    for _ in range(rng.randrange(4, 16)):
        mode, irq, taker = source.draw("interrupts", plans)
        yield from source.go_to(mode)
        targets = {irq: taker}
        if source.chance(0.75):
            targets.setdefault(source.draw("second interrupt", present), rng.choice(_takers(source, mode)))
        yield from _delegate(source, targets)
        mask = sum(1 << irq for irq in targets)
        yield from _pend(source, mask)
        yield from _enable(source, mask)
        for name in rng.sample(views, min(2, len(views))):
            yield Cycle(source.debug(name, 0, CsrOp.READ))
        for _ in range(3):
            yield Cycle(source.interrupt())


def _takers(source: Source, mode: Mode) -> list[Mode]:
    """The modes that take interrupts in this one."""
    config = source.config
    takers = [Mode.M, *[Mode.S] * (config.s and mode != Mode.M), *[Mode.VS] * (mode >= Mode.VU)]
    return takers + [Mode.U] * (config.n and (mode == Mode.U or (mode >= Mode.VU and config.shudeleg)))


def _delegate(source: Source, targets: dict[Irq, Mode]) -> Iterator[Cycle]:
    """Send each to its mode, where the registers have the bits; the rest anywhere."""
    rng = source.rng
    values = {name: rng.getrandbits(13) for name in ("mideleg", "hideleg", "sideleg")}
    for irq, target in targets.items():
        for name, is_set in (
            ("mideleg", target != Mode.M),
            ("hideleg", target == Mode.VS),
            ("sideleg", target == Mode.U),
        ):
            values[name] = values[name] & ~(1 << irq) | is_set << irq
    values["hudcfg"] = int(source.chance(0.8))
    for name, value in values.items():
        if name in source.csr_number:
            yield Cycle(source.debug(name, value))


def _pend(source: Source, mask: int) -> Iterator[Cycle]:
    """Exactly these interrupts pending: by line where there is one and chance wants it, else by software."""
    rules = source.rules
    lines = mask & sum(1 << irq for irq in _LINES)
    if source.chance(0.5):
        lines &= ~rules.mip_software
    hgeip = None
    if source.config.geilen:
        hgeip = rules.hgei if mask >> Irq.SGEI & 1 else 0
        yield Cycle(source.debug("hgeie", hgeip))
    yield Cycle(source.debug("mip", mask), lines, hgeip)
    if source.config.h:
        yield Cycle(source.debug("hvip", mask))


def _enable(source: Source, mask: int) -> Iterator[Cycle]:
    """Enable them, and in the mode in hand mostly all of them together."""
    yield Cycle(source.debug("mie", mask))
    if source.chance(0.8):
        everything = 1 | 1 << 1 | 1 << 3
        status = source.rules.csrs[source.csr_number["mstatus"]].read(source.rules, source.state)
        yield Cycle(source.debug("mstatus", status | everything))
        if source.config.h and source.mode in (Mode.VS, Mode.VU):
            yield Cycle(source.debug("vsstatus", 1 << 1))
