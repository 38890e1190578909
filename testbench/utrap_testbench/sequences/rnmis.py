"""Sequences of Smrnmi: RNMIs in every mode, and what their handler may meet."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Mode, Return, TakeRnmi, TrapReturn

from .source import Source

__all__ = ["entries", "in_handler", "without_nmie"]

_NMIE, _SDT = 1 << 3, 1 << 24
_EN = 1
_DELEGATION = ("medeleg", "hedeleg", "sedeleg", "huedeleg")
#: Those of them that have all their bits, the others none: so exceptions go to M, to S, to VS or U, to U.
_FULL = ((), ("medeleg",), ("medeleg", "hedeleg", "sedeleg"), ("medeleg", "huedeleg"))
_REGISTERS = ("mnscratch", "mnepc", "mncause", "mnstatus")


def entries(source: Source) -> Iterator[Cycle]:
    """From every mode, with the line low and high, NMIE 1 and 0, whatever the other enables are."""
    rng = source.rng
    for mode in rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        yield from source.set_up("mie", "mstatus", "hustatus", share=0.5)
        yield Cycle(source.debug("mnstatus", _NMIE, CsrOp.SET), source.lines(), rnmi=0)
        yield Cycle(_take(source))
        yield Cycle(source.retire(), rnmi=1, rnmi_cause=rng.getrandbits(6))
        yield from _other_vectors(source)
        yield Cycle(_take(source))
        if source.chance(0.5):
            yield Cycle(_take(source))
            yield Cycle(source.interrupt())
        yield Cycle(TrapReturn(insn=Return.MNRET))
        yield from without_nmie(source, mode)
        yield Cycle(_take(source))
        yield Cycle(source.interrupt())
        yield from _delegated(source, mode)
    yield Cycle(rnmi=0)


def without_nmie(source: Source, mode: Mode) -> Iterator[Cycle]:
    """Into the mode with NMIE=0, as only a handler that leaves by MRET does it; the line stays high."""
    yield Cycle(source.debug("mnstatus", _NMIE, CsrOp.SET), rnmi=1)
    yield Cycle(_take(source))
    if mode is not Mode.M:
        yield from source.leave_m(mode)


def in_handler(source: Source) -> Iterator[Cycle]:
    """With NMIE=0 in every mode: interrupts, exceptions, MPRV, the registers, and every return."""
    rng = source.rng
    for mode in rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        yield Cycle(source.debug("mnstatus", _NMIE, CsrOp.SET), rnmi=1, rnmi_cause=rng.getrandbits(6))
        yield Cycle(_take(source))
        yield from _other_vectors(source)
        for _ in range(rng.randrange(1, 6)):
            yield from _inside(source)
        if source.config.ssdbltrp:
            yield from source.set_dte(1, 1)
            yield Cycle(source.debug("vsstatus" if source.config.h else "sstatus", _SDT, CsrOp.SET))
        yield Cycle(source.debug("mnstatus", source.word() & ~_NMIE))
        yield Cycle(TrapReturn(insn=rng.choice((Return.MNRET, Return.MNRET, Return.MRET, Return.SRET))))
        yield Cycle(source.exception() if source.chance(0.3) else source.interrupt(), source.lines())
        yield Cycle(rnmi=rng.getrandbits(1))
    yield Cycle(rnmi=0)


def _delegated(source: Source, mode: Mode) -> Iterator[Cycle]:
    """Exceptions in the mode with NMIE=0, which delegation gives to one mode after the other."""
    there = [name for name in _DELEGATION if name in source.csr_number]
    for full in _FULL[:1] if mode is Mode.M else _FULL:
        yield from without_nmie(source, mode)
        for name in there:
            yield Cycle(source.debug(name, source.rules.xlen_mask if name in full else 0))
        if "hudcfg" in source.csr_number:
            yield Cycle(source.debug("hudcfg", _EN))
        if source.config.smdbltrp:
            yield source.clear_mdt()
        masks = [getattr(source.rules, name) for name in there if name in full]
        causes = [cause for cause in source.causes if all(mask >> cause & 1 for mask in masks)]
        yield Cycle(source.exception(source.rng.choice(causes)))


def _take(source: Source) -> TakeRnmi:
    return TakeRnmi(pc=source.rng.getrandbits(source.config.xlen))


def _other_vectors(source: Source) -> Iterator[Cycle]:
    """Where inputs say where the handlers are: other words there."""
    if source.config.rnmi_vectors == "port":
        yield Cycle(rnmi_interrupt_vector=source.word(), rnmi_exception_vector=source.word())


def _inside(source: Source) -> Iterator[Cycle]:
    choice = source.rng.random()
    if choice < 0.3:
        yield Cycle(source.interrupt(), source.lines())
    elif choice < 0.4:
        yield Cycle(source.exception())
    elif choice < 0.6:
        name = source.rng.choice(_REGISTERS)
        yield Cycle(source.access(source.csr_number[name]))
    elif choice < 0.8:
        yield Cycle(source.debug("mstatus", source.word()))
    else:
        yield Cycle(_take(source))
