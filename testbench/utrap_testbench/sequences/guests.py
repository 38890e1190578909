"""Sequences of a guest whose accesses to devices leave it."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Mode, Return, TakeException, TrapReturn
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS

from .source import PSEUDOINSTRUCTIONS, Source

__all__ = ["device_exits"]

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
        yield Cycle(_fault(source))
        yield from _handler(source)


def _fault(source: Source) -> TakeException:
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
    tinst = rng.choice((0, 0, rng.getrandbits(32) | 3, rng.getrandbits(32), rng.choice(PSEUDOINSTRUCTIONS)))
    return TakeException(
        cause=rng.choice(GUEST_PAGE_FAULTS),
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
