"""Sequences of views: registers that show bits of others where delegation lets them."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrAccess, CsrOp, Irq, Mode
from utrap_testbench.golden.isa import bits

from .source import Source

__all__ = ["lines", "masked", "written"]

_MASKS = ("medeleg", "mideleg", "hideleg", "sideleg")
#: What a guest reaches in the place of its own CSRs, and how it names those.
_GUESTS = {"vsie": "sie", "vsip": "sip"}
#: The views that can be written, by whether mideleg masks them alone.
_WRITTEN = {"sie": True, "sip": True, "uie": False, "uip": False, "vsie": False, "vsip": False}
_PENDING = ("mip", "sip", "uip", "hip", "hvip", "vsip")
_LINES = bits(Irq.SEI, Irq.UEI)
#: SEIP, UEIP and VSEIP wherever one of these registers has them.
_SENSED = _LINES | bits(Irq.VSEI)
_VIEWS = ("sie", "sip", "vsie", "vsip", "uie", "uip", "hie", "hip", "hideleg", "sideleg", "sedeleg")


def masked(source: Source) -> Iterator[Cycle]:
    """Everything pending and enabled, read through every view: delegation is all, none, and of one register alone."""
    ones = source.rules.xlen_mask
    patterns = [(ones,) * 4, (0,) * 4, (0, 0, ones, ones), (ones, ones, 0, 0)]
    half = source.rng.getrandbits(source.config.xlen)
    patterns += [(half,) * 4, (half ^ ones,) * 4]
    for name in ("menvcfg", "menvcfgh"):  # with STCE software has no STIP
        if source.has(name):
            yield Cycle(source.debug(name, 0))
    for name in ("mie", "mip", "hvip", "sedeleg"):
        if source.has(name):
            yield Cycle(source.debug(name, ones), lines=ones)
    for pattern in source.rng.sample(patterns, len(patterns)):
        for name, value in zip(_MASKS, pattern, strict=True):
            if source.has(name):
                yield Cycle(source.debug(name, value))
        for name in source.rng.sample(_VIEWS, len(_VIEWS)):
            if source.has(name):
                yield Cycle(source.debug(name, 0, CsrOp.READ))
    yield Cycle(lines=0)


def written(source: Source) -> Iterator[Cycle]:
    """Every view written while delegation hides what is behind it, so that a bit that the mask lets by changes."""
    ones = source.rules.xlen_mask
    plans = [(mideleg, stored) for mideleg in (0, ones) for stored in (0, ones)]
    for mideleg, stored in source.rng.sample(plans, len(plans)):
        # Where mideleg does not mask, the others do.
        names = [name for name, by_mideleg in _WRITTEN.items() if source.has(name) and not (by_mideleg and mideleg)]
        yield from source.go_to(Mode.M)
        values = {"mideleg": mideleg, "hideleg": mideleg ^ ones, "sideleg": mideleg ^ ones}
        values |= dict.fromkeys(("mie", "mip", "hvip"), stored)
        for name, value in values.items():
            if source.has(name):
                yield Cycle(source.debug(name, value), lines=0)
        for name in source.rng.sample(names, len(names)):
            for is_debuggers in source.rng.sample((False, True), 2):
                yield Cycle(_written(source, name, stored, is_debuggers))
        guests = [own for name, own in _GUESTS.items() if name in names]
        if guests:
            yield from source.go_to(Mode.VS)
            for name in source.rng.sample(guests, len(guests)):
                yield Cycle(_written(source, name, stored, False))


def _written(source: Source, name: str, stored: int, is_debuggers: bool) -> CsrAccess:
    """A write that would change what is stored: by CSRRW, or ones by CSRRS, zeros by CSRRC."""
    ones = source.rules.xlen_mask
    op, operand = (CsrOp.CLEAR, ones) if stored else (CsrOp.SET, ones)
    if source.chance(0.5):
        op, operand = CsrOp.WRITE, stored ^ ones
    return source.debug(name, operand, op) if is_debuggers else source.access(source.csr_number[name], op, operand)


def lines(source: Source) -> Iterator[Cycle]:
    """The lines high, and nothing stored: every register that shows them read, written, and its other bits changed."""
    names = [name for name in _PENDING if source.has(name)]
    vgein = source.rng.randrange(1, source.config.geilen + 1) if source.config.geilen else 0
    yield from source.go_to(Mode.M)
    yield Cycle(lines=_LINES, hgeip=1 << vgein if vgein else None)
    if vgein:
        yield Cycle(source.debug("hstatus", vgein << 12))
    values = dict.fromkeys(("mideleg", "hideleg", "sideleg"), source.rules.xlen_mask) | {"mip": 0, "hvip": 0}
    for name, value in values.items():
        if source.has(name):
            yield Cycle(source.debug(name, value))
    for name in source.rng.sample(names, len(names)):
        for op in source.rng.sample(tuple(CsrOp), len(CsrOp)):
            operand = source.word() & ~(_SENSED | _SENSED >> 1)
            number = source.csr_number[name]
            is_debuggers = source.chance(0.5)
            yield Cycle(source.debug(name, operand, op) if is_debuggers else source.access(number, op, operand))
    yield Cycle(lines=0)
