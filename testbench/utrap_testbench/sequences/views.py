"""Sequences of views: registers that show bits of others where delegation lets them."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp

from .source import Source

__all__ = ["masked"]

_MASKS = ("medeleg", "mideleg", "hideleg", "sideleg")
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
