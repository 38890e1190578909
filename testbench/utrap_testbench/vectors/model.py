"""Running one record on the golden model: one step, and what a record says of it."""

from __future__ import annotations

from typing import NamedTuple

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Halt,
    Insn,
    Outcome,
    Query,
    Resume,
    State,
    TrapReturn,
    registers,
    state_from_registers,
    step,
    wakes,
)
from utrap_testbench.golden.events import TakeException, TakeInterrupt
from utrap_testbench.golden.interrupts import sensed
from utrap_testbench.golden.isa import Cause, Fault

from .compare import Result
from .record import CRITICAL, Record

# An allowed load or store was recorded as allowed, not executed: the pc stays.
_NOT_EXECUTED = frozenset(insn for insn in Insn if insn.value[:3] in ("hlv", "hsv") or insn is Insn.CM_JALT)


class Step(NamedTuple):
    """A record's step: the state before it, with the event's lines, the one after it, and what is seen of it."""

    before: State
    after: State
    outcome: Outcome


def run_on_model(config: Config, record: Record) -> Result:
    """The model's result for the record; raises `IllegalState` where `pre` is not a state of this hart."""
    return result_of(config, record, step_of(config, record))


def step_of(config: Config, record: Record) -> Step:
    """Step the model once; raises `IllegalState` likewise."""
    before, event = state_from_registers(config, record.pre), record.event
    if isinstance(event, TakeInterrupt):
        before = sensed(config.rules, before, event)
    return Step(before, *step(config, before, event))


def result_of(config: Config, record: Record, done: Step) -> Result:
    """What a record says of its step."""
    _, after, outcome = done
    result = Result(
        pc=_next_pc(config, record, outcome),
        registers=registers(config, after),
        answers=_answers(config, record, after, outcome),
    )
    _outside(config, record, outcome, result)
    return result


def _next_pc(config: Config, record: Record, outcome: Outcome) -> int:
    """The redirect's target, the same instruction again after a fault, else the next one."""
    if outcome.redirect:
        return outcome.target
    if outcome.critical or outcome.fault or record.kind in ("interrupt", "retire", "halt"):
        return record.pc
    if isinstance(record.event, Query) and record.event.insn in _NOT_EXECUTED:
        return record.pc
    return record.pc + 4 & config.rules.xlen_mask


def _answers(config: Config, record: Record, after: State, outcome: Outcome) -> dict[str, int | None]:
    event = record.event
    if isinstance(event, TakeException):
        return _taken(outcome)
    if isinstance(event, TakeInterrupt):
        mip = config.rules.csrs[0x344]
        answers: dict[str, int | None] = {
            "taken": outcome.trap | outcome.critical,
            "wake": int(wakes(config, after)),
            "mip": mip.read(config.rules, after),
        }
        if answers["taken"]:
            answers |= {"irq": outcome.irq, **_taken(outcome)}
        return answers
    if isinstance(event, Halt):
        return {"halted": outcome.halted}
    answers = {"fault": outcome.fault or None}
    if outcome.fault:
        answers["tval"] = fault_tval(record, outcome.fault)
    elif isinstance(event, Resume) or (isinstance(event, TrapReturn) and record.kind == "xret"):
        answers["to"] = outcome.to_mode
    elif isinstance(event, CsrAccess):
        answers |= _csr_answers(config, record, event, after, outcome)
    return answers


def _taken(outcome: Outcome) -> dict[str, int | None]:
    """Into which mode a trap went, and whether as a double trap."""
    answers: dict[str, int | None] = {"to": CRITICAL if outcome.critical else outcome.to_mode}
    if outcome.double:
        answers["double"] = 1
    return answers


def fault_tval(record: Record, fault: int) -> int:
    """warl:tval for illegal and virtual instruction: the instruction bits; EBREAK the pc, ECALL 0."""
    if fault in (Fault.ILLEGAL, Fault.VIRTUAL):
        return int(record.details["bits"], 16)
    return record.pc if fault == Cause.BREAKPOINT else 0


def _csr_answers(
    config: Config, record: Record, event: CsrAccess, after: State, outcome: Outcome
) -> dict[str, int | None]:
    """Read data, what was written, and what the same address then reads in the same mode."""
    csr = config.rules.csrs.get(event.address)
    if csr is None or not record.details.get("tracked", 1):
        # The value is not the trap unit's: only the verdict is judged.
        return {name: record.result[name] for name in ("rdata", "written", "readback") if name in record.result}
    answers: dict[str, int | None] = {}
    if record.details["ren"]:
        answers["rdata"] = outcome.rdata
    if event.op is not CsrOp.READ:
        if after.v == 1 and not event.debug and csr.guest is not None:
            csr = csr.guest
        answers["written"] = outcome.written
        answers["readback"] = csr.read(config.rules, after)
    return answers


def _outside(config: Config, record: Record, outcome: Outcome, result: Result) -> None:
    """misa has no storage here and keeps its value whatever is written (warl:misa)."""
    if "misa" in record.post:
        result.registers["misa"] = config.rules.misa
