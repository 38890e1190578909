"""Sequences of Sstc: the time near what it is compared with, and who may say what that is."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Irq, Mode

from .source import Source

__all__ = ["TIMED", "comparisons", "edges", "ladder", "pend"]

_ONES = (1 << 64) - 1
#: The interrupts that a timer makes pending.
TIMED = _STI, _VSTI = Irq.STI.value, Irq.VSTI.value
#: What shows the pending bits.
_VIEWS = ("mip", "sip", "hip", "vsip")
_COMPARES = ("stimecmp", "stimecmph", "vstimecmp", "vstimecmph")


def comparisons(source: Source) -> Iterator[Cycle]:
    """The time comes to what it is compared with and goes past it, while that, STCE and STIP's software bit change."""
    rng = source.rng
    yield from source.set_up("mideleg", "hideleg", "mie", "mstatus", "vsstatus", "mcounteren", "hcounteren", share=0.8)
    views = [name for name in (*_VIEWS, "hvip", *_COMPARES) if name in source.csr_number]
    for _ in range(rng.randrange(4, 10)):
        yield from _enable(source, source.chance(0.75), source.chance(0.75))
        yield from source.go_somewhere()
        time = rng.choice((0, 1 << 32, 1 << 63, _ONES, rng.getrandbits(64)))
        yield from _compare(source, time, _near(source, 0), _near(source, 0))
        for _ in range(rng.randrange(3, 9)):
            choice = rng.random()
            now = time + _near(source, 0) & _ONES
            if choice < 0.3:
                yield Cycle(source.interrupt(), time=now)
            elif choice < 0.45:
                yield Cycle(source.retire(), source.lines(), time=now)
            elif choice < 0.6:
                yield from _enable(source, source.chance(0.5), source.chance(0.5))
            else:
                yield Cycle(source.access(source.csr_number[rng.choice(views)]), time=now)


def edges(source: Source) -> Iterator[Cycle]:
    """One before, at, and after each compare register, under every combination of what enables the timers."""
    rng = source.rng
    views = [source.csr_number[name] for name in _VIEWS if name in source.csr_number]
    yield from source.go_to(Mode.M)
    plans = list(product((0, 1), (0, 1), (-(1 << 33), -1, 0, 1 << 33)))
    for menvcfg, henvcfg, distance in rng.sample(plans, len(plans)):
        yield from _enable(source, menvcfg, henvcfg)
        time = rng.randrange(1 << 34, _ONES - (1 << 34))
        yield from _compare(source, time, distance, distance)
        yield Cycle(source.access(rng.choice(views)), time=time)
        # The same distance where the guest's time goes through 0.
        yield from _compare(source, time, distance, distance, delta=_ONES - time + (1 << 34))
        yield Cycle(source.access(rng.choice(views)))


def ladder(source: Source) -> Iterator[Cycle]:
    """Every timer CSR read and written in every mode, under every combination of what judges it."""
    rng = source.rng
    names = [name for name in _COMPARES if name in source.csr_number]
    for mode in rng.sample(source.modes, len(source.modes)):
        for number in rng.sample(range(16), 16):
            yield from source.go_to(mode)
            yield from _enable(source, number & 1, number >> 1 & 1)
            for name, place in (("mcounteren", 2), ("hcounteren", 3)):
                if name in source.csr_number:
                    yield Cycle(source.debug(name, number >> place & 1 and 2))
            for name, op in product(names, (CsrOp.READ, rng.choice((CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR)))):
                yield Cycle(source.access(source.csr_number[name], op))


def pend(source: Source, mask: int, by_timer: bool | None) -> Generator[Cycle, None, int]:
    """Of the timers' interrupts those in a mask reached and no other, or the timers off; gives those reached.

    Where nobody says whether it is the timers that make them pending, chance does.
    """
    wanted = [irq for irq in TIMED if mask >> irq & 1]
    timed = [irq for irq in wanted if (source.chance(0.5) if by_timer is None else by_timer)]
    is_on = bool(timed) if wanted else source.chance(0.5)
    yield from _enable(source, is_on, _VSTI in timed or source.chance(0.5))
    reached = {irq: mask >> irq & 1 if irq == _STI else irq in timed for irq in (_STI, _VSTI)}
    far, before = source.rng.choice((0, 1, 1 << 20)), source.rng.choice((1, 1 << 20))
    time = source.rng.randrange(1 << 21, _ONES - (1 << 21))
    yield from _compare(source, time, *(far if reached[irq] else -before for irq in (_STI, _VSTI)))
    yield Cycle(time=time)
    return sum(1 << irq for irq in timed)


def _near(source: Source, number: int) -> int:
    """A number near another one, often itself."""
    return number + source.rng.choice((-2, -1, 0, 0, 1, 2, source.rng.getrandbits(33), -source.rng.getrandbits(33)))


def _enable(source: Source, menvcfg: int, henvcfg: int) -> Iterator[Cycle]:
    """Set or clear STCE in both, by its place in the half that has it."""
    half, place = ("h", 31) if source.config.xlen == 32 else ("", 63)
    for name, is_set in ((f"menvcfg{half}", menvcfg), (f"henvcfg{half}", henvcfg)):
        if name in source.csr_number:
            yield Cycle(source.debug(name, 1 << place, CsrOp.SET if is_set else CsrOp.CLEAR))


def _compare(source: Source, time: int, past: int, guest_past: int, delta: int | None = None) -> Iterator[Cycle]:
    """Let `time` be so far past stimecmp, and the guest's time past vstimecmp."""
    delta = source.rng.choice((0, source.rng.getrandbits(64))) if delta is None else delta
    yield from _put(source, "stimecmp", time - past)
    if source.config.h:
        yield from _put(source, "htimedelta", delta)
        yield from _put(source, "vstimecmp", time + delta - guest_past)


def _put(source: Source, name: str, value: int) -> Iterator[Cycle]:
    """Write a register of 64 bits."""
    value &= _ONES
    yield Cycle(source.debug(name, value & source.rules.xlen_mask))
    if source.config.xlen == 32:
        yield Cycle(source.debug(f"{name}h", value >> 32))
