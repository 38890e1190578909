"""The xenvcfg registers: what they hold, and what henvcfg shows while menvcfg withholds it."""

from __future__ import annotations

from .rules import Rules
from .state import State


def henvcfg(r: Rules, s: State) -> int:
    """norm:menvcfg_stce_op2: a field that menvcfg withholds reads and acts as 0, and is kept (warl:henvcfg)."""
    return s.henvcfg & (r.henvcfg_own | s.menvcfg)
