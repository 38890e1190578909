"""Sequences of CSR accesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from utrap_testbench.env import Cycle
from utrap_testbench.golden import Config, CsrOp
from utrap_testbench.golden.writable import OPEN

from .source import Source

__all__ = ["debuggers", "judged", "numbers", "rights", "sweep", "torture", "verdicts"]

#: Registers that decide about rights.
_RIGHTS = ("mcounteren", "scounteren", "hcounteren", "mstatus", "hstatus", "hudcfg", "vsstatus")
#: The registers with the bits that judge accesses, and which bit of a number from 0 to 7 each of them follows.
_JUDGING = {"mcounteren": 0, "hcounteren": 1, "scounteren": 2, "mstatus": 0, "hstatus": 1, "hudcfg": 2, "vsstatus": 1}
#: Judges that look at more than the mode.
_DEPENDENT = ("satp", "hgatp", "user_guest", "counter", "floating point", "vector")
_NOT_OWNED = (
    "absent",
    "counter",
    "floating point",
    "vector",
    "high_half",
    "high_half_of_huedeleg",
    "absent_window",
    "high_half_of_counter",
)
_SWITCHES = 3 << 13 | 3 << 9
_TRAPPING = 1 << 20 | 1 << 21 | 1 << 22
#: What registers with bits that refuse accesses or instructions hold while all refuse, and while none does.
_REFUSING = {
    "mstatus": (_TRAPPING, _SWITCHES),
    "vsstatus": (0, _SWITCHES),
    "hstatus": (_TRAPPING, 0),
    "hudcfg": (0, 1),
    "mcounteren": (0, (1 << 32) - 1),
    "hcounteren": (0, (1 << 32) - 1),
    "scounteren": (0, (1 << 32) - 1),
}
#: Fields of two bits beside the one that is numbered.
_BESIDE = {
    "mstatus": (9, 13), "sstatus": (9,), "vsstatus": (9,), "hstatus": (48,),
    "menvcfg": (32,), "henvcfg": (32,), "senvcfg": (32,),
}  # fmt: skip
_MDT = 1 << 42
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
    addresses += [0x001, 0x003, 0x008, 0x00F, 0xC22]
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
    kinds = _kinds(source.config)
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


@lru_cache(4)
def _kinds(config: Config) -> tuple[tuple[str, tuple[tuple[int, int], ...]], ...]:
    """By judge, and by being read-only: the addresses, each with whether it exists outside the unit."""
    rules = config.rules
    kinds: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for address in range(4096):
        is_read_only = address >> 10 == 3
        if (row := rules.csrs.get(address)) is not None:
            kinds.setdefault((row.judge.__name__, is_read_only), []).append((address, 0))
            continue
        kinds.setdefault(("absent", False), []).append((address, 0))
        if (switch := rules.switches.get(address)) is not None:
            kinds.setdefault(("vector" if switch.is_vector else "floating point", is_read_only), []).append(
                (address, 1)
            )
        elif (config.ssqosid and address == 0x181) or (config.smctr and address == 0x15F):
            kinds.setdefault(("outside, not of guests", is_read_only), []).append((address, 1))
        elif address & ~0x9F != 0xC00 or address & 0x60:
            kinds.setdefault((f"outside, level {address >> 8 & 3}", is_read_only), []).append((address, 1))
        elif address & 31 < 3:  # the counters that every configuration with counter enables has
            kinds.setdefault(("counter", is_read_only), []).append((address, 1))
    found = [(judge, tuple(some)) for (judge, _), some in kinds.items()]
    return tuple(sorted(found, key=lambda kind: kind[0] not in _DEPENDENT))


def judged(source: Source) -> Iterator[Cycle]:
    """Every CSR, and addresses outside, in every mode, while all that may refuse lets pass, and while none does."""
    rng, ones = source.rng, source.rules.xlen_mask
    owned = [address for address, row in source.rules.csrs.items() if not row.is_placeholder]
    others = [choices for judge, choices in _kinds(source.config) if judge.startswith("outside") or judge in _NOT_OWNED]
    for name in (*OPEN, "sstateen0"):
        if "stateen" in name and source.has(name):
            yield Cycle(source.debug(name, ones))
    for mode in rng.sample(source.modes, len(source.modes)):
        some = [(address, 1) for address in owned] + [rng.choice(choices) for choices in others]
        is_read = [source.chance(0.5) for _ in some]
        for is_shut in rng.sample((False, True), 2):
            yield from source.go_to(mode)
            for name, values in _REFUSING.items():
                if source.has(name):
                    yield Cycle(source.debug(name, values[not is_shut] & ones))
            for (address, exists), reads in rng.sample(plans := list(zip(some, is_read, strict=True)), len(plans)):
                # What sets no bit has the rights of a write and changes nothing that judges; nor does a dirty state.
                op, operand = (CsrOp.READ, None) if reads == is_shut else (CsrOp.SET, 0)
                yield Cycle(source.access(address, op, operand, exists, may_dirty=False))


def debuggers(source: Source) -> Iterator[Cycle]:
    """A debugger's accesses in every mode to what the unit does not own: what the core has, and what nobody has."""
    rng = source.rng
    found = [choices for judge, choices in _kinds(source.config) if judge.startswith("outside") or judge in _NOT_OWNED]
    kinds = [outside for some in found if (outside := [one for one in some if one[0] not in source.rules.csrs])]
    switched = [choices for choices in kinds if choices[0][0] in source.rules.switches and choices[0][1]]
    for mode in rng.sample(source.modes, len(source.modes)):
        yield from source.go_to(mode)
        # With FS and VS Off, and not: of what they judge both.
        for value, some in ((0, kinds), (_SWITCHES, switched)):
            if some:
                yield Cycle(source.debug("mstatus", value))
            for choices in rng.sample(some, len(some)):
                for op in (CsrOp.READ, rng.choice((CsrOp.WRITE, CsrOp.SET, CsrOp.CLEAR))):
                    address, exists = rng.choice(choices)
                    event = source.access(address, op, exists=exists, may_dirty=False)
                    yield Cycle(replace(event, debug=True))


