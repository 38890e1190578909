"""Sscofpmf in the table: the counters' overflow bits, which scountovf shows."""

from __future__ import annotations

from utrap.csr.definitions import Field
from utrap.csr.warl import Warl

__all__ = ["FIRST_EVENT_COUNTER", "overflowed"]

#: mhpmevent3 is the first, and the last is mhpmevent31.
FIRST_EVENT_COUNTER = 3


def overflowed() -> Field:
    """Return the OF bits of mhpmevent3 to mhpmevent31, each at its counter's number."""
    return Field(
        name="of",
        lsb=FIRST_EVENT_COUNTER,
        width=32 - FIRST_EVENT_COUNTER,
        level="scountovf",
        is_writable=False,
        rule=Warl(words="a port; below M where mcounteren has the counter's bit, in a guest hcounteren too"),
    )
