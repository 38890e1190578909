"""A difference between unit and model in names: fields of CSRs, modes, causes, events, verdicts."""

from __future__ import annotations

from collections.abc import Callable

from utrap.csr.definitions import Csr
from utrap_testbench.boundary import VERDICTS, Op
from utrap_testbench.env import Difference
from utrap_testbench.golden import Fault, Irq, Mode, irq_name

from .names import Names, cause_name

__all__ = ["in_words"]

_MODES = frozenset(
    ("hart.mode", "hart.load_store_mode", "hart.hlsv_mode", "trace.from_mode", "trace.to_mode", "interrupt.target")
)
_OPS = frozenset(("commit.op", "trace.kind"))
_CAUSES = frozenset(("commit.cause", "hart.ecall_cause"))
_VERDICTS = {VERDICTS[fault.value]: fault.name for fault in Fault}


def in_words(names: Names, difference: Difference) -> list[str]:
    """A line for each field in which a register differs, or one for a port."""
    expected, got = difference.expected, difference.got
    row = names.rows.get(difference.field)
    if row is not None and got is not None:
        return _fields(row, expected, got)
    name, _, bit = difference.field.partition("@")
    name = _field_name(name) + (f" (bit {bit})" if bit else "")
    said = _meaning(names, difference.field)
    return [f"{name}: expected {said(expected)}, got {'unknown bits' if got is None else said(got)}"]


def _fields(row: Csr, expected: int, got: int) -> list[str]:
    apart, lines = expected ^ got, []
    for field in row.fields:
        mask = (1 << field.width) - 1 << int(field.lsb)
        if apart & mask:
            wanted, there = ((value & mask) >> int(field.lsb) for value in (expected, got))
            lines.append(f"{row.name}.{field.name.upper()}: expected {wanted:#x}, got {there:#x}")
            apart &= ~mask
    if apart:
        bits = [str(bit) for bit in range(apart.bit_length()) if apart >> bit & 1]
        where = f"bit{'s' * (len(bits) > 1)} {', '.join(bits)}, of no field"
        lines.append(f"{row.name}: expected {expected:#x}, got {got:#x} ({where})")
    return lines


def _field_name(name: str) -> str:
    """A register's field as the manual writes it; a port as it is."""
    csr, dot, field = name.partition(".")
    return f"{csr}.{field.upper()}" if dot and csr.endswith(("deleg", "envcfg", "envcfgh")) else name


def _meaning(names: Names, field: str) -> Callable[[int], str]:
    """How the values of a port are said."""
    if field in _MODES:
        return lambda value: names.mode_name(value) if value in Mode.__members__.values() else f"mode {value}"
    if field in _OPS:
        return lambda value: Op(value).name if value in Op.__members__.values() else f"{value:#x}"
    if field in _CAUSES:
        return lambda value: f"{value} ({cause_name(value)})"
    if field == "interrupt.cause":
        return lambda value: irq_name(value) if value in Irq.__members__.values() or value > 15 else f"{value}"
    if field == "answer.fault" or field.startswith("legality."):
        return lambda value: _VERDICTS.get(value, f"{value}")
    return hex
