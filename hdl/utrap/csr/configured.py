"""The CSR table of a configuration, checked as a whole, and folds over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from utrap.config import Config, every_extension
from utrap.csr import debug, hypervisor, machine, supervisor, user, virtual_supervisor
from utrap.csr.consistency import check
from utrap.csr.definitions import Csr, Field
from utrap.isa import Target

__all__ = [
    "COUNTERS_HIGH",
    "COUNTERS_LOW",
    "LEVELS",
    "VS_OFFSET",
    "absent_addresses",
    "csr_rows",
    "csrs",
    "csrs_by_level",
    "known_fields",
    "reset_fields",
    "storage_bits",
    "stored_fields",
    "trap_fields",
]

Level = Callable[[Config], Iterable[Csr]]

#: What yields the rows of a configuration, level by level. This is all of the
#: table: what is in it is in the hardware, the CSR map and the headers.
LEVELS: tuple[Level, ...] = (
    machine.rows,
    supervisor.rows,
    hypervisor.rows,
    virtual_supervisor.rows,
    user.rows,
    debug.rows,
)
#: A supervisor address and the VS CSR that takes its place with V=1.
VS_OFFSET = 0x100
#: The unprivileged counters and, on RV32, their high halves.
COUNTERS_LOW = range(0xC00, 0xC20)
COUNTERS_HIGH = range(0xC80, 0xCA0)


@cache
def _rows(config: Config, levels: tuple[Level, ...]) -> tuple[Csr, ...]:
    """Return every row, the absent among them, level by level, checked as a whole."""
    rows = [row for level in levels for row in level(config)]
    names = {row.address: row.name for row in rows if not row.is_absent}
    rows = [replace(row, vs_name=names.get(row.address + VS_OFFSET, "")) if row.is_supervisor else row for row in rows]
    check(config, [row for row in rows if not row.is_absent])
    return tuple(rows)


@cache
def _by_address(config: Config, levels: tuple[Level, ...]) -> tuple[Csr, ...]:
    return tuple(sorted((row for row in _rows(config, levels) if not row.is_absent), key=lambda row: row.address))


@cache
def _known_fields(levels: tuple[Level, ...]) -> Mapping[str, Field]:
    configs = [
        Config.profile(
            "full",
            xlen,
            windows=8,
            geilen=xlen - 1,
            ialign=32,
            isa="IMA",
            local_interrupts=xlen - 16,
            **every_extension(xlen),
        )
        for xlen in (32, 64)
    ]
    return {
        field.storage: field
        for config in configs
        for row in _by_address(config, levels)
        for field in row.fields
        if row.owns(field)
    }


def csrs_by_level(config: Config) -> tuple[Csr, ...]:
    """Return every CSR of the configuration in the order of `LEVELS`.

    Raises:
        CsrTableError: When two rows clash or a view shows what nobody stores.
    """
    return tuple(row for row in _rows(config, LEVELS) if not row.is_absent)


def csrs(config: Config) -> tuple[Csr, ...]:
    """Return every CSR of the configuration by address."""
    return _by_address(config, LEVELS)


def csr_rows(config: Config) -> dict[str, Csr]:
    """Return the configuration's CSRs by name."""
    return {row.name: row for row in csrs(config)}


def stored_fields(config: Config) -> dict[str, Field]:
    """Return every field that owns storage, by "csr.field"."""
    return {field.storage: field for row in csrs(config) for field in row.fields if row.owns(field)}


def reset_fields(config: Config) -> frozenset[str]:
    """Return the stored fields that reset gives a value, by "csr.field"."""
    stored = stored_fields(config)
    if config.reset_state == "all":
        return frozenset(stored)
    shown = {field.storage for row in csrs(config) if row.must_reset for field in row.fields}
    return frozenset(key for key, field in stored.items() if key in shown or field.needs_reset)


def storage_bits(config: Config) -> int:
    """Count the bits of CSR state that can change."""
    return sum(field.mask.bit_count() // field.copies for field in stored_fields(config).values())


def trap_fields(config: Config) -> dict[Target, Mapping[str, str]]:
    """Return what a trap into each mode stores beside its status: `Field.on_trap` -> "csr.field"."""
    found: dict[Target, dict[str, str]] = {}
    for row in csrs_by_level(config):
        if row.target is not None:
            found.setdefault(row.target, {}).update((f.on_trap, f.storage) for f in row.fields if f.on_trap)
    return dict(found)


def known_fields() -> Mapping[str, Field]:
    """Return every field that some configuration stores, by "csr.field"."""
    return _known_fields(LEVELS)


def absent_addresses(config: Config) -> tuple[int, ...]:
    """Return addresses that are illegal without asking the core.

    The high halves on RV64 (norm:H_illegal_high_half, HU-6), and the windows
    that the configuration lacks (shudeleg section 3).
    """
    absent = [row.address for row in _rows(config, LEVELS) if row.is_absent]
    if config.xlen == 64:
        absent += COUNTERS_HIGH
    return tuple(sorted(absent))
