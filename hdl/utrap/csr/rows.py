"""The CSR table of a configuration, checked as a whole, and folds over it."""

from __future__ import annotations

from functools import cache

from utrap.config import Config
from utrap.csr.levels import (
    hypervisor_rows,
    machine_rows,
    shudeleg_rows,
    supervisor_rows,
    user_rows,
    virtual_supervisor_rows,
)
from utrap.csr.table import Csr, CsrTableError, Field

__all__ = ["COUNTERS_HIGH", "COUNTERS_LOW", "absent_addresses", "csr_rows", "csrs", "storage_bits", "stored_fields"]


@cache
def csrs(config: Config) -> tuple[Csr, ...]:
    """Return every CSR of the configuration by address, checked as a whole.

    Raises:
        CsrTableError: When two rows clash or a view shows what nobody stores.
    """
    rows = list(machine_rows(config))
    if config.s:
        rows += supervisor_rows(config)
    if config.h:
        rows += [*hypervisor_rows(config), *virtual_supervisor_rows(config)]
    if config.n:
        rows += user_rows(config)
    if config.shudeleg:
        rows += shudeleg_rows(config)
    rows.sort(key=lambda row: row.address)
    _check(config, rows)
    return tuple(rows)


def _check(config: Config, rows: list[Csr]) -> None:
    for key in ("name", "address"):
        if len({getattr(row, key) for row in rows}) != len(rows):
            raise CsrTableError(f"two CSRs have the same {key}")
    stored = {field.storage for row in rows for field in row.fields if row.owns(field)}
    for row in rows:
        for field in row.fields:
            if field.bits >> config.xlen:
                raise CsrTableError(f"{row.name}.{field.name} lies beyond XLEN")
            for key in (field.storage, *field.read_where, *field.write_where):
                if key and key not in stored:
                    raise CsrTableError(f"{row.name}.{field.name} shows {key}: not stored")


def csr_rows(config: Config) -> dict[str, Csr]:
    """Return the configuration's CSRs by name."""
    return {row.name: row for row in csrs(config)}


def stored_fields(config: Config) -> dict[str, Field]:
    """Return every field that owns storage, by "csr.field"."""
    return {field.storage: field for row in csrs(config) for field in row.fields if row.owns(field)}


def storage_bits(config: Config) -> int:
    """Count the bits of CSR state that can change."""
    return sum(field.mask.bit_count() // field.copies for field in stored_fields(config).values())


#: RV32's high halves: on RV64 the address is illegal where the low half exists.
_HIGH_HALVES = {
    0x310: "mstatus",
    0x312: "medeleg",
    0x31A: "menvcfg",
    0x612: "hedeleg",
    0x615: "htimedelta",
    0x61A: "henvcfg",
    0x6D2: "huedeleg",
}
_MOST_WINDOWS = 8
#: The unprivileged counters and, on RV32, their high halves.
COUNTERS_LOW = range(0xC00, 0xC20)
COUNTERS_HIGH = range(0xC80, 0xCA0)


def absent_addresses(config: Config) -> tuple[int, ...]:
    """Return addresses that are illegal without asking the core.

    The high halves on RV64 (norm:H_illegal_high_half, HU-6), and the windows
    that the configuration lacks (shudeleg section 3).
    """
    names = csr_rows(config)
    absent = []
    if config.xlen == 64:
        absent += [high for high, low in _HIGH_HALVES.items() if low in names]
        absent += COUNTERS_HIGH
    if config.shudeleg:
        absent += [0x6E0 + i for i in range(config.windows, _MOST_WINDOWS)]
    return tuple(sorted(absent))
