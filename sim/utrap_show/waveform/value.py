"""A wire's value: as many binary digits as the wire has bits, x for each one that is not known."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["digits", "number"]

#: A bit that nothing drives is one that is not known.
_DIGITS = bytes.maketrans(b"XzZ", b"xxx")


def digits(value: bytes, width: int) -> bytes | None:
    """The digits of a change, extended to the wire's width by the rules of IEEE 1364: x with x, all else with 0.

    None where the change has more digits than the wire has bits, and these say more than an extension would.
    """
    if value.isdigit():
        if len(value) <= width:
            return value.rjust(width, b"0")
    else:
        value = value.translate(_DIGITS)
        if len(value) == width:
            return value
    if len(value) < width:
        return value.rjust(width, b"x" if value[:1] == b"x" else b"0")
    left, kept = value[:-width], value[-width:]
    is_redundant = not left.strip(b"0") or (kept[:1] == b"x" and not left.strip(b"x"))
    return kept if is_redundant else None


def number(value: bytes | None, names: type[IntEnum] | None = None) -> int | None:
    """The value as a number; None where a bit is not known, and for a wire that the file lacks.

    Args:
        value: Digits, or a name of `names`, as Amaranth's simulator records enumerations.
        names: The enumeration.
    """
    if not value:
        return None
    if names is not None and not value[:1].isdigit() and value.decode("ascii", "replace") in names.__members__:
        return int(names[value.decode()])
    try:
        return int(value, 2)
    except ValueError:
        return None
