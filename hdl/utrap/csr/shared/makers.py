"""Small makers of fields and rows, so that the table reads as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from utrap.config import Config
from utrap.csr.definitions import Csr, Field
from utrap.csr.warl import Warl

__all__ = ["fixed", "high_half", "own", "row", "view"]


def own(csr: str, name: str, lsb: int, width: int = 1, **more: object) -> Field:
    """Make a field that is storage of its own."""
    return view(f"{csr}.{name}", name, lsb, width, **more)  # type: ignore[arg-type]


def view(storage: str, name: str, lsb: int, width: int = 1, *, words: str = "", **more: object) -> Field:
    """Make a field that shows another CSR's storage; `words` are a plain rule's."""
    more = {"mask": (1 << width) - 1, "rule": Warl(words=words), **more}
    return Field(name=name, lsb=lsb, width=width, storage=storage, **more)  # type: ignore[arg-type]


def fixed(name: str, lsb: int, width: int, value: int, words: str = "") -> Field:
    """Make a read-only constant field."""
    return Field(name=name, lsb=lsb, width=width, constant=value, is_writable=False, rule=Warl(words=words))


def row(name: str, address: int, source: str, summary: str, fields: Iterable[Field] = (), **more: object) -> Csr:
    """Make a row, its fields in the order of their places."""
    ordered = tuple(sorted(fields, key=lambda field: field.lsb))
    return Csr(name=name, address=address, source=source, summary=summary, fields=ordered, **more)  # type: ignore[arg-type]


def high_half(
    config: Config, name: str, address: int, source: str, summary: str, fields: Iterable[Field] = (), **more: object
) -> Csr:
    """Make the row of RV32's high half: on RV64 its address is illegal (norm:H_illegal_high_half, HU-6)."""
    made = row(name, address, source, summary, fields, **more)
    return replace(made, is_absent=config.xlen == 64)
