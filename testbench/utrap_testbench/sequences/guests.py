"""Sequences of a guest whose accesses to devices leave it."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Mode, Return, TakeException, TrapReturn
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

from .source import PSEUDOINSTRUCTIONS, Source

__all__ = ["device_exits", "windows"]

#: Where a page lies beside a window of so many pages, counted from its first.
_PLACES: dict[str, Callable[[int, random.Random], int]] = {
    "first page": lambda size, rng: 0,
    "last page": lambda size, rng: size - 1,
    "page before": lambda size, rng: -1,
    "page after": lambda size, rng: size,
    "inside": lambda size, rng: rng.randrange(1, size - 1),
    "disabled": lambda size, rng: rng.randrange(size),
    "every page": lambda size, rng: rng.getrandbits(60),
}
_PAGE_BITS = 12
_GUEST_FAULTS = sum(1 << cause for cause in GUEST_PAGE_FAULTS)


def device_exits(source: Source) -> Iterator[Cycle]:
    """A guest touches devices: pages in, at the edges of and just outside windows; the handler reads and returns."""
    rng, config = source.rng, source.config
    yield Cycle(source.debug("medeleg", source.rules.xlen_mask if source.chance(0.8) else source.word()))
    yield Cycle(source.debug("hedeleg", source.word() & ~_GUEST_FAULTS))
    if config.shudeleg:
        yield Cycle(source.debug("huedeleg", _GUEST_FAULTS | source.word()))
        yield from source.set_up(*(f"hugpaw{i}" for i in range(config.windows)), "utvec", "sedeleg", share=0.9)
        yield Cycle(source.debug("hudcfg", 3 if source.chance(0.7) else rng.randrange(4)))
    for _ in range(rng.randrange(3, 16)):
        yield from source.go_to(Mode.VS if source.chance(0.6) else Mode.VU)
        if config.shudeleg and source.chance(0.2):
            yield from source.set_up(*(f"hugpaw{i}" for i in range(config.windows)), share=0.3)
        yield Cycle(_device_fault(source))
        yield from _handler(source)


def windows(source: Source) -> Iterator[Cycle]:
    """Every guest-page fault in every place that a page can have beside the windows, delegated to U."""
    rng, rules = source.rng, source.rules
    for name in ("medeleg", "huedeleg"):
        yield Cycle(source.debug(name, _GUEST_FAULTS | source.word()))
    yield Cycle(source.debug("hedeleg", source.word() & ~_GUEST_FAULTS))
    cases = [(window, place) for window in rules.windows for place in _PLACES]
    cases += [("", "implicit access"), ("", "windows off"), ("", "miss")]
    cases += [(window, "more than one") for window in rules.windows[1:2]]
    if source.config.shtvala:
        cases += [(window, "too wide") for window in rules.windows]
    plans = [(cause, *case) for cause in GUEST_PAGE_FAULTS for case in cases]
    for cause, window, place in rng.sample(plans, len(plans)):
        yield Cycle(source.debug("hudcfg", 1 if place == "windows off" else 3))
        page = yield from _set_windows(source, window, place)
        yield from source.go_to(rng.choice((Mode.VS, Mode.VU)))
        tinsts = PSEUDOINSTRUCTIONS if place == "implicit access" else (0, rng.getrandbits(32) | 1)
        yield Cycle(_fault(source, cause, page, rng.choice(tinsts)))
        if source.chance(0.5):
            yield from _handler(source)


def _set_windows(source: Source, chosen: str, place: str) -> Generator[Cycle, None, int]:
    """Write the windows so that the page that is given lies at the place, and mostly outside the other windows."""
    rng, rules = source.rng, source.rules
    order = rules.page_bits + rng.randrange(2) if place == "every page" else rng.randrange(2, 5)
    size = 1 << order
    # Neither the lowest of its size nor the highest, so that there are pages on both sides.
    first = rng.randrange(1, (1 << rules.page_bits >> order) - 1) * size if place != "every page" else 0
    offset = _PLACES[place](size, rng) if place in _PLACES else rng.randrange(size)
    page = first + offset & (1 << rules.page_bits) - 1
    for name in rules.windows:
        if name == chosen:
            value = first << 10 | order << 1 | (place != "disabled")
        elif place == "more than one":
            value = page << 10 | rng.randrange(3) << 1 | 1
        else:
            value = (page ^ 1 << rng.randrange(5, rules.page_bits)) << 10 | rng.randrange(4) << 1 | rng.getrandbits(1)
        yield Cycle(source.debug(name, value))
    return page | _above(source) if place == "too wide" else page


def _above(source: Source) -> int:
    """A bit, and more, of an address that is wider than the widest guest mode's."""
    above = source.config.xlen - _PAGE_BITS - source.rules.page_bits
    return (1 << source.rng.randrange(above) | source.rng.getrandbits(above)) << source.rules.page_bits


def _device_fault(source: Source) -> TakeException:
    """A guest-page fault at a page that matters to one of the windows."""
    rng, rules = source.rng, source.rules
    page = rng.getrandbits(6)
    if rules.windows and source.chance(0.85):
        window = getattr(source.state, rng.choice(rules.windows))
        order = window >> 1 & 63
        size = 1 << min(order, rules.page_bits)
        first = (window >> 10) & ~(size - 1)
        page = rng.choice((first, first + size - 1, first - 1, first + size, first + rng.randrange(size)))
        page &= (1 << rules.page_bits) - 1
    if source.config.shtvala and source.chance(0.1):
        page |= _above(source)
    tinst = rng.choice((0, 0, rng.getrandbits(32) | 3, rng.getrandbits(32), rng.choice(PSEUDOINSTRUCTIONS)))
    return _fault(source, rng.choice(GUEST_PAGE_FAULTS), page, tinst)


def _fault(source: Source, cause: int, page: int, tinst: int) -> TakeException:
    rng = source.rng
    return TakeException(
        cause=cause,
        pc=rng.getrandbits(source.config.xlen),
        tval=rng.getrandbits(source.config.xlen),
        gva=1,
        tval2=page << 10 | rng.getrandbits(10),
        tinst=tinst,
    )


def _handler(source: Source) -> Iterator[Cycle]:
    """What a handler does in the mode that got the exit: read what it needs, step over, return."""
    rng = source.rng
    reads = {
        Mode.U: ("hutval", "hutinst", "utval", "ucause", "hustatus"),
        Mode.S: ("htval", "htinst", "stval", "scause", "hstatus"),
        Mode.M: ("mtval2", "mtinst", "mtval", "mcause"),
    }.get(source.mode, ("scause",))
    for name in rng.sample(reads, rng.randrange(len(reads) + 1)):
        if name in source.csr_number:
            yield Cycle(source.access(source.csr_number[name], CsrOp.READ))
    epc, insn = {
        Mode.U: ("uepc", Return.URET),
        Mode.M: ("mepc", Return.MRET),
    }.get(source.mode, ("sepc", Return.SRET))
    if source.chance(0.6):
        yield Cycle(source.access(source.csr_number[epc], CsrOp.WRITE))
    if source.chance(0.15) and source.config.shudeleg:
        yield Cycle(source.access(source.csr_number["hustatus"]))
    yield Cycle(TrapReturn(insn=insn))
