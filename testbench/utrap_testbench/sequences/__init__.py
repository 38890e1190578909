"""The sequence library: what a core could do to the unit, constrained-random and directed.

A sequence is a generator of `Cycle`s. It sees the model's state, which is the
unit's as long as nothing has failed, and so knows which mode it is in and what
would be legal there. `Source.cycles` strings sequences together for a seed.
"""

from __future__ import annotations

from .library import SEQUENCES, Sequence, stream
from .source import Source

__all__ = ["SEQUENCES", "Sequence", "Source", "stream"]
