"""Sequences of Sscofpmf: a counter asks for its interrupt in the very cycle of anything, and scountovf in all modes."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Event, Mode, TakeInterrupt

from .source import Source

__all__ = ["overflows", "requests"]

_LCOFI, _MEI = 1 << 13, 1 << 11
_MIE = 1 << 3
_ALL = 0xFFFF_FFFF
_VIEWS = ("mip", "sip", "vsip")


def requests(source: Source) -> Iterator[Cycle]:
    """A request with every event, and with every kind of write to what shows LCOFIP, whether it is pending or not."""
    rng = source.rng
    views = [name for name in _VIEWS if name in source.csr_number]
    yield from source.set_up("mideleg", "hideleg", "mie", "mstatus", "vsstatus", share=0.8)
    for mode in rng.sample(source.modes, len(source.modes)):
        for before in (0, 1, 0, 1):
            events: list[Event] = [source.retire(), source.exception(), source.interrupt(), source.trap_return()]
            for name in views:
                events += [source.access(source.csr_number[name], op) for op in CsrOp]
            for event in rng.sample(events, len(events)):
                yield from source.go_to(mode)
                if source.chance(0.7):
                    for name in ("mideleg", "hideleg"):
                        if name in source.csr_number:
                            yield Cycle(source.debug(name, _LCOFI, rng.choice((CsrOp.SET, CsrOp.SET, CsrOp.CLEAR))))
                yield Cycle(source.debug("mip", _LCOFI, CsrOp.SET if before else CsrOp.CLEAR))
                lines = None
                if isinstance(event, TakeInterrupt) and source.chance(0.8):
                    yield from source.settle(1)
                    yield Cycle(source.debug("mie", _MEI, CsrOp.SET))
                    yield Cycle(source.debug("mstatus", _MIE, CsrOp.SET))
                    lines = _MEI
                yield Cycle(event, lines, lcofi=int(source.chance(0.85)))
                if source.chance(0.2):
                    yield Cycle(source.interrupt(), lcofi=int(source.chance(0.3)))


def overflows(source: Source) -> Iterator[Cycle]:
    """scountovf in every mode while the OF bits, mcounteren and hcounteren change: all of it seen, some, and none."""
    rng = source.rng
    number = source.csr_number["scountovf"]
    for mode in rng.sample(source.modes, len(source.modes)):
        for way in ("open", "in part", "open", "any"):
            for overflowed in (0, _ALL, rng.getrandbits(32)):
                yield from source.go_to(mode)
                for name in ("mcounteren", "hcounteren"):
                    if name in source.csr_number:
                        some = rng.getrandbits(32)
                        enabled = {"open": _ALL, "in part": some, "any": rng.choice((0, some))}[way]
                        yield Cycle(source.debug(name, enabled))
                op = CsrOp.WRITE if overflowed == 0 and mode is Mode.M else rng.choice((CsrOp.READ, *CsrOp))
                yield Cycle(source.access(number, op), overflows=overflowed)
                yield Cycle(source.access(number, CsrOp.READ))
