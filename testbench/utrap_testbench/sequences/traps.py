"""Sequences of traps and returns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Mode, Return, TrapReturn
from utrap_testbench.golden.xret import returns_of

from .source import Source

__all__ = [
    "STATUS_FIELDS", "VALUES", "back_to_back", "decisive", "delegation_changed", "nested_traps", "random_walk",
    "returns", "routes", "status", "trap_storm", "undelegated",
]  # fmt: skip

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
    if source.config.ssdbltrp:
        yield from source.set_dte(0, 0)  # else SDT turns what comes twice into a double trap
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
                    yield from source.settle(1)
                    yield Cycle(source.exception(cause))


def _delegations(source: Source, mode: Mode) -> list[tuple[int, int, int]]:
    """What to write to medeleg, to hedeleg, and to the registers for U, so that each mode gets its turn."""
    ones = source.rules.xlen_mask
    if mode == Mode.M:
        return [(ones, ones, ones)]
    if mode < Mode.VU:
        return [(0, ones, ones), (ones, ones, 0), (ones, ones, ones)]
    return [(0, ones, ones), (ones, ones, 0), (ones, 0, ones), (ones, 0, 0)]


def undelegated(source: Source) -> Iterator[Cycle]:
    """Every cause for which medeleg has no bit, from the host and from a guest, while everything else is delegated."""
    rng = source.rng
    causes = [cause for cause in range(64) if not source.rules.medeleg >> cause & 1]
    for name in ("medeleg", "hedeleg", "sedeleg", "huedeleg", "hudcfg"):
        if source.has(name):
            yield Cycle(source.debug(name, source.rules.xlen_mask))
    hosts = [mode for mode in source.modes if mode in (Mode.S, Mode.U)]
    guests = [mode for mode in source.modes if mode >= Mode.VU]
    for modes in (hosts, guests):
        mode = rng.choice(modes or [Mode.M])
        for cause in rng.sample(causes, len(causes)) if modes else ():
            if source.chance(0.1):
                mode = rng.choice(modes)
            yield from source.go_to(mode)
            yield Cycle(source.exception(cause))


def returns(source: Source) -> Iterator[Cycle]:
    """Every return in every mode with every value of what it could look at: status that no trap need have left."""
    everything = [name for name in STATUS_FIELDS if source.has(name)]
    plans = list(product(source.modes, returns_of(source.config)))
    for mode, insn in source.rng.sample(plans, len(plans)):
        words = {name: source.word() for name in everything}
        # With each bit 0 and 1, and each of the three modes in the wider fields.
        for mask, prv in ((0, 0), (source.rules.xlen_mask, 1), (0, 3)):
            yield from source.go_to(mode)
            for name in everything:
                yield Cycle(source.debug(name, status(source, name, words[name] ^ mask, {"MPP": prv, "MNPP": prv})))
            yield Cycle(TrapReturn(insn=insn))
        fields = decisive(source, insn, mode)
        choices = [[(field, value) for value in VALUES.get(field, (0, 1))] for field in fields]
        combinations = list(product(*choices)) if fields else []
        for chosen in source.rng.sample(combinations, len(combinations)):
            yield from source.go_to(mode)
            values = dict(chosen)
            for name in everything:
                if values.keys() & STATUS_FIELDS[name].keys():
                    yield Cycle(source.debug(name, status(source, name, source.word(), values)))
            yield Cycle(TrapReturn(insn=insn))


#: Where the fields are that a return may read.
STATUS_FIELDS: dict[str, dict[str, int]] = {
    "mstatus": {"SPP": 8, "MPP": 11, "MPRV": 17, "TSR": 22, "MPV": 39},
    "mstatush": {"MPV": 7},
    "hstatus": {"SPV": 7, "SPVP": 8, "VTSR": 22},
    "vsstatus": {"vsstatus.SPP": 8},
    "hustatus": {"UPV": 7, "UPVP": 8},
    "hudcfg": {"EN": 0},
    "mnstatus": {"MNPV": 7, "MNPP": 11},
}
VALUES = {"MPP": (0, 1, 3), "MNPP": (0, 1, 3)}
#: MDT, which would keep M from taking the next trap.
_NOT_WRITTEN = {"mstatus": 1 << 42, "mstatush": 1 << 10}


def decisive(source: Source, insn: Return, mode: Mode) -> tuple[str, ...]:
    """The fields that decide what a return does in a mode; none where it is refused whatever they are."""
    if mode is Mode.M and insn in (Return.MRET, Return.MNRET):
        return ("MPP", "MPV", "MPRV") if insn is Return.MRET else ("MNPP", "MNPV", "MPRV")
    if insn is Return.URET and source.config.n and mode < Mode.VU:
        return ("EN", "UPV", "UPVP", "MPRV")
    if insn is Return.SRET and mode is Mode.VS:
        return ("vsstatus.SPP", "VTSR", "MPRV")
    is_sret = insn is Return.SRET and source.config.s and mode in (Mode.M, Mode.S)
    return ("SPP", "SPV", "TSR", "MPRV") if is_sret else ()


def status(source: Source, name: str, word: int, values: dict[str, int]) -> int:
    """A word with these fields in it, those that the register has."""
    word &= ~_NOT_WRITTEN.get(name, 0)
    for field, low in STATUS_FIELDS[name].items():
        if field in values:
            word = word & ~(max(VALUES.get(field, (1,))) << low) | values[field] << low
    return word & source.rules.xlen_mask


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
