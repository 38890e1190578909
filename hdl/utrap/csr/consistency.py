"""What must hold between the rows of a CSR table."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.config import Config
from utrap.csr.definitions import Csr, CsrTableError, Field, condition

__all__ = ["check"]


def check(config: Config, rows: Iterable[Csr]) -> None:
    """Check the rows that a configuration has.

    Raises:
        CsrTableError: When two clash, or one shows what nobody stores.
    """
    rows = list(rows)
    for key in ("name", "address"):
        seen = set()
        for row in rows:
            if getattr(row, key) in seen:
                raise CsrTableError(f"{row.name} at {row.address:#05x}: another CSR has the same {key}")
            seen.add(getattr(row, key))
    stored = {field.storage: field for row in rows for field in row.fields if row.owns(field)}
    for row in rows:
        for field in row.fields:
            _check_field(config, row, field, stored)
    _check_trap_fields(rows)


def _check_field(config: Config, row: Csr, field: Field, stored: dict[str, Field]) -> None:
    where = f"{row.name}.{field.name}"
    if field.bits >> config.xlen:
        raise CsrTableError(f"{where} lies beyond XLEN")
    for key in (field.storage, *field.follows, *field.clears, *(condition(text)[0] for text in field.conditions)):
        if key and key not in stored:
            raise CsrTableError(f"{where} shows {key}: not stored")
    if field.storage and field.width != stored[field.storage].width:
        raise CsrTableError(f"{where} is not as wide as {field.storage}, which it shows")


def _check_trap_fields(rows: Iterable[Csr]) -> None:
    """Each mode stores a value once, and all modes in the same bits, for they share its multiplexer."""
    homes: dict[tuple[object, str], str] = {}
    shapes: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        for field in row.fields:
            if not field.on_trap:
                continue
            where = f"{row.name}.{field.name}"
            shape = (field.lsb, field.width, field.mask)
            if homes.setdefault((row.target, field.on_trap), where) != where:
                raise CsrTableError(f"{where}: {homes[row.target, field.on_trap]} stores {field.on_trap} already")
            if shapes.setdefault(field.on_trap, shape) != shape:
                raise CsrTableError(f"{where} is not where other modes store {field.on_trap}")
