"""Records on the RTL: each becomes stimuli, and what the unit shows becomes a result like the model's.

A record takes: the stimuli that establish `pre`; the event, in whose cycle the
unit's answers and the state that was established are seen; and a cycle in
which the state afterwards is seen, the accessed CSR is read back, and reset
leads to the next record.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap_sim.reach_state import Establisher
from utrap_sim.simulators.bench import Bench
from utrap_testbench import golden
from utrap_testbench.boundary import FAULTS, VERDICTS, Answer, Encoder, UnknownBits, expected
from utrap_testbench.golden import (
    Cause,
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Halt,
    Insn,
    Query,
    Retire,
    TakeException,
    TakeInterrupt,
    registers,
)
from utrap_testbench.golden.interrupts import lines_of
from utrap_testbench.vectors import CRITICAL, Difference, Record, Result
from utrap_testbench.vectors.model import fault_tval, result_of, step_of

__all__ = ["Judgement", "RtlRecords", "Started"]

_ONLY_64 = (Insn.HLV_WU, Insn.HLV_D, Insn.HSV_D)
#: Instructions whose verdict is on a port that has not their own name.
_SHARED = {
    "sinval.vma": "sfence_vma",
    "hinval.vvma": "hfence_vvma",
    "hinval.gvma": "hfence_gvma",
    "sfence.w.inval": "sfence_inval",
    "sfence.inval.ir": "sfence_inval",
    "cbo.flush": "cbo_clean",
}


@dataclass(slots=True)
class Started:
    """A record whose stimuli are made: what the unit must show while it happens."""

    number: int
    record: Record
    model: Result
    established: dict[str, int]
    outputs: dict[str, int]


@dataclass(slots=True)
class Judgement:
    """What the RTL did.

    Attributes:
        result: To be compared with the record.
        others: Where the RTL differs from the model in what a record does not
            hold: the state that was established, and the output ports.
    """

    result: Result
    others: list[Difference]


class RtlRecords:
    """Turns records of a configuration into stimuli of its bench, and what is seen into results."""

    def __init__(self, bench: Bench, config: Config) -> None:
        self.bench, self.config = bench, config
        self._establish = Establisher(bench, config)
        self._encoder = Encoder(bench.inputs)
        self._observe = bench.inputs.pack({"observe": 1})
        self._names = list(registers(config, golden.reset_state(config)))

    @property
    def first(self) -> str:
        """The stimulus before the first record: reset."""
        return f"{self._establish.reset:x}\n"

    def start(self, number: int, record: Record) -> tuple[str, Started]:
        """The stimuli of a record as text, one line a cycle.

        Raises:
            IllegalState: When `pre` is no state of this hart.
        """
        config, event = self.config, record.event
        done = step_of(config, record)
        before = done.before
        wanted = registers(config, before)
        lines = self._establish.stimuli(before, wanted)
        levels = {"hgeip": before.hgeip, "mhartid": before.mhartid, "time": before.time}
        levels |= {"lcofi_request": before.lcofi_request, "counter_overflow": before.counter_overflow}
        levels |= {"line_rnmi": before.line_rnmi, "rnmi_cause": before.rnmi_cause}
        # No record says these: 0, as the model has them.
        levels |= {name: getattr(before, name) for name in ("rnmi_interrupt_vector", "rnmi_exception_vector")}
        always = self._observe | self._encoder.levels(lines_of(before), **levels)
        lines.append(f"{always | self._encoder.event(event):x}")
        lines.append(f"{always | self._encoder.event(_readback(event)) | self._establish.reset:x}")
        lines.append("")
        outputs = expected(Answer(config, before, event, done.outcome))
        return "\n".join(lines), Started(number, record, result_of(config, record, done), wanted, outputs)

    def judge(self, started: Started, during: str, after: str) -> Judgement:
        """The result of a record from the two lines that its stimuli asked for."""
        try:
            seen, then = self.bench.outputs.unpack(during), self.bench.outputs.unpack(after)
        except UnknownBits as error:
            return Judgement(started.model.copy(), [UnknownDifference(str(error), None, None)])
        record = started.record
        others = [
            Difference(f"pre.{name}", wanted, got)
            for name, got in self._registers(seen, started.established).items()
            if (wanted := started.established[name]) != got
        ]
        others += [
            Difference(name, wanted, seen[name]) for name, wanted in started.outputs.items() if seen[name] != wanted
        ]
        found = self._registers(then, started.established)
        fault = self._fault(record, seen)
        result = Result(
            pc=_next_pc(started, seen, fault), registers=found, answers=self._answers(started, seen, then, fault, found)
        )
        return Judgement(result, others)

    def _registers(self, seen: dict[str, int], driven: dict[str, int]) -> dict[str, int]:
        """The registers as records name them; a line is what was driven."""
        mode = seen["hart.mode"]
        values = {"prv": mode & 3, "v": mode >> 2, "debug": seen.get("hart.debug", 0), **seen}
        values["critical"] = _has_stopped(seen)
        for name, register, place in self.bench.raw_fields:
            values[register] = values.get(register, 0) | seen[name] << place
        return {name: values[name] if name in values else driven[name] for name in self._names}

    def _fault(self, record: Record, seen: dict[str, int]) -> int:
        """The cause that the core would raise; what the unit does not decide is the core's own."""
        event = record.event
        if not isinstance(event, Query):
            return _cause(seen["answer.fault"])
        name = event.insn.value
        if event.insn is Insn.ECALL:
            return seen["hart.ecall_cause"]
        if event.insn is Insn.EBREAK:
            return 3
        if name.startswith(("hlv", "hsv")):
            port = "hlsv" if self.config.xlen == 64 or event.insn not in _ONLY_64 else ""
        else:
            port = _SHARED.get(name, name.replace(".", "_"))
        verdict = seen.get(f"legality.{port}", VERDICTS[golden.Fault.ILLEGAL])
        return _cause(verdict)

    def _answers(
        self, started: Started, seen: dict[str, int], then: dict[str, int], fault: int, after: dict[str, int]
    ) -> dict[str, int | None]:
        record, event = started.record, started.record.event
        mode = then["hart.mode"]
        if isinstance(event, TakeException):
            return _taken(event, seen, then)
        if isinstance(event, TakeInterrupt):
            taken = seen["answer.redirect"] | _has_stopped(then)
            answers: dict[str, int | None] = {"taken": taken, "wake": seen["interrupt.wake"], "mip": after["mip"]}
            if taken:
                # A guest sees the code of the supervisor's interrupt, one less (norm:hideleg_trans).
                is_guest = seen["interrupt.target"] == golden.Mode.VS
                answers |= {"irq": seen["interrupt.cause"] + is_guest, **_taken(event, seen, then)}
            return answers
        if isinstance(event, Halt):
            return {"halted": then["hart.debug"] & ~seen["hart.debug"]}
        model = started.model.answers
        if fault:
            may_fault = "bits" in record.details
            return {"fault": fault, "tval": fault_tval(record, fault) if may_fault else None}
        if model["fault"]:
            return {"fault": None}
        answers = dict(model)
        # What a set or clear computed for a CSR of the unit is on no port.
        shown = {"to": mode, "rdata": seen["answer.rdata"], "readback": then["answer.rdata"]}
        if isinstance(event, CsrAccess) and (event.address not in self.config.rules.csrs or not _is_tracked(record)):
            return answers  # the value is not the unit's
        return {name: shown.get(name, value) for name, value in answers.items()}


