"""The CSR map: what a configuration's CSRs are, for people and for programs. No hardware language is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from utrap import __version__
from utrap.config import Config
from utrap.csr.configured import csrs, stored_fields
from utrap.csr.definitions import Csr, Field, condition

__all__ = ["COLUMNS", "access", "csrs_document", "csrs_json", "csrs_rows"]

FORMAT = "utrap-csrs/1"
COLUMNS = ("Address", "CSR", "Access", "Fields", "Reset", "WARL rule", "Section")

_MODES = ("U", "S", "HS", "M")


def access(row: Csr) -> str:
    """RW or RO, and the lowest mode that may."""
    kind = "RW" if _is_writable(row) else "RO"
    return f"{kind} {_MODES[row.lowest_mode_bits]}"


def _is_writable(row: Csr) -> bool:
    return not row.is_read_only


def _field_access(row: Csr, field: Field) -> str:
    can_change = field.is_writable and field.storage and field.mask and not row.is_read_only
    return "RW" if can_change else "RO"


def _field_reset(config: Config, field: Field) -> int:
    """What a field reads after reset, with every line 0."""
    if field.is_constant:
        return field.constant
    if not field.storage or not _shows_after_reset(config, field):
        return 0
    owner = stored_fields(config)[field.storage]
    return owner.reset * ((1 << field.width) - 1) if owner.copies > 1 else owner.reset


def _shows_after_reset(config: Config, field: Field) -> bool:
    """Whether nothing masks it: of delegation nothing is set after reset."""
    return _holds_after_reset(config, field.read_where)


def _holds_after_reset(config: Config, conditions: Iterable[str]) -> bool:
    stored = stored_fields(config)
    return all(bool(stored[key].reset) is must_be for key, must_be in map(condition, conditions))


def _condition(row: Csr) -> str:
    """What an access must pass beside the rules of the address."""
    return ", ".join(dict.fromkeys(guard.words for guard in row.guards))


def _source(row: Csr) -> str:
    return row.source.removeprefix("norm:")


def csrs_document(config: Config) -> dict[str, Any]:
    """Return the map as JSON holds it; docs/schemas/csrs.schema.json says what it is."""
    digits = config.xlen // 4
    return {
        "format": FORMAT,
        "utrap": __version__,
        "configuration": config.to_json(),
        "csrs": [_csr_document(config, row, digits) for row in csrs(config)],
    }


def _csr_document(config: Config, row: Csr, digits: int) -> dict[str, Any]:
    reset = 0
    for field in row.fields:
        reset |= _field_reset(config, field) << field.lsb
    return {
        "name": row.name,
        "address": row.address,
        "access": "RW" if _is_writable(row) else "RO",
        "lowest_mode": _MODES[row.lowest_mode_bits],
        "condition": _condition(row),
        "with_v": row.vs_name,
        "summary": row.summary,
        "reset": f"{reset:#0{digits + 2}x}",
        "section": row.source,
        "fields": [
            {
                "name": field.name,
                "lsb": field.lsb,
                "width": field.width,
                "access": _field_access(row, field),
                "writable_bits": f"{field.mask << field.lsb if _field_access(row, field) == 'RW' else 0:#x}",
                "reset": f"{_field_reset(config, field):#x}",
                "storage": field.storage,
                "level": field.level,
                "level_where": list(field.level_where),
                "level_replaces": field.level_replaces,
                "read_where": list(field.read_where),
                "write_where": list(field.write_where),
                "rule": field.rule.words,
            }
            for field in row.fields
        ],
    }


def csrs_json(config: Config) -> str:
    """Return the map as JSON text."""
    return json.dumps(csrs_document(config), indent=2) + "\n"


def _bits(field: Field) -> str:
    return str(field.lsb) if field.width == 1 else f"{field.lsb + field.width - 1}:{field.lsb}"


def _fields_text(row: Csr) -> str:
    """The fields from the highest down, read-only ones in parentheses."""
    texts = []
    for field in reversed(row.fields):
        text = f"{_bits(field)} {field.name}"
        texts.append(f"({text})" if _field_access(row, field) == "RO" else text)
    return ", ".join(texts) or "read-only 0"


def _reset_text(config: Config, row: Csr) -> str:
    value = 0
    levels = []
    for field in row.fields:
        value |= _field_reset(config, field) << field.lsb
        if field.level and _holds_after_reset(config, field.level_where):
            levels.append(field.level)
    if levels == ["mhartid"]:
        return "hartid"
    told = {field.reset_level for field in row.fields if field.reset_level}
    if told:
        return f"{', '.join(sorted(told))} in reset"
    is_sensed = any(
        field.level and not field.follows and _holds_after_reset(config, (*field.read_where, *field.level_where))
        for field in row.fields
    )
    return f"{value:#x}" + (" + lines" if is_sensed else "")


def _rules(row: Csr) -> list[str]:
    """Each rule once, with the fields that have it."""
    fields_with: dict[str, list[str]] = {}
    for field in reversed(row.fields):
        words = field.rule.words
        if words and words != "read-only":
            fields_with.setdefault(words, []).append(field.name)
    whole = len(row.fields)
    texts = [rule if len(names) == whole else f"{', '.join(names)}: {rule}" for rule, names in fields_with.items()]
    if _condition(row):
        texts.append(f"access: {_condition(row)}")
    if row.vs_name:
        texts.append(f"with V=1 {row.vs_name}")
    return texts


def csrs_rows(config: Config) -> list[tuple[str, ...]]:
    """Return the map as a table with the columns `COLUMNS`."""
    return [
        (
            f"{row.address:#05x}",
            row.name,
            access(row),
            _fields_text(row),
            _reset_text(config, row),
            "\n".join(_rules(row)),
            _source(row),
        )
        for row in csrs(config)
    ]
