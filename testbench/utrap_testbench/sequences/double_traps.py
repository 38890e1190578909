"""Sequences of Ssdbltrp and Smdbltrp: traps into handlers that cannot take one, and the returns that end that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Config, CsrOp, Mode, Return, TrapReturn
from utrap_testbench.golden.xret import returns_of

from . import rnmis, traps
from .source import Source

__all__ = ["below_m", "has_either", "in_m", "returns"]

_SDT = 1 << 24
_MDT, _MDT_HIGH = 1 << 42, 1 << 10
_MEI = 1 << 11
#: What decides about a return beside the mode to which it leads.
_NO_MODE = ("TSR", "VTSR", "EN", "MPRV")
_DELEGATED = 2  # an illegal instruction, which every level below M may have


def has_either(config: Config) -> bool:
    """Some double traps are known."""
    return config.ssdbltrp or config.smdbltrp


def below_m(source: Source) -> Iterator[Cycle]:
    """From every mode into S and VS with each SDT and each DTE: exceptions, and interrupts in vectored mode."""
    rng, config = source.rng, source.config
    guests = [Mode.VS, Mode.VU] if config.h else []
    plans = list(product([Mode.S, Mode.U, *guests], (False, True), (CsrOp.CLEAR, CsrOp.SET), (False, True)))
    for mode, is_exception, to_guest, is_busy in rng.sample(plans, len(plans)):
        mdte, hdte, sdt = (int(is_busy or source.chance(0.5)) for _ in range(3))
        yield from source.go_to(mode)
        yield from source.settle(1 if is_busy else 0)
        yield from source.set_dte(mdte, hdte)
        for name in ("sstatus", "vsstatus"):
            if name in source.csr_number:
                yield Cycle(source.debug(name, _SDT, CsrOp.SET if sdt else CsrOp.CLEAR))
        yield from source.set_up("mtvec", "stvec", "vstvec", share=0.5)
        yield Cycle(source.debug("medeleg", 1 << _DELEGATED, CsrOp.SET))
        if config.h:
            yield Cycle(source.debug("hedeleg", 1 << _DELEGATED, to_guest))
        for name in ("sedeleg", "huedeleg"):
            if is_busy and source.has(name):
                yield Cycle(source.debug(name, 1 << _DELEGATED, CsrOp.CLEAR))
        if is_exception:
            yield Cycle(source.exception(_DELEGATED))
        else:
            yield from _pend(source, 0 if to_guest is CsrOp.SET else source.rules.xlen_mask)
            yield Cycle(source.interrupt())
        yield Cycle(source.exception(_DELEGATED))
        yield Cycle(source.csr())


def in_m(source: Source) -> Iterator[Cycle]:
    """With each MDT, a trap into M from every mode; where the hart stops, every event comes to nothing."""
    rng = source.rng
    plans = list(product(source.modes, (0, 1), (False, True), (False, True) if source.config.smrnmi else (False,)))
    for mode, mdt, is_exception, is_without_nmie in rng.sample(plans, len(plans)):
        yield from source.go_to(mode)
        yield from source.settle(1)
        if is_without_nmie:
            yield from rnmis.without_nmie(source, mode)
        yield from _set_mdt(source, mdt)
        if is_exception:
            yield Cycle(source.exception(source.never_delegated))
        else:
            yield Cycle(source.debug("mie", _MEI, CsrOp.SET), _MEI)
            yield Cycle(source.interrupt())
        while source.has_stopped and source.chance(0.8):
            events = (source.exception, source.interrupt, source.csr, source.trap_return, source.retire)
            yield Cycle(rng.choice(events)(), source.lines())
        if source.has_stopped:
            yield Cycle(reset=True)


def returns(source: Source) -> Iterator[Cycle]:
    """Every return with SDT and MDT set, into every mode that its status can say, and that it must not look at."""
    rng = source.rng
    plans: list[tuple[Mode, Return, tuple[tuple[str, int], ...]]] = []
    for mode, insn in product(source.modes, returns_of(source.config)):
        fields = [field for field in traps.decisive(source, insn, mode) if field not in _NO_MODE]
        choices = [[(field, value) for value in traps.VALUES.get(field, (0, 1))] for field in fields]
        plans += [(mode, insn, chosen) for chosen in product(*choices)]
    for mode, insn, chosen in rng.sample(plans, len(plans)):
        yield from source.go_to(mode)
        yield from _set_sdt(source)
        values = dict.fromkeys(_NO_MODE, 0) | {"EN": 1} | dict(chosen)
        for name in _written(source, chosen):
            sdt = _SDT if source.config.ssdbltrp and name in ("mstatus", "vsstatus") else 0
            yield Cycle(source.debug(name, traps.status(source, name, source.word(), values) | sdt))
        yield from _set_mdt(source, 1)
        yield Cycle(TrapReturn(insn=insn))


def _written(source: Source, chosen: tuple[tuple[str, int], ...]) -> list[str]:
    """The registers with the fields that were chosen, or that could refuse the return."""
    names = {name for name, _ in chosen} | {*_NO_MODE}
    return [name for name, fields in traps.STATUS_FIELDS.items() if source.has(name) and names & fields.keys()]


def _set_sdt(source: Source) -> Iterator[Cycle]:
    if source.config.ssdbltrp:
        yield from source.set_dte(1, 1)
        for name in ("sstatus", "vsstatus"):
            if source.has(name):
                yield Cycle(source.debug(name, _SDT, CsrOp.SET))


def _set_mdt(source: Source, mdt: int) -> Iterator[Cycle]:
    if source.config.smdbltrp:
        name, bit = ("mstatus", _MDT) if source.config.xlen == 64 else ("mstatush", _MDT_HIGH)
        yield Cycle(source.debug(name, bit, CsrOp.SET if mdt else CsrOp.CLEAR))


def _pend(source: Source, pending: int) -> Iterator[Cycle]:
    """Interrupts for VS, pending and enabled, and those for S that are given, which go before them."""
    for name in ("mideleg", "hideleg", "mie"):
        if name in source.csr_number:
            yield Cycle(source.debug(name, source.rules.xlen_mask), 0)
    for name in ("stimecmp", "stimecmph"):
        if source.has(name) and not pending:
            yield Cycle(source.debug(name, source.rules.xlen_mask))
    yield Cycle(source.debug("mip", pending))
    if source.config.h:
        yield Cycle(source.debug("hvip", source.rules.xlen_mask))
