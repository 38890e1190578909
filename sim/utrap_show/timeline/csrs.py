"""The CSRs of the widest hart: whose storage a field shows, what changed, and what an event's rules leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from utrap.config import Config, every_extension
from utrap.csr.configured import csr_rows
from utrap.csr.definitions import Csr

from .event import Write
from .saved import Place

__all__ = ["in_fields", "rows", "storages", "unexplained"]


@cache
def rows(xlen: int) -> Mapping[str, Csr]:
    """The CSRs of the widest hart."""
    return csr_rows(Config.profile("full", xlen, windows=8, **every_extension(xlen)))


@cache
def _owned(xlen: int) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """For each CSR the fields that only software and events change: storage and bits."""
    return {
        row.name: tuple((field.storage, field.bits) for field in row.fields if row.owns(field) and not field.level)
        for row in rows(xlen).values()
    }


def storages(place: Place, xlen: int) -> Iterator[str]:
    """What a place stores, by the name of the CSR that owns it."""
    for field in rows(xlen)[place.csr].fields:
        if field.storage and place.field in ("", field.name.upper()):
            yield field.storage


@cache
def unexplained(csr: str, written: tuple[Place, ...], xlen: int) -> int:
    """The bits of a CSR that are its own, change by no level, and are not among what is written."""
    explained = {storage for place in written for storage in storages(place, xlen)}
    return sum(bits for storage, bits in _owned(xlen)[csr] if storage not in explained)


def in_fields(write: Write, xlen: int) -> list[Write]:
    """What an access changed, field by field, where the CSR has several and they have all of it."""
    assert write.old is not None
    assert write.new is not None
    fields = [field for field in rows(xlen)[write.csr].fields if field.bits & (write.old ^ write.new)]
    if len(rows(xlen)[write.csr].fields) == 1 or (write.old ^ write.new) & ~sum(field.bits for field in fields):
        return [write]
    found = []
    for field in fields:
        old, new = ((value & field.bits) >> int(field.lsb) for value in (write.old, write.new))
        found.append(Write(write.csr, field.name.upper(), old, new))
    return found
