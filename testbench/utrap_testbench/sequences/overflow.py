"""Sequences of Sscofpmf: a counter asks for its interrupt in the very cycle of anything, and scountovf in all modes."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Event, Mode

from .source import Source

__all__ = ["overflows", "requests"]

_LCOFI = 1 << 13
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
                yield Cycle(event, lcofi=int(source.chance(0.85)))
                if source.chance(0.2):
                    yield Cycle(source.interrupt(), lcofi=int(source.chance(0.3)))


def overflows(source: Source) -> Iterator[Cycle]:
    """scountovf in every mode while the OF bits, mcounteren and hcounteren change."""
    rng = source.rng
    for _ in range(3):
        for mode in rng.sample(source.modes, len(source.modes)):
            yield from source.go_to(mode)
            for number in range(6):
                for name in ("mcounteren", "hcounteren"):
                    if name in source.csr_number:
                        yield Cycle(source.debug(name, rng.choice((0, 0xFFFF_FFFF, rng.getrandbits(32)))))
                op = CsrOp.WRITE if number == 0 and mode is Mode.M else rng.choice((CsrOp.READ, *CsrOp))
                overflowed = rng.choice((0, 0xFFFF_FFFF, rng.getrandbits(32)))
                yield Cycle(source.access(source.csr_number["scountovf"], op), overflows=overflowed)
                yield Cycle(source.access(source.csr_number["scountovf"], CsrOp.READ))
