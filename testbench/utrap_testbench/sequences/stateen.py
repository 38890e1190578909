"""Sequences of Smstateen: what each bit gates, in all modes, under every combination of the three registers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp
from utrap_testbench.golden.stateen import gate_outside

from .source import Source

__all__ = ["hidden", "ladder"]

_NEUTRAL = (CsrOp.SET, CsrOp.CLEAR)
_OPS = (CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR)


def ladder(source: Source) -> Iterator[Cycle]:
    """A CSR of every gated class read and written in every mode, its bit 0 or 1 in each of the three registers."""
    rng = source.rng
    classes = _gated(source)
    for mode in rng.sample(source.modes, len(source.modes)):
        for (register, bit), names in rng.sample(sorted(classes.items()), len(classes)):
            # M's changes last: it hides the others while they are written.
            for s, h, m in product(rng.sample((0, 1), 2), rng.sample((0, 1), 2), rng.sample((0, 1), 2)):
                yield from source.go_to(mode)
                yield from _allow(source, register, bit, (m, h, s))
                if source.config.shudeleg and source.chance(0.5):
                    yield Cycle(source.debug("hudcfg", 3, rng.choice((CsrOp.SET, CsrOp.SET, CsrOp.CLEAR))))
                for addresses in names.values():
                    yield Cycle(source.access(rng.choice(addresses), CsrOp.READ, exists=1))
                    # It has the rights of a write and changes nothing that judges.
                    yield Cycle(source.access(rng.choice(addresses), rng.choice(_NEUTRAL), 0, exists=1))


def hidden(source: Source) -> Iterator[Cycle]:
    """The registers themselves, read and written in all modes while what the levels above have changes."""
    rng = source.rng
    names = [name for name in source.csr_number if "stateen" in name]
    for _ in range(rng.randrange(10, 30)):
        name = rng.choice(names)
        value = source.rules.xlen_mask if source.chance(0.4) else source.word()
        yield Cycle(source.debug(name, value, rng.choice(_OPS)))
        if source.chance(0.5):
            yield from source.go_somewhere()
        yield Cycle(source.access(source.csr_number[rng.choice(names)]))
        # An instruction's verdict follows the state alone, so any cycle shows it.
        yield Cycle(source.retire())


def _gated(source: Source) -> dict[tuple[int, int], dict[object, list[int]]]:
    """By register and bit, and by who else judges: the addresses behind it."""
    found: dict[tuple[int, int], dict[object, list[int]]] = {}
    for address in range(4096):
        row = source.rules.csrs.get(address)
        gate = gate_outside(source.rules, source.rules.gates, address)
        # What is custom outside may be the unit's own here, and behind another bit or none.
        if gate is not None and (row is None or address in source.rules.gates):
            judges = (row.judge.__name__ if row else "", address >> 8 & 3, address >> 10 == 3, gate.by_h, gate.by_s)
            # sctrdepth, which no guest has, is like no other.
            found.setdefault((gate.register, gate.bit), {}).setdefault((*judges, address == 0x15F), []).append(address)
    return found


def _allow(source: Source, register: int, bit: int, values: tuple[int, int, int]) -> Iterator[Cycle]:
    """The bit in mstateen, hstateen and sstateen, where it is not so; M's is open while the others are written."""
    half, place = ("h", bit - 32) if source.config.xlen == 32 and bit >= 32 else ("", bit)
    m, h, s = (f"{level}stateen{register}{half}" for level in "mhs")
    state = source.state
    stored = (getattr(state, f"{level}stateen{register}") >> bit & 1 for level in "mh")
    now = dict(zip((m, h), stored, strict=True)) | {s: state.sstateen0 >> bit & 1 if register == 0 else values[2]}
    wanted = dict(zip((m, h, s), values, strict=True))
    plan = [name for name in (s, h) if now[name] != wanted[name]]
    for name, is_set in [(m, 1)] * bool(plan) + [(name, wanted[name]) for name in plan] + [(m, values[0])]:
        if name in source.csr_number and now[name] != is_set:
            now[name] = is_set
            yield Cycle(source.debug(name, 1 << place, CsrOp.SET if is_set else CsrOp.CLEAR))
