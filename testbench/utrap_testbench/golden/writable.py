"""What a write can change: for each CSR, and each way to it, the bits that it takes to 1 and back, and values that do.

Nothing here decides anything: the legalisers are asked. `OPEN` has what must be
set for the bits to be there; with `menvcfg` at 0 some are there that are not otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .config import Config
from .csrs import Csr
from .isa import Prv
from .reset import reset_state
from .rules import Rules
from .state import State

#: The ways to a CSR: an instruction with its own address, one of a guest for which another CSR stands there
#: (norm:H_vscsrs_sub), and a debugger.
WAYS: Final = ("CSR instruction", "guest", "debugger")
#: The registers without whose bits others are read-only 0, from above: each is written with ones.
OPEN: Final = (
    "medeleg", "mideleg", "hideleg", "sideleg", "menvcfg", "menvcfgh", "henvcfg", "henvcfgh",
    "mcounteren", "hcounteren",
    *(f"{level}stateen{number}{half}" for level in "mh" for number in range(4) for half in ("", "h")),
)  # fmt: skip
#: Those that are 0 while the bits that they hide are written: STCE hides STIP (norm:mip_stip_stimecmp_acc).
SHUT: Final = ("menvcfg", "menvcfgh")

_Values = tuple[tuple[int, bool], ...]


@dataclass(frozen=True)
class Writes:
    """One way to a CSR.

    Attributes:
        way: One of `WAYS`.
        address: The instruction's.
        name: The CSR's; a guest's has both names.
        rises: The bits that a write takes from 0 to 1, as they read.
        falls: Those that one takes from 1 to 0.
        values: What to write, one after the other; each with whether `SHUT` must be 0.
    """

    way: str
    address: int
    name: str
    rises: int
    falls: int
    values: tuple[tuple[int, bool], ...]


@lru_cache(maxsize=64)
def writes(config: Config) -> tuple[Writes, ...]:
    """Every way to every CSR in which a write can change a bit."""
    rules = config.rules
    found: list[Writes] = []
    own: dict[int, tuple[int, int, _Values]] = {}
    for address, row in rules.csrs.items():
        if row.is_read_only or row.is_placeholder:
            continue
        if address not in own:
            own[address] = _exercise(config, row)
        rises, falls, values = own[address]
        if rises | falls:
            found += [Writes(way, address, row.name, rises, falls, values) for way in ("CSR instruction", "debugger")]
        if row.guest is not None:
            rises, falls, values = _exercise(config, row.guest, prv=Prv.S.value, v=1)
            found.append(Writes("guest", address, f"{row.name} as {row.guest.name}", rises, falls, values))
    return tuple(found)


def _exercise(config: Config, row: Csr, prv: int = Prv.M.value, v: int = 0) -> tuple[int, int, _Values]:
    """The bits that rise and fall, and the values: each between zeros."""
    rules = config.rules
    rises = falls = 0
    values: list[tuple[int, bool]] = []
    for is_shut in (False, True):
        state = _state(config, is_shut).replace(prv=prv, v=v)
        zero = _after(rules, row, state, 0)
        low = row.read(rules, zero)
        for value in _candidates(rules):
            high = row.read(rules, _after(rules, row, zero, value))
            fallen = row.read(rules, _after(rules, row, _after(rules, row, zero, value), 0))
            if (high & ~low & ~rises) | (high & ~fallen & ~falls):
                values += [(0, is_shut)] * (not values) + [(value, is_shut), (0, is_shut)]
                rises |= high & ~low
                falls |= high & ~fallen
    return rises, falls, tuple(values)


def _after(rules: Rules, row: Csr, state: State, value: int) -> State:
    new = state.copy()
    row.write(rules, new, value)
    return new


def _candidates(rules: Rules) -> Iterator[int]:
    """Ones, ones with each MODE of the satp registers, ones but for a bit, one bit."""
    ones, shift = rules.xlen_mask, rules.atp_mode_shift
    yield ones
    for mode in sorted({*rules.satp_modes, *rules.hgatp_modes}):
        yield ones >> rules.xlen - shift | mode << shift
    for bit in range(rules.xlen):
        yield ones ^ 1 << bit
    for bit in range(rules.xlen):
        yield 1 << bit


def _state(config: Config, is_shut: bool) -> State:
    """Everything open, or what `SHUT` says shut, in Debug Mode where there is one."""
    rules = config.rules
    state = reset_state(config).replace(mstatus_mdt=0, debug=rules.sdext)
    rows: Mapping[str, Csr] = {row.name: row for row in rules.csrs.values() if not row.is_placeholder}
    for name in OPEN:
        if name in rows and not (is_shut and name in SHUT):
            rows[name].write(rules, state, rules.xlen_mask)
    return state
