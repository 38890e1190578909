"""Small makers of fields and rows, so that the table reads as one."""

from __future__ import annotations

from collections.abc import Iterable

from utrap.csr.table import Csr, Field, Guard

__all__ = ["fixed", "own", "row", "view"]


def own(csr: str, name: str, lsb: int, width: int = 1, **more: object) -> Field:
    """Make a field that is storage of its own."""
    more.setdefault("mask", (1 << width) - 1)
    return Field(name=name, lsb=lsb, width=width, storage=f"{csr}.{name}", **more)  # type: ignore[arg-type]


def view(storage: str, name: str, lsb: int, width: int = 1, **more: object) -> Field:
    """Make a field that shows another CSR's storage."""
    more.setdefault("mask", (1 << width) - 1)
    return Field(name=name, lsb=lsb, width=width, storage=storage, **more)  # type: ignore[arg-type]


def fixed(name: str, lsb: int, width: int, value: int, rule: str = "") -> Field:
    """Make a read-only constant field."""
    return Field(name=name, lsb=lsb, width=width, constant=value, is_writable=False, rule=rule)


def row(
    name: str,
    address: int,
    source: str,
    summary: str,
    fields: Iterable[Field] = (),
    guard: Guard = Guard.NONE,
    vs_name: str = "",
) -> Csr:
    return Csr(
        name=name,
        address=address,
        source=source,
        summary=summary,
        guard=guard,
        vs_name=vs_name,
        fields=tuple(sorted(fields, key=lambda field: field.lsb)),
    )
