"""Sequences of traps and returns."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Mode, Return, TrapReturn
from utrap_testbench.golden.xret import returns_of

from .source import Source

__all__ = ["back_to_back", "delegation_changed", "nested_traps", "random_walk", "returns", "routes", "trap_storm"]

_DELEGATION = ("medeleg", "mideleg", "hedeleg", "hideleg", "sedeleg", "sideleg", "hudcfg", "huedeleg")
_STATUS = ("mstatus", "hstatus", "vsstatus", "hustatus")
_VECTORS = ("mtvec", "stvec", "vstvec", "utvec")
_INTERRUPTS = ("mie", "mip", "hvip", "hgeie")


def _event(source: Source) -> Cycle:
    """One event of any kind."""
    choice = source.rng.random()
    if choice < 0.32:
        return Cycle(source.exception())
    if choice < 0.54:
        return Cycle(source.trap_return())
    if choice < 0.78:
        return Cycle(source.csr())
    if choice < 0.90:
        hgeip = source.rng.getrandbits(source.config.xlen) if source.config.geilen else None
        return Cycle(source.interrupt(), source.lines(), hgeip)
    return Cycle(source.retire())


def random_walk(source: Source) -> Iterator[Cycle]:
    """Any event in any order, with idle cycles between, and now and then into the mode that was seen least."""
    yield from source.set_up(*_DELEGATION, *_STATUS, *_VECTORS, *_INTERRUPTS, share=0.6)
    for _ in range(source.rng.randrange(20, 150)):
        yield _event(source)
        if source.chance(0.1):
            yield Cycle()
        if source.chance(0.1):
            yield from source.go_somewhere()


def back_to_back(source: Source) -> Iterator[Cycle]:
    """An event in every cycle, none of them idle, in a mode that only events leave."""
    yield from source.set_up(*_DELEGATION, *_VECTORS, share=0.5)
    yield from source.go_somewhere()
    for _ in range(source.rng.randrange(30, 100)):
        yield _event(source)


def trap_storm(source: Source) -> Iterator[Cycle]:
    """Trap after trap, each taken by the first instruction of the handler before."""
    yield from source.set_up(*_DELEGATION, *_VECTORS, "mie", share=0.8)
    for _ in range(source.rng.randrange(3, 12)):
        yield from source.go_somewhere()
        for _ in range(source.rng.randrange(1, 8)):
            is_interrupt = source.chance(0.25)
            yield Cycle(source.interrupt() if is_interrupt else source.exception(), source.lines())


def nested_traps(source: Source) -> Iterator[Cycle]:
    """From a low mode upwards, a trap in every handler, and all the way back by returns."""
    yield from source.set_up("medeleg", "hedeleg", "sedeleg", "huedeleg", "hudcfg", *_VECTORS, share=0.9)
    for _ in range(source.rng.randrange(2, 8)):
        yield from source.go_to(source.rng.choice([mode for mode in source.modes if mode != Mode.M]))
        depth = source.rng.randrange(2, 6)
        came_from = []
        for _ in range(depth):
            came_from.append(source.mode)
            yield Cycle(source.exception())
        for _ in range(depth):
            mode = source.mode
            if mode == Mode.M:
                insn = Return.MRET
            elif mode in (Mode.S, Mode.VS):
                insn = Return.SRET
            else:
                insn = Return.URET
            yield Cycle(TrapReturn(insn=insn))


def routes(source: Source) -> Iterator[Cycle]:
    """Every cause from every mode to every mode that may have it, by registers all ones or zeros, any vector."""
    causes = [*source.causes, source.never_delegated]
    half = len(causes) // 2
    for mode in source.rng.sample(source.modes, len(source.modes)):
        for medeleg, hedeleg, below in _delegations(source, mode):
            values = {"medeleg": medeleg, "hedeleg": hedeleg, "sedeleg": below, "huedeleg": below, "hudcfg": 1}
            for name, value in values.items():
                if name in source.csr_number:
                    yield Cycle(source.debug(name, value))
            order = source.rng.sample(causes, len(causes))
            for vectored, some in enumerate((order[:half], order[half:])):
                for name in _VECTORS:
                    if name in source.csr_number:
                        yield Cycle(source.debug(name, source.word() & ~3 | vectored))
                for cause in some:
                    yield from source.go_to(mode)
                    yield Cycle(source.exception(cause))


def _delegations(source: Source, mode: Mode) -> list[tuple[int, int, int]]:
    """What to write to medeleg, to hedeleg, and to the registers for U, so that each mode gets its turn."""
    ones = source.rules.xlen_mask
    if mode == Mode.M:
        return [(ones, ones, ones)]
    if mode < Mode.VU:
        return [(0, ones, ones), (ones, ones, 0), (ones, ones, ones)]
    return [(0, ones, ones), (ones, ones, 0), (ones, 0, ones), (ones, 0, 0)]


def returns(source: Source) -> Iterator[Cycle]:
    """Every return in every mode, to every mode and refused, from status that no trap need have left."""
    for mode in source.rng.sample(source.modes, len(source.modes)):
        for insn in returns_of(source.config):
            for target in source.rng.sample(source.modes, len(source.modes)):
                yield from _return(source, mode, insn, target, is_trapped=False)
            yield from _return(source, mode, insn, mode, is_trapped=True)


def _return(source: Source, mode: Mode, insn: Return, target: Mode, is_trapped: bool) -> Iterator[Cycle]:
    """A return to the mode where the instruction can lead there; TSR and VTSR as told."""
    yield from source.go_to(mode)
    prv, v, is_s = target & 3, target >> 2, target & 1
    mpv_high = 39 if source.config.xlen == 64 else 7
    fields = {
        "mstatus": {8: is_s, 11: prv & 1, 12: prv >> 1, 22: is_trapped},
        "hstatus": {7: v, 22: is_trapped},
        "vsstatus": {8: is_s},
        "hustatus": {7: v, 8: is_s},
        "hudcfg": {0: 1},
    }
    fields.setdefault("mstatus" if source.config.xlen == 64 else "mstatush", {})[mpv_high] = v
    for name, places in fields.items():
        if name in source.csr_number:
            value = source.word()
            for place, bit in places.items():
                value = value & ~(1 << place) | bit << place
            yield Cycle(source.debug(name, value))
    yield Cycle(TrapReturn(insn=insn))


def delegation_changed(source: Source) -> Iterator[Cycle]:
    """The same trap again and again, while software changes who may have it."""
    cause = source.rng.choice(source.causes)
    mode = source.rng.choice(source.modes)
    for _ in range(source.rng.randrange(4, 16)):
        yield from source.go_to(mode)
        yield from source.set_up(*_DELEGATION, share=0.3)
        if source.chance(0.8):
            yield Cycle(source.exception(cause))
        else:
            yield Cycle(source.interrupt(), source.lines())
