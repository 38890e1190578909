"""Sequences of interrupts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Irq, Mode
from utrap_testbench.golden.interrupts import TARGETS

from . import timers
from .source import Source

__all__ = ["pairs", "races", "rivals", "routes"]

#: What shows mip and mie to the modes below M.
_VIEWS = ("sip", "sie", "vsip", "vsie", "hip", "hie", "uip", "uie", "mip")
_TVEC = {Mode.M: "mtvec", Mode.S: "stvec", Mode.VS: "vstvec", Mode.U: "utvec"}
_TARGETS = [target.mode for target in TARGETS]
#: SDT and MDT, with which the enables cannot be 1.
_BUSY = 1 << 24 | 1 << 42
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


def routes(source: Source) -> Iterator[Cycle]:
    """Every interrupt alone, from every mode into every mode that may have it, through vectors of both kinds."""
    plans = [
        (mode, irq, taker, by_timer)
        for mode in source.modes
        for irq in _present(source)
        for taker in _takers(source, mode)
        if taker in _owners(source, irq)
        for by_timer in ((False, True) if source.config.sstc and irq in timers.TIMED else (None,))
    ]
    for mode, irq, taker, by_timer in source.rng.sample(plans, len(plans)):
        tvec = source.rng.getrandbits(source.config.xlen) & ~3 | source.draw(f"vectors of {taker}", (0, 1))
        yield Cycle(source.debug(_TVEC[taker], tvec))
        yield from _take(source, mode, {irq: taker}, by_timer=by_timer)


def pairs(source: Source) -> Iterator[Cycle]:
    """Of every two interrupts each ready beside the other, in some mode and delegated somehow, where it goes first."""
    rng = source.rng
    # Both orders are separate plans; one that no delegation gives is none.
    plans: dict[tuple[int, int], list[tuple[Mode, Mode, Mode]]] = {}
    for mode in source.modes:
        ready = [(irq, to) for irq in _present(source) for to in _takers(source, mode) if to in _owners(source, irq)]
        for (first, to), (second, other) in product(ready, ready):
            if first != second and _rank(source, first, to) < _rank(source, second, other):
                plans.setdefault((first, second), []).append((mode, to, other))
    for first, second in rng.sample(sorted(plans), len(plans)):
        mode, to, other = rng.choice(plans[first, second])
        targets = {first: to, second: other}
        if source.chance(0.1):
            yield from _take(source, mode, targets, is_enabled=False)
        yield from _take(source, mode, targets)
        yield Cycle(source.interrupt())


def rivals(source: Source) -> Iterator[Cycle]:
    """In every mode an interrupt that it takes beside one for each mode whose interrupts wait, before and after it."""
    rng = source.rng
    plans: dict[tuple[Mode, Mode, Mode, bool], list[tuple[int, int]]] = {}
    order = source.rules.priority
    for mode in source.modes:
        ready = [(irq, to) for irq in _present(source) for to in _takers(source, mode) if to in _owners(source, irq)]
        waiting = [(irq, to) for irq in _present(source) for to in _owners(source, irq) if _may_wait(mode, to)]
        for (irq, to), (other, rival) in product(ready, waiting):
            if irq != other and to != rival:
                plans.setdefault((mode, to, rival, order.index(other) < order.index(irq)), []).append((irq, other))
    missing = {(other, rival) for (_, _, rival, _), some in plans.items() for _, other in some}
    for plan in rng.sample(sorted(plans), len(plans)):
        mode, to, rival, _ = plan
        fresh = [pair for pair in plans[plan] if (pair[1], rival) in missing]
        irq, other = rng.choice(fresh or plans[plan])
        missing.discard((other, rival))
        yield from _take(source, mode, {irq: to, other: rival}, shut=rival)
    for other, rival in sorted(missing):
        left = [
            (mode, to, irq)
            for (mode, to, owner, _), some in sorted(plans.items())
            for irq, waiting in some
            if (waiting, owner) == (other, rival)
        ]
        mode, to, irq = rng.choice(left)
        yield from _take(source, mode, {irq: to, other: rival}, shut=rival)


def _may_wait(mode: Mode, owner: Mode) -> bool:
    """Whether interrupts for the owner can be masked in the mode while another is taken."""
    if owner is Mode.VS:
        return mode is not Mode.VU
    return owner is Mode.U or (owner is Mode.S and mode in (Mode.M, Mode.S))


def _present(source: Source) -> list[int]:
    rules = source.rules
    return [irq for irq in sorted(rules.priority) if (rules.mie | rules.sgei) >> irq & 1]


def _owners(source: Source, irq: int) -> set[Mode]:
    """The modes that delegation can give the interrupt to."""
    rules = source.rules
    if not (rules.mideleg | rules.mideleg_read_only_ones) >> irq & 1:
        return {Mode.M}
    owners = {Mode.S} if source.config.s else set()
    if not rules.mideleg_read_only_ones >> irq & 1:
        owners.add(Mode.M)
    if rules.hideleg >> irq & 1:
        owners.add(Mode.VS)
    if (rules.sideleg if source.config.s else rules.mideleg) >> irq & 1:
        owners.add(Mode.U)
    return owners


def _takers(source: Source, mode: Mode) -> list[Mode]:
    """The modes that take interrupts in this one."""
    config = source.config
    takers = [Mode.M, *[Mode.S] * (config.s and mode != Mode.M), *[Mode.VS] * (mode >= Mode.VU)]
    return takers + [Mode.U] * (config.n and (mode == Mode.U or (mode >= Mode.VU and config.shudeleg)))


def _rank(source: Source, irq: int, to: Mode) -> tuple[int, int]:
    """HU-26, warl:local_interrupts: the lower goes first."""
    return _TARGETS.index(to), source.rules.priority.index(irq)


def _take(
    source: Source, mode: Mode, targets: dict[int, Mode], *,
    is_enabled: bool = True, by_timer: bool | None = None, shut: Mode | None = None,
) -> Iterator[Cycle]:  # fmt: skip
    """In the mode, these interrupts pending and enabled, for these modes: one is taken; those for `shut` must wait."""
    views = [name for name in _VIEWS if name in source.csr_number]
    mask = sum(1 << irq for irq in targets)
    yield from source.go_to(mode)
    yield from _delegate(source, targets, shut)
    yield from _pend(source, mask, by_timer)
    yield from _put(source, "mie", mask, source.rules.xlen_mask)
    if is_enabled:
        yield from _enable(source, shut)
    else:
        yield from source.set_up("mstatus", "vsstatus", "hudcfg")
    if source.chance(0.3):
        yield Cycle(source.debug(source.rng.choice(views), 0, CsrOp.READ))
    yield Cycle(source.interrupt())


def _put(source: Source, name: str, value: int, mask: int) -> Iterator[Cycle]:
    """Write a register where the bits of a mask are not so already."""
    if source.has(name):
        row = source.rules.csrs[source.csr_number[name]]
        if (row.read(source.rules, source.state) ^ value) & mask:
            yield Cycle(source.debug(name, value))


def _delegate(source: Source, targets: dict[int, Mode], shut: Mode | None) -> Iterator[Cycle]:
    """Send each to its mode, where the registers have the bits; the rest anywhere."""
    rng = source.rng
    mask = sum(1 << irq for irq in targets)
    for name, modes in (("mideleg", Mode.M), ("hideleg", Mode.VS), ("sideleg", Mode.U)):
        value = rng.getrandbits(max(source.rules.priority) + 1) & ~mask
        for irq, target in targets.items():
            value |= ((target == modes) != (name == "mideleg")) << irq
        yield from _put(source, name, value, mask)
    # A guest's interrupts go to U while EN is set.
    if Mode.U in targets.values():
        yield from _put(source, "hudcfg", int(shut is not Mode.U), 1)
    elif source.has("hudcfg") and source.chance(0.3):
        yield Cycle(source.debug("hudcfg", rng.getrandbits(2)))


def _pend(source: Source, mask: int, by_timer: bool | None) -> Iterator[Cycle]:
    """Exactly these interrupts pending: by line or timer where there is one and chance wants it, else by software."""
    rules = source.rules
    timed = (yield from timers.pend(source, mask, by_timer)) if source.config.sstc else 0
    lines = mask & (sum(1 << irq for irq in _LINES) | rules.local)
    if source.chance(0.5):
        lines &= ~rules.mip_software
    hgeip = None
    if source.config.geilen:
        hgeip = rules.hgei if mask >> Irq.SGEI & 1 else 0
        yield Cycle(source.debug("hgeie", hgeip))
    yield Cycle(source.debug("mip", mask), lines, hgeip)
    if source.config.h:
        yield from _put(source, "hvip", mask & ~timed, source.rules.hvip)


def _enable(source: Source, shut: Mode | None) -> Iterator[Cycle]:
    """Enable interrupts for the mode in hand, and for the others; in hand those for `shut` are not."""
    mode = source.mode
    enables = {Mode.U: 1 << 0, Mode.S: 1 << 1, Mode.M: 1 << 3}
    wanted = sum(enables.values()) & ~(enables.get(mode, 0) if shut is mode else 0)
    status = source.rules.csrs[source.csr_number["mstatus"]].read(source.rules, source.state)
    yield from _put(source, "mstatus", status & ~(sum(enables.values()) | _BUSY) | wanted, enables.get(mode, 0))
    if mode == Mode.VS:
        yield from _put(source, "vsstatus", source.word() & ~(_BUSY | 2) | (shut is not Mode.VS) << 1, 1 << 1)
