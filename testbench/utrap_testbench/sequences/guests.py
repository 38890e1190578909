"""Sequences of a guest whose accesses to devices leave it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Mode, Return, TakeException, TrapReturn
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

from .source import PSEUDOINSTRUCTIONS, Source

__all__ = ["device_exits", "windows"]

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
    """Every guest-page fault in every place that a page can have beside windows of every ORDER, delegated to U."""
    rng, rules = source.rng, source.rules
    for name in ("medeleg", "huedeleg"):
        yield Cycle(source.debug(name, _GUEST_FAULTS | source.word()))
    yield Cycle(source.debug("hedeleg", source.word() & ~_GUEST_FAULTS))
    yield Cycle(source.debug("hudcfg", 3))
    for number, name in enumerate(rules.windows):
        for other in rules.windows:
            if other != name:
                yield Cycle(source.debug(other, source.window() & ~1))
        yield from _orders(source, number, name)
        yield from _single_bits(source, name)
    cases = ["implicit access", "windows off", "miss"]
    cases += ["inside", "disabled"] if rules.windows else []
    cases += ["more than one"] if len(rules.windows) > 1 else []
    cases += ["too wide"] if source.config.shtvala and rules.windows else []
    plans = list(product(GUEST_PAGE_FAULTS, cases))
    for cause, place in rng.sample(plans, len(plans)):
        yield Cycle(source.debug("hudcfg", 1 if place == "windows off" else 3))
        page = yield from _set_windows(source, place)
        yield from source.go_to(rng.choice((Mode.VS, Mode.VU)))
        tinsts = PSEUDOINSTRUCTIONS if place == "implicit access" else (0, rng.getrandbits(32) | 1)
        yield Cycle(_fault(source, cause, page, rng.choice(tinsts)))
        if source.chance(0.5):
            yield from _handler(source)


def _orders(source: Source, number: int, name: str) -> Iterator[Cycle]:
    """The window with every ORDER: a page at an edge in it and one just outside; windows take turns at the edges."""
    rng, bits = source.rng, source.rules.page_bits
    for order in range(bits):
        size, blocks = 1 << order, 1 << bits - order
        for is_upper in (False, True) if len(source.rules.windows) == 1 else ((number + order) % 2 == 1,):
            # There must be a page on that side.
            first = (rng.randrange(blocks - 1) if is_upper else rng.randrange(1, blocks)) * size
            yield Cycle(source.debug(name, first + rng.randrange(size) << 10 | order << 1 | 1))
            for page in (first + size - 1, first + size) if is_upper else (first, first - 1):
                yield from _from_guest(source, page)
    beyond = rng.choice((bits, bits + 1, 63))
    yield Cycle(source.debug(name, rng.getrandbits(bits) << 10 | beyond << 1 | 1))
    for cause in GUEST_PAGE_FAULTS:
        yield from _from_guest(source, rng.getrandbits(bits), cause)


def _single_bits(source: Source, name: str) -> Iterator[Cycle]:
    """A page from which the window differs in one bit, each in turn."""
    page = source.rng.getrandbits(source.rules.page_bits)
    yield Cycle(source.debug(name, page << 10 | 1))
    for bit in range(source.rules.page_bits):
        yield from _from_guest(source, page ^ 1 << bit)


def _from_guest(source: Source, page: int, cause: int | None = None) -> Iterator[Cycle]:
    """A guest-page fault; where nobody says which, each of the three in turn."""
    if source.mode < Mode.VU:
        yield from source.go_to(source.rng.choice((Mode.VS, Mode.VU)))
    if cause is None:
        cause = source.draw("guest-page faults", GUEST_PAGE_FAULTS)
    yield Cycle(_fault(source, cause, page, source.rng.getrandbits(32) | 1 if source.chance(0.5) else 0))


def _set_windows(source: Source, place: str) -> Generator[Cycle, None, int]:
    """Write the windows so that the page that is given lies at the place."""
    rng, rules = source.rng, source.rules
    order = rng.randrange(2, 5)
    size = 1 << order
    first = rng.randrange(1 << rules.page_bits >> order) * size
    page = first + rng.randrange(1, size - 1)
    chosen = rng.choice(rules.windows) if rules.windows else ""
    for name in rules.windows:
        if name == chosen and place != "miss":
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
