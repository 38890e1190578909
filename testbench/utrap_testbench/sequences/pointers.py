"""The sequence of pointer masking: every access that a register's PMM decides, while the others hold another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Mode

from .rnmis import without_nmie
from .source import Source

__all__ = ["masking"]

_MPRV, _MXR, _MPP, _MPV = 1 << 17, 1 << 19, 3 << 11, 1 << 39
_PMM, _HUPMM, _SPVP = 3 << 32, 3 << 48, 1 << 8
_UPVP, _EN = 1 << 8, 1


def masking(source: Source) -> Iterator[Cycle]:
    """Each register's PMM in turn unlike all others', and all that may come of it: MPRV, HLV, MXR, NMIE=0."""
    rng = source.rng
    guests = rng.sample((0, 1), 2) if source.config.h else [0]
    for special in rng.sample(_registers(source), len(_registers(source))):
        yield from _set_masks(source, special)
        for mxr, guest_mxr, privilege in product(rng.sample((0, 1), 2), guests, guests):
            if source.config.h:
                yield Cycle(source.debug("vsstatus", _MXR, CsrOp.SET if guest_mxr else CsrOp.CLEAR))
                yield Cycle(source.debug("hstatus", _SPVP, CsrOp.SET if privilege else CsrOp.CLEAR))
            if source.config.shudeleg:
                yield Cycle(source.debug("hudcfg", _EN, rng.choice((CsrOp.SET, CsrOp.CLEAR))))
                yield Cycle(source.debug("hustatus", _UPVP, CsrOp.SET if privilege else CsrOp.CLEAR))
            by = special[0]
            for mode in rng.sample(source.modes, len(source.modes)):
                if by in (_decides(source, mode), _decides_hlv(mode, privilege)):
                    yield from source.go_to(mode)
                    yield from _retire(source, mxr, None)
            for target in rng.sample(source.modes, len(source.modes)):
                if by == _decides(source, target):
                    yield from source.go_to(Mode.M)
                    yield from _retire(source, mxr, target)
            if by == "mseccfg":
                yield from _asleep(source, mxr)
            yield Cycle(source.debug("mstatus", _MPRV, CsrOp.CLEAR))


def _decides(source: Source, mode: Mode) -> str:
    """Of loads and stores that act in a mode: the register."""
    if mode is Mode.U and not source.config.s:
        return "menvcfg"
    return {Mode.M: "mseccfg", Mode.S: "menvcfg", Mode.VS: "henvcfg"}.get(mode, "senvcfg")


def _decides_hlv(mode: Mode, privilege: int) -> str:
    """Of HLV and HSV; none in a guest."""
    if mode >= Mode.VU:
        return ""
    return "henvcfg" if privilege else "hstatus" if mode is Mode.U else "senvcfg"


def _registers(source: Source) -> list[tuple[str, int]]:
    """Those that may have a PMM, and where."""
    found = [(name, _PMM) for name in ("mseccfg", "menvcfg", "senvcfg", "henvcfg") if source.has(name)]
    return found + [("hstatus", _HUPMM)] * source.config.h


def _set_masks(source: Source, special: tuple[str, int]) -> Iterator[Cycle]:
    """3 in one and 2 in all others, or the other way round."""
    is_three = source.chance(0.5)
    for register in _registers(source):
        name, bits = register
        yield Cycle(source.debug(name, bits, CsrOp.SET))
        if (register == special) != is_three:
            yield Cycle(source.debug(name, bits & bits >> 1, CsrOp.CLEAR))


def _retire(source: Source, mxr: int, target: Mode | None) -> Iterator[Cycle]:
    """An instruction in the mode in hand, as in the target's by MPRV."""
    status = 0 if target is None else _MPRV | (target & 3) << 11 | (target >> 2) << 39
    yield Cycle(source.debug("mstatus", _MPRV | _MPP | _MPV | _MXR, CsrOp.CLEAR))
    yield Cycle(source.debug("mstatus", status | _MXR * mxr, CsrOp.SET))
    yield Cycle(source.retire())


def _asleep(source: Source, mxr: int) -> Iterator[Cycle]:
    """MPRV set in a handler of RNMIs."""
    if source.config.smrnmi:
        yield from source.go_to(Mode.M)
        yield from without_nmie(source, Mode.M)
        below = [mode for mode in source.modes if mode is not Mode.M]
        yield from _retire(source, mxr, source.rng.choice(below))
        yield Cycle(rnmi=0)
        yield from source.settle(share=1.0)
