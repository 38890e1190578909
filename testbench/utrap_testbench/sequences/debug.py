"""Sequences of Sdext: a debugger halts the hart, works in Debug Mode, steps, and lets it go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp, Event, Halt, Irq, Mode, Resume, TrapReturn, ebreak_halts
from utrap_testbench.golden.isa import Cause
from utrap_testbench.golden.xret import returns_of

from .source import Source

__all__ = ["ebreaks", "halts", "inside", "leave", "rights", "steps", "visits"]

_REGISTERS = ("dcsr", "dpc", "dscratch0", "dscratch1")
#: Fields of dcsr.
_STEP, _V, _STEPIE = 1 << 2, 1 << 5, 1 << 11
#: Causes of a halt (Sdext: Core Debug Registers).
_CAUSES = range(1, 8)
_EBREAK, _STEPPED = 1, 4
_MEI, _MIE = 1 << Irq.MEI.value, 1 << 3


def visits(source: Source) -> Iterator[Cycle]:
    """A debugger comes and goes: anything may happen in Debug Mode, and it resumes where it likes."""
    rng = source.rng
    yield from source.set_up("mie", "mstatus", "medeleg", "mideleg", "hustatus", share=0.6)
    for _ in range(rng.randrange(3, 8)):
        yield from source.go_somewhere()
        yield Cycle(source.retire(), source.lines())
        yield Cycle(_halt(source))
        for _ in range(rng.randrange(2, 9)):
            yield Cycle(_anything(source), source.lines() if source.chance(0.3) else None)
        yield from _choose(source, rng.choice(source.modes))
        yield Cycle(Resume())
        for _ in range(rng.randrange(1, 4)):
            yield Cycle(_anything(source))
        if source.state.dcsr_step:
            yield Cycle(_halt(source, _STEPPED))
        yield from leave(source)


def halts(source: Source) -> Iterator[Cycle]:
    """From every mode into Debug Mode for every reason, and from there into every mode; in each a RESUME is illegal."""
    rng = source.rng
    yield from leave(source)
    plans = list(product(source.modes, _CAUSES))
    for mode, cause in rng.sample(plans, len(plans)):
        yield from source.go_to(mode)
        yield Cycle(Resume())
        yield Cycle(_halt(source, cause))
        yield from source.set_up("mstatus", share=0.5)  # MPRV, which RESUME ends below M
        yield from _choose(source, mode if source.chance(0.3) else rng.choice(source.modes))
        yield Cycle(Resume())
    for mode in source.modes:
        yield Cycle(_halt(source))
        yield from _choose(source, mode)
        yield Cycle(Resume())


def inside(source: Source) -> Iterator[Cycle]:
    """Every kind of event in Debug Mode, with an interrupt pending that M would take."""
    for mode in source.rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        yield from _pend(source)
        yield Cycle(_halt(source))
        events: list[Callable[[], Event]] = [
            source.exception,
            source.interrupt,
            source.retire,
            lambda: _halt(source),
            lambda: source.access(source.csr_number["mscratch"]),
            lambda: source.debug("mscratch", source.word()),
            *(lambda insn=insn: TrapReturn(insn=insn) for insn in returns_of(source.config)),
            *(lambda name=name: source.access(source.csr_number[name]) for name in _REGISTERS),
        ]
        for make in source.rng.sample(events, len(events)):
            yield Cycle(make())
        yield from leave(source)
    yield Cycle(lines=0)


def steps(source: Source) -> Iterator[Cycle]:
    """In every mode a single step over an instruction, an exception, an interrupt, with and without stepie."""
    rng = source.rng
    events: tuple[Callable[[], Event], ...] = (source.retire, source.exception, source.interrupt)
    plans = list(product(source.modes, (0, _STEPIE), events))
    for mode, stepie, make in rng.sample(plans, len(plans)):
        yield from leave(source)
        yield from source.go_to(mode)
        yield from source.settle(1)
        yield from _pend(source)
        yield Cycle(_halt(source))
        yield Cycle(source.debug("dcsr", _STEP | stepie | _saved(mode)))
        yield Cycle(Resume())
        yield Cycle(make())
        yield Cycle(_halt(source, _STEPPED))
    yield from leave(source)
    yield Cycle(lines=0)


def ebreaks(source: Source) -> Iterator[Cycle]:
    """An EBREAK in every mode, which halts or traps as dcsr says."""
    for mode, bits in product(source.rng.sample(source.modes, len(source.modes)), (0, source.rules.xlen_mask)):
        yield from leave(source)
        yield from source.go_to(mode)
        yield Cycle(source.debug("dcsr", bits & ~_STEP))
        is_halt = ebreak_halts(source.config, source.state)
        yield Cycle(_halt(source, _EBREAK) if is_halt else source.exception(Cause.BREAKPOINT.value))
    yield from leave(source)


def rights(source: Source) -> Iterator[Cycle]:
    """The registers of Debug Mode read and written in every mode, in Debug Mode, and by a debugger."""
    rng = source.rng
    for mode in rng.sample(source.modes, len(source.modes)):
        yield from leave(source)
        yield from source.go_to(mode)
        for is_inside, name in product((False, True), _REGISTERS):
            if is_inside and not source.state.debug:
                yield Cycle(_halt(source))
            for op in (CsrOp.READ, rng.choice((CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR))):
                yield Cycle(source.access(source.csr_number[name], op))
            yield Cycle(source.debug(name, source.word(), rng.choice(tuple(CsrOp))))
    yield from leave(source)


def leave(source: Source) -> Iterator[Cycle]:
    """No debugger is there: the hart is not in Debug Mode, and does not step."""
    if source.config.sdext and source.state.dcsr_step:
        yield Cycle(source.debug("dcsr", _STEP, CsrOp.CLEAR))
    if source.state.debug:
        yield Cycle(Resume())


def _halt(source: Source, cause: int | None = None) -> Halt:
    rng = source.rng
    why = rng.choice(_CAUSES) if cause is None else cause
    return Halt(pc=rng.getrandbits(source.config.xlen), cause=why, nmip=rng.getrandbits(1))


def _anything(source: Source) -> Event:
    """An event that Debug Mode may see; in it most of them mean nothing."""
    choice = source.rng.random()
    if choice < 0.35:
        number = source.csr_number[source.rng.choice(_REGISTERS)]
        return source.access(number) if choice < 0.25 else source.csr()
    if choice < 0.5:
        return source.exception()
    if choice < 0.6:
        return source.interrupt()
    if choice < 0.75:
        return source.trap_return()
    if choice < 0.85:
        return source.debug(source.rng.choice((*_REGISTERS, "mscratch")), source.word())
    return _halt(source) if choice < 0.93 else source.retire()


def _saved(mode: Mode) -> int:
    """The mode as dcsr holds it."""
    return mode & 3 | (_V if mode >> 2 else 0)


def _choose(source: Source, mode: Mode) -> Iterator[Cycle]:
    """Have the hart resume in a mode; v beside prv=3 means nothing."""
    noise = source.word() & ~(_V | 3)
    extra = _V if mode is Mode.M and source.chance(0.5) else 0
    yield Cycle(source.debug("dcsr", noise | extra | _saved(mode)))


def _pend(source: Source) -> Iterator[Cycle]:
    """MEI is pending, and enabled in every mode."""
    yield Cycle(source.debug("mie", _MEI))
    yield Cycle(source.debug("mstatus", _MIE, CsrOp.SET), lines=_MEI)
