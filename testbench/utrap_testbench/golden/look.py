"""What a reason's test looked at, as a number."""

from __future__ import annotations

from . import environment, views
from .config import Config
from .state import State

#: CSRs that act as they read and not as they are stored.
_VIEWS = {
    "mip": views.mip,
    "henvcfg": environment.henvcfg,
    "hideleg": views.hideleg,
    "sideleg": views.sideleg,
    "sedeleg": views.sedeleg,
}
#: Fields of CSRs that are kept whole: lowest bit, and ones.
_FIELDS = {"CBIE": (4, 3), "CBCFE": (6, 1), "CBZE": (7, 1), "PMM": (32, 3)}


def look(config: Config, s: State, name: str) -> int:
    """The value of what a test looked at, with its {c} or {i} filled in."""
    if name == "mode":
        return s.v << 2 | s.prv
    if name == "V":
        return s.v
    csr, _, field = name.partition(".")
    if field in _FIELDS:
        lsb, ones = _FIELDS[field]
        return look(config, s, csr) >> lsb & ones
    csr, bracket, index = name.partition("[")
    if csr in _VIEWS:
        value = _VIEWS[csr](config.rules, s)
    else:
        value = getattr(s, csr.replace(".", "_").lower())
    return value >> int(index[:-1]) & 1 if bracket else value
