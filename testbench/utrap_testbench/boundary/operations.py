"""What the core commits in a cycle: the operations of the commit port, and the model's event that each is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, unique
from typing import Any

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    Event,
    Fault,
    Halt,
    Resume,
    Retire,
    Return,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
)

__all__ = ["EVENTS", "FAULTS", "VERDICTS", "Op", "operation", "operation_bits"]


@unique
class Op(IntEnum):
    """Values of `commit.op`, as docs/ports.md has them."""

    NONE = 0
    CSR = 1
    EXCEPTION = 2
    INTERRUPT = 3
    MRET = 4
    SRET = 5
    URET = 6
    DEBUG_CSR = 7
    MNRET = 8
    RESUME = 9
    HALT = 10
    RNMI = 11


#: The event of each operation: its class, and what the operation says of it.
EVENTS: Mapping[Op, tuple[type[Event], Mapping[str, Any]]] = {
    Op.NONE: (Retire, {}),
    Op.CSR: (CsrAccess, {"debug": False}),
    Op.EXCEPTION: (TakeException, {}),
    Op.INTERRUPT: (TakeInterrupt, {}),
    Op.MRET: (TrapReturn, {"insn": Return.MRET}),
    Op.SRET: (TrapReturn, {"insn": Return.SRET}),
    Op.URET: (TrapReturn, {"insn": Return.URET}),
    Op.DEBUG_CSR: (CsrAccess, {"debug": True}),
    Op.MNRET: (TrapReturn, {"insn": Return.MNRET}),
    Op.RNMI: (TakeRnmi, {}),
    Op.HALT: (Halt, {}),
    Op.RESUME: (Resume, {}),
}
_CSR, _DEBUG_CSR = Op.CSR, Op.DEBUG_CSR
_RETURNS = {said["insn"]: op for op, (kind, said) in EVENTS.items() if kind is TrapReturn}
_KINDS: Mapping[type[Event], Op] = {kind: op for op, (kind, said) in EVENTS.items() if not said}

#: The unit's verdicts as causes of exceptions, by their encoding: NONE, ILLEGAL, VIRTUAL.
FAULTS = (Fault.NONE.value, Fault.ILLEGAL.value, Fault.VIRTUAL.value)
#: And back.
VERDICTS: Mapping[int, int] = {cause: verdict for verdict, cause in enumerate(FAULTS)}


def operation_bits(config: Config) -> int:
    """How wide the operation is: as the highest that the configuration has."""
    return 4 if config.smrnmi or config.sdext else 3


def operation(event: Event) -> Op:
    """What the core commits for an event; a question or new levels of the lines are none."""
    if isinstance(event, CsrAccess):
        return _DEBUG_CSR if event.debug else _CSR
    if isinstance(event, TrapReturn):
        return _RETURNS[event.insn]
    return _KINDS.get(type(event), Op.NONE)
