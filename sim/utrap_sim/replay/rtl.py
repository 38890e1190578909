"""Records on the RTL: each becomes stimuli, and what the unit shows becomes a result like the model's.

A record takes: the stimuli that establish `pre`; the event, in whose cycle the
unit's answers and the state that was established are seen; and a cycle in
which the state afterwards is seen, the accessed CSR is read back, and reset
leads to the next record.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap.isa import CommitOp, CsrOp, Fault
from utrap_sim.expected import FAULTS, commit_op, expected_outputs
from utrap_sim.layout import UnknownBits
from utrap_sim.reach_state import Establisher
from utrap_sim.simulators.bench import Bench
from utrap_testbench import golden
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    Insn,
    Query,
    Retire,
    SetLines,
    State,
    TakeException,
    TakeInterrupt,
    registers,
    state_from_registers,
    step,
)
from utrap_testbench.vectors import Difference, Record, Result, run_on_model
from utrap_testbench.vectors.model import fault_tval

__all__ = ["Judgement", "RtlRecords", "Started"]

_ONLY_64 = (Insn.HLV_WU, Insn.HLV_D, Insn.HSV_D)


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
        self._inputs = bench.inputs
        self._has = set(bench.inputs.offset)
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
        model = run_on_model(config, record)
        before = state_from_registers(config, record.pre)
        wanted = registers(config, before)
        lines = self._establish.stimuli(before, wanted)
        if isinstance(event, TakeInterrupt):
            levels = event.lines if event.lines is not None else 0
            hgeip = before.hgeip if event.hgeip is None else event.hgeip
            before, _ = step(config, before, SetLines(lines=levels, hgeip=hgeip))
            wanted = registers(config, before)
        _, outcome = step(config, before, event)
        driven = self._levels(before)
        lines.append(f"{self._pack(self._event(record) | driven) | self._observe:x}")
        lines.append(f"{self._pack(self._readback(record) | driven) | self._observe | self._establish.reset:x}")
        lines.append("")
        outputs = expected_outputs(config, before, event, outcome)
        return "\n".join(lines), Started(number, record, model, wanted, outputs)

    @property
    def _observe(self) -> int:
        return 1 << self._inputs.offset["observe"]

    def _pack(self, values: dict[str, int]) -> int:
        return self._inputs.pack({name: value for name, value in values.items() if name in self._has})

    def _levels(self, state: State) -> dict[str, int]:
        return {
            "hartid": state.mhartid,
            "lines.meip": state.line_meip,
            "lines.mtip": state.line_mtip,
            "lines.msip": state.line_msip,
            "lines.seip": state.line_seip,
            "lines.ueip": state.line_ueip,
            "lines.hgeip": state.hgeip >> 1,
        }

    def _event(self, record: Record) -> dict[str, int]:
        event, config = record.event, self.config
        inputs: dict[str, int] = {"commit.op": commit_op(event)}
        if isinstance(event, TakeException):
            inputs |= {
                "commit.cause": event.cause,
                "commit.pc": event.pc,
                "commit.tval": event.tval,
                "commit.gva": event.gva,
                "commit.tval2": event.tval2 & config.rules.tval2,
                "commit.tinst": event.tinst & config.rules.tinst,
            }
        elif isinstance(event, TakeInterrupt):
            inputs["commit.pc"] = event.pc
        elif isinstance(event, CsrAccess):
            inputs |= {
                "commit.csr_address": event.address,
                "commit.csr_op": event.op.value,
                "commit.csr_wdata": event.wdata,
                "extension.exists": event.ext_exists,
                "extension.rdata": event.ext_rdata,
            }
        if isinstance(event, (CsrAccess, Retire)):
            inputs |= {"commit.fs_dirty": event.fs_dirty, "commit.vs_dirty": event.vs_dirty}
        return inputs

    def _readback(self, record: Record) -> dict[str, int]:
        event = record.event
        if not isinstance(event, CsrAccess) or event.op is golden.CsrOp.READ:
            return {}
        return {
            "commit.op": CommitOp.DEBUG_CSR if event.debug else CommitOp.CSR,
            "commit.csr_op": CsrOp.READ,
            "commit.csr_address": event.address,
        }

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
        values = {"prv": mode & 3, "v": mode >> 2, **seen}
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
            port = {"sinval.vma": "sfence_vma"}.get(name, name.replace(".", "_"))
        verdict = seen.get(f"legality.{port}", Fault.ILLEGAL)
        return _cause(verdict)

    def _answers(
        self, started: Started, seen: dict[str, int], then: dict[str, int], fault: int, after: dict[str, int]
    ) -> dict[str, int | None]:
        record, event = started.record, started.record.event
        mode = then["hart.mode"]
        if isinstance(event, TakeException):
            return {"to": mode}
        if isinstance(event, TakeInterrupt):
            taken = seen["answer.redirect"]
            answers: dict[str, int | None] = {"taken": taken, "wake": seen["interrupt.wake"], "mip": after["mip"]}
            if taken:
                # A guest sees the code of the supervisor's interrupt, one less (norm:hideleg_trans).
                is_guest = seen["interrupt.target"] == golden.Mode.VS
                answers |= {"irq": seen["interrupt.cause"] + is_guest, "to": mode}
            return answers
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
