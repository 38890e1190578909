"""Sequences of CSR accesses."""

from __future__ import annotations

from collections.abc import Iterator

from utrap_testbench.env import Cycle
from utrap_testbench.golden import CsrOp

from .source import Source

__all__ = ["rights", "sweep", "torture", "verdicts"]

#: Registers that decide about rights.
_RIGHTS = ("mcounteren", "scounteren", "hcounteren", "mstatus", "hstatus", "hudcfg")
#: The registers with the bits that judge accesses, and which bit of a number from 0 to 7 each of them follows.
_JUDGING = {"mcounteren": 0, "hcounteren": 1, "scounteren": 2, "mstatus": 0, "hstatus": 1, "hudcfg": 2}
#: Judges that look at more than the mode.
_DEPENDENT = ("satp", "hgatp", "user_guest", "counter")
#: A sweep takes every so manieth address.
_STRIDE = 16


def sweep(source: Source) -> Iterator[Cycle]:
    """Addresses all over the 4096, in every mode, by every kind of access; 16 sweeps reach all of them."""
    ops = tuple(CsrOp)
    for mode in source.rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        first = source.rng.randrange(4)
        for number, address in enumerate(range(source.sweep, 4096, _STRIDE)):
            yield Cycle(source.access(address, ops[(first + number + number // 4) % 4]))
    source.sweep = (source.sweep + 1) % _STRIDE


def rights(source: Source) -> Iterator[Cycle]:
    """The CSRs whose access depends on state, while that state changes: counters, satp, hgatp, N's and Shudeleg's."""
    names = [n for n in ("satp", "hgatp", "vsatp", "hustatus", "hutval", "hutinst") if n in source.csr_number]
    first = [source.csr_number[name] for name in names]
    addresses = [*first, *range(0xC00, 0xC04), *range(0xC80, 0xC84), 0xC1F]
    addresses += [0x7C0, 0x5C0, 0x6D0, 0x8C0, 0xBC0, 0xDC0, 0xEC0, 0xFC0, 0xCC0, 0x300, 0x100, 0x240, 0x600, 0x000]
    # High halves and windows that may be absent, and read-only ones.
    addresses += [0x310, 0x612, 0x6D2, 0x6E4, 0x6E7, 0xE12, 0xF14]
    for _ in range(source.rng.randrange(4, 10)):
        yield from source.set_up(*_RIGHTS, share=0.7)
        yield from source.go_somewhere()
        for _ in range(16):
            group = source.rng.choice((addresses, addresses, first or addresses, range(0xC00, 0xC04)))
            yield Cycle(source.access(source.rng.choice(group)))
        if source.chance(0.5):
            yield Cycle(source.retire())


def verdicts(source: Source) -> Iterator[Cycle]:
    """A CSR of every kind read and written in every mode, under every combination of what judges it."""
    rng = source.rng
    kinds = _kinds(source)
    for mode in rng.sample(source.modes, len(source.modes)):
        for number in rng.sample(range(8), 8):
            yield from source.go_to(mode)
            for name, place in _JUDGING.items():
                if name in source.csr_number:
                    yield Cycle(source.debug(name, source.rules.xlen_mask * (number >> place & 1)))
            for judge, choices in kinds:
                # Those that look at the mode alone last: a write of theirs may change what judges the others.
                if judge in _DEPENDENT or number == 0:
                    address, exists = rng.choice(choices)
                    for op in (CsrOp.READ, rng.choice((CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR))):
                        yield Cycle(source.access(address, op, exists=exists))


def _kinds(source: Source) -> list[tuple[str, list[tuple[int, int]]]]:
    """By judge, and by being read-only: the addresses, each with whether it exists outside the unit."""
    kinds: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for address in range(4096):
        is_read_only = address >> 10 == 3
        if (row := source.rules.csrs.get(address)) is not None:
            kinds.setdefault((row.judge.__name__, is_read_only), []).append((address, 0))
            continue
        kinds.setdefault(("absent", False), []).append((address, 0))
        if address & ~0x9F != 0xC00 or address & 0x60:
            kinds.setdefault((f"outside, level {address >> 8 & 3}", is_read_only), []).append((address, 1))
        elif address & 31 < 3:  # the counters that every configuration with counter enables has
            kinds.setdefault(("counter", is_read_only), []).append((address, 1))
    return sorted(((judge, some) for (judge, _), some in kinds.items()), key=lambda kind: kind[0] not in _DEPENDENT)


def torture(source: Source) -> Iterator[Cycle]:
    """Values that a CSR cannot hold: all ones, all zeros, walking ones and zeros, random ones, set and cleared."""
    rng, xlen = source.rng, source.config.xlen
    ones = source.rules.xlen_mask
    yield from source.go_to(rng.choice(source.modes))
    names = rng.sample(sorted(source.csr_number), min(3, len(source.csr_number)))
    for name in names:
        values = [ones, 0, ones, *(1 << bit for bit in range(xlen)), *(ones ^ 1 << bit for bit in range(0, xlen, 3))]
        values += [rng.getrandbits(xlen) for _ in range(8)]
        for value in values:
            yield Cycle(source.debug(name, value))
        for op in (CsrOp.SET, CsrOp.CLEAR):
            for _ in range(6):
                yield Cycle(source.debug(name, source.word(), op))
    # And by a CSR instruction, with what stands in its place in a guest.
    for name in names:
        for _ in range(4):
            yield Cycle(source.access(source.csr_number[name]))