def numbers(source: Source) -> Iterator[Cycle]:
    """Every value of every narrow field, legal or not; every guest's external line alone, and all but it."""
    xlen, shift = source.config.xlen, source.rules.atp_mode_shift
    fields = {
        "mstatus": (11, 2), "sstatus": (13, 2), "vsstatus": (13, 2), "mnstatus": (11, 2), "dcsr": (0, 2),
        "mtvec": (0, 2), "stvec": (0, 2), "vstvec": (0, 2), "utvec": (0, 2), "hstatus": (12, 6),
        "satp": (shift, xlen - shift), "vsatp": (shift, xlen - shift), "hgatp": (shift, xlen - shift),
        "menvcfg": (4, 2), "henvcfg": (4, 2), "senvcfg": (4, 2), "mseccfg": (32, 2),
    }  # fmt: skip
    for name, (low, width) in fields.items():
        if source.has(name):
            for value in source.rng.sample(range(1 << width), 1 << width):
                # FS, VS and MPP are as wide, PMM and CBIE too, and take the same value; HUPMM some of VGEIN's.
                word = source.word()
                for place in {low, *_BESIDE.get(name, ())}:
                    ones = 3 if place != low else (1 << width) - 1
                    word = word & ~(ones << place) | (value & ones) << place
                yield Cycle(source.debug(name, word & source.rules.xlen_mask & ~_MDT))
    views = [source.csr_number[name] for name in ("mip", "hip", "vsip") if name in source.csr_number]
    if source.config.geilen:
        every = source.rules.hgei
        for vgein in source.rng.sample(range(source.config.geilen + 1), source.config.geilen + 1):
            yield Cycle(source.debug("hstatus", vgein << 12))
            for levels in (1 << vgein & every, every & ~(1 << vgein)):
                address = source.rng.choice(views)
                yield Cycle(source.debug(source.rules.csrs[address].name, 0, CsrOp.READ), hgeip=levels)


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
