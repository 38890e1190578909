"""One way in which the recording simulator differs, and what the predictions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Fault
from utrap_testbench.vectors.compare import Result
from utrap_testbench.vectors.record import Header, Record

Apply = Callable[[Header, Config, Record, Result], bool]


@dataclass(frozen=True)
class Deviation:
    """One way in which the simulator differs. `apply` changes a copy of the result and says whether it did."""

    name: str
    rule: str
    text: str
    kinds: tuple[str, ...]
    apply: Apply


def written_by(record: Record, result: Result) -> CsrAccess | None:
    """The event, where it is an allowed write."""
    event = record.event
    if not isinstance(event, CsrAccess) or event.op is CsrOp.READ or result.answers["fault"] is not None:
        return None
    return event


def store(result: Result, name: str, value: int) -> bool:
    result.registers[name] = value
    result.answers["readback"] = value
    return True


def illegal(record: Record, result: Result) -> bool:
    result.pc = record.pc
    for name in result.registers:
        result.registers[name] = record.pre.get(name, 0)
    result.answers = {"fault": Fault.ILLEGAL.value, "tval": int(record.details["bits"], 16)}
    return True
