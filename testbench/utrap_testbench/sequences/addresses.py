"""The sequence of registers that are narrower than addresses may be: what they keep, of writes and of traps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Mode

from .source import Source

__all__ = ["kept"]

_REGISTERS = (
    "mepc", "sepc", "vsepc", "uepc", "mnepc", "dpc", "mtvec", "stvec", "vstvec", "utvec",
    "mtval", "stval", "vstval", "utval",
)  # fmt: skip
_PAGE_FAULT = 13


def kept(source: Source) -> Iterator[Cycle]:
    """Each register written with addresses of every kind, and every mode's traps with such a pc and such a value."""
    for name in source.rng.sample(_REGISTERS, len(_REGISTERS)):
        if source.has(name):
            for address in _addresses(source):
                yield Cycle(source.debug(name, address))
    ones = source.rules.xlen_mask
    if source.config.ssdbltrp:
        yield from source.set_dte(0, 0)  # else SDT turns what comes twice into a double trap
    for mode in source.rng.sample(source.modes, len(source.modes)):
        if mode is Mode.VU:
            continue
        for name in ("medeleg", "hedeleg", "sedeleg"):
            if source.has(name):
                yield Cycle(source.debug(name, ones))
        cause = source.never_delegated if mode is Mode.M else _PAGE_FAULT
        for pc, tval in zip(_addresses(source), _addresses(source), strict=True):
            yield from source.go_to(mode)
            yield from source.settle(1)
            yield Cycle(replace(source.exception(cause), pc=pc, tval=tval))


def _addresses(source: Source) -> list[int]:
    """With all upper bits 0, all 1, or neither, and with the one below them 0 and 1, in any order."""
    rng, bits = source.rng, source.config.va_bits
    ones = source.rules.xlen_mask >> bits
    uppers = (0, ones, rng.randrange(1, ones))
    found = [rng.getrandbits(bits - 1) | below << bits - 1 | upper << bits for upper, below in product(uppers, (0, 1))]
    return rng.sample(found, len(found))
