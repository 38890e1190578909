"""The catalogue: every family, by the rule that it breaks."""

from utrap_strength.faults.catalogue import (
    access,
    beyond,
    delegation,
    entry,
    fields,
    interrupts,
    returns,
    routing,
    vector,
    views,
)
from utrap_strength.faults.fault import Fault, Impossible

__all__ = ["ENTRIES"]

ENTRIES: tuple[Fault | Impossible, ...] = (
    *routing.FAULTS,
    *delegation.FAULTS,
    *interrupts.FAULTS,
    *entry.FAULTS,
    *vector.FAULTS,
    *returns.FAULTS,
    *access.FAULTS,
    *fields.FAULTS,
    *views.FAULTS,
    *beyond.IMPOSSIBLE,
)
