"""The CSRs of the widest hart: whose storage a field shows, and which bits an event's rules leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from utrap.config import Config, every_extension
from utrap.csr.configured import csr_rows
from utrap.csr.definitions import Csr

from .saved import Place

__all__ = ["rows", "storages", "unexplained"]


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
