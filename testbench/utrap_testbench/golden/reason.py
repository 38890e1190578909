"""Why the model decided as it did: each leaf of a decision is a constant that holds the tests that led there.

So a plain step pays nothing for its reasons, and they cannot disagree with
what was decided: the branch that decides is the one that returns them.
"""

from __future__ import annotations

from typing import NamedTuple

from .isa import Fault

#: The manual's section on the parts of a CSR address has no rule names of its own.
CSR_ADDRESSES = "CSR Address Mapping Conventions"


class Because(NamedTuple):
    """One test: the rule that asks for it, what it found in words, and what it looked at.

    `text` is a template: {c} is the cause, {i} the interrupt's number or the
    counter's, {S} the name of S-mode. `looked_at` has names for `look`:
    `mode`, `V`, a CSR (`satp`), its bit (`medeleg[{c}]`) or its field
    (`mstatus.TVM`).
    """

    rule: str
    text: str
    looked_at: tuple[str, ...] = ()


#: The tests in the order in which they were made.
Reason = tuple[Because, ...]


class Verdict(NamedTuple):
    """May it be done: 0 or the cause of the exception that it raises, and why."""

    fault: int
    reason: Reason


def allowed(*reason: Because) -> Verdict:
    return Verdict(Fault.NONE.value, reason)


def illegal(*reason: Because) -> Verdict:
    return Verdict(Fault.ILLEGAL.value, reason)


def virtual(*reason: Because) -> Verdict:
    return Verdict(Fault.VIRTUAL.value, reason)
