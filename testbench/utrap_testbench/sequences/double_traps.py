"""Sequences of Ssdbltrp and Smdbltrp: traps into handlers that cannot take one, and the returns that end that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Config, CsrOp, Mode, Return, TrapReturn

from .source import Source

__all__ = ["below_m", "has_either", "in_m", "returns"]

_DTE, _DTE_HIGH, _SDT = 1 << 59, 1 << 27, 1 << 24
_MDT, _MDT_HIGH = 1 << 42, 1 << 10
_DELEGATED = 2  # an illegal instruction, which every level below M may have


def has_either(config: Config) -> bool:
    """Some double traps are known."""
    return config.ssdbltrp or config.smdbltrp


def below_m(source: Source) -> Iterator[Cycle]:
    """From every mode into S and VS with each SDT and each DTE: exceptions, and interrupts in vectored mode."""
    rng, config = source.rng, source.config
    guests = [Mode.VS, Mode.VU] if config.h else []
    plans = list(product((0, 1), (0, 1), (0, 1), [Mode.S, Mode.U, *guests]))
    for mdte, hdte, sdt, mode in rng.sample(plans, min(len(plans), 8)):
        yield from source.go_to(mode)
        yield from _set_dte(source, mdte, hdte)
        for name in ("sstatus", "vsstatus"):
            if name in source.csr_number:
                yield Cycle(source.debug(name, _SDT, CsrOp.SET if sdt else CsrOp.CLEAR))
        yield from source.set_up("mtvec", "stvec", "vstvec", share=0.5)
        yield Cycle(source.debug("medeleg", 1 << _DELEGATED, CsrOp.SET))
        if config.h:
            yield Cycle(source.debug("hedeleg", 1 << _DELEGATED, rng.choice((CsrOp.SET, CsrOp.CLEAR))))
        if source.chance(0.5):
            yield Cycle(source.exception(_DELEGATED))
        else:
            yield from _pend(source)
            yield Cycle(source.interrupt())
        yield Cycle(source.exception(_DELEGATED))
        yield Cycle(source.csr())


def in_m(source: Source) -> Iterator[Cycle]:
    """With each MDT, a trap into M from every mode; where the hart stops, every event comes to nothing."""
    rng = source.rng
    for mode, mdt in rng.sample(list(product(source.modes, (0, 1))), 2 * len(source.modes)):
        yield from source.go_to(mode)
        yield from _set_mdt(source, mdt)
        yield Cycle(source.exception(source.never_delegated) if source.chance(0.7) else source.interrupt())
        while source.has_stopped and source.chance(0.8):
            events = (source.exception, source.interrupt, source.csr, source.trap_return, source.retire)
            yield Cycle(rng.choice(events)(), source.lines())


def returns(source: Source) -> Iterator[Cycle]:
    """Every return from every mode with SDT and MDT set, into whatever mode its status says."""
    rng, config = source.rng, source.config
    plans = [(mode, insn) for mode in source.modes for insn in (Return.MRET, Return.SRET, Return.URET)]
    for mode, insn in rng.sample(plans, len(plans)):
        yield from source.go_to(mode)
        if config.ssdbltrp:
            yield from _set_dte(source, 1, 1)
            for name in ("sstatus", "vsstatus"):
                if name in source.csr_number:
                    yield Cycle(source.debug(name, _SDT, CsrOp.SET))
        yield from source.set_up("hstatus", "hustatus", "hudcfg", share=0.5)
        status = source.word() | (_SDT if config.ssdbltrp else 0)
        yield Cycle(source.debug("mstatus", status))
        yield from _set_mdt(source, 1)
        yield Cycle(TrapReturn(insn=insn))


def _set_mdt(source: Source, mdt: int) -> Iterator[Cycle]:
    if source.config.smdbltrp:
        name, bit = ("mstatus", _MDT) if source.config.xlen == 64 else ("mstatush", _MDT_HIGH)
        yield Cycle(source.debug(name, bit, CsrOp.SET if mdt else CsrOp.CLEAR))


def _set_dte(source: Source, mdte: int, hdte: int) -> Iterator[Cycle]:
    """DTE in menvcfg and henvcfg; what is cleared takes SDT along."""
    half, bit = ("", _DTE) if source.config.xlen == 64 else ("h", _DTE_HIGH)
    for name, value in ((f"menvcfg{half}", mdte), (f"henvcfg{half}", hdte)):
        if name in source.csr_number:
            yield Cycle(source.debug(name, bit, CsrOp.SET if value else CsrOp.CLEAR))


def _pend(source: Source) -> Iterator[Cycle]:
    """Interrupts for S and VS, pending and enabled."""
    for name in ("mideleg", "hideleg", "mie", "hvip"):
        if name in source.csr_number:
            yield Cycle(source.debug(name, source.rules.xlen_mask))
    yield Cycle(source.debug("mip", source.rules.xlen_mask), 0)