def _has_stopped(seen: dict[str, int]) -> int:
    """A critical error: told to the platform, or with dcsr.cetrig by the wish to enter Debug Mode."""
    return seen.get("hart.critical_error", 0) | seen.get("hart.critical_halts", 0)


def _taken(event: TakeException | TakeInterrupt, seen: dict[str, int], then: dict[str, int]) -> dict[str, int | None]:
    """Into which mode a trap went, and whether as a double trap: with a cause that is not the event's own."""
    to = CRITICAL if _has_stopped(then) else then["hart.mode"]
    own = event.cause if isinstance(event, TakeException) else seen["interrupt.cause"]
    is_double = seen["trace.cause"] == Cause.DOUBLE_TRAP != own
    return {"to": to, "double": 1} if is_double else {"to": to}


def _readback(event: Event) -> Event:
    """Read the CSR that was written; with `rst` nothing else comes of it."""
    if isinstance(event, CsrAccess) and event.op is not CsrOp.READ:
        return CsrAccess(address=event.address, op=CsrOp.READ, debug=event.debug)
    return Retire()


def _cause(verdict: int) -> int:
    """The cause that a verdict stands for; -1 for what is no verdict."""
    return FAULTS[verdict] if verdict < len(FAULTS) else -1


class UnknownDifference(Difference):
    """A field with x or z in it."""

    def __str__(self) -> str:
        return self.field


def _is_tracked(record: Record) -> bool:
    return bool(record.details.get("tracked", 1))


def _next_pc(started: Started, seen: dict[str, int], fault: int) -> int:
    """The target where the unit redirects; else the core's own, which is the model's."""
    if seen["answer.redirect"]:
        return seen["answer.target"]
    model = started.model
    is_same = fault == (model.answers.get("fault") or 0) and not started.outputs["answer.redirect"]
    return model.pc if is_same else started.record.pc
