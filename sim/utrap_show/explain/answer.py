"""What the model answers to a request: each test with what it looked at, whom an interrupt is for, what is written.

The reasons are those that the model's own branches returned, the writes those
that its own code made on a state under watch. `Answer.to_json` is the shape
that docs/explain.md describes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from utrap import __version__
from utrap_show.names import cause_name
from utrap_testbench.golden import (
    Because,
    CsrAccess,
    CsrOp,
    Halt,
    Mode,
    Outcome,
    Query,
    Resume,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    csr_value,
    irq_name,
    look,
    standing,
    step,
)
from utrap_testbench.golden.interrupts import TARGETS, order_between
from utrap_testbench.golden.route import guest_page, matches

from .recording_state import Watched
from .request import Request

__all__ = ["Answer", "answer"]

_FORMAT = "utrap-explain/1"
_FAULTS = {2: "illegal instruction", 22: "virtual instruction"}
#: What a field that holds a mode calls its values.
_MODES = {
    "mstatus_mpp": {0: "U", 1: "S", 3: "M"},
    "dcsr_prv": {0: "U", 1: "S", 3: "M"},
    "mstatus_spp": {0: "U", 1: "S"},
    "vsstatus_spp": {0: "VU", 1: "VS"},
    "hstatus_spvp": {0: "VU", 1: "VS"},
    "hustatus_upvp": {0: "VU", 1: "VS"},
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a test looked at, and its value."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One test of the decision."""

    rule: str
    text: str
    looked_at: list[Seen]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A delegation window, and whether the page lies in it."""

    name: str
    enabled: bool
    order: int
    page: str
    mask: str
    matches: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Interrupt:
    """One pending interrupt: `state` is taken, waiting (another goes first) or blocked."""

    name: str
    number: int
    target: str
    state: str
    steps: list[Step]


@dataclass(frozen=True, kw_only=True)
class Write:
    """A field that was written: `field` is empty where the CSR is one value."""

    csr: str
    field: str
    old: str
    new: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything that `utrap explain` says."""

    event: dict[str, Any]
    verdict: str
    text: str
    from_mode: str
    to_mode: str
    steps: list[Step]
    windows: list[Window] = field(default_factory=list)
    interrupts: list[Interrupt] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    pc: str | None = None
    pc_steps: list[Step] = field(default_factory=list)
    read: str | None = None
    notes: list[str] = field(default_factory=list)
    profile: str
    xlen: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; every key is always there. docs/schemas/explain.schema.json says what they are."""
        return {"format": _FORMAT, "utrap": __version__, **asdict(self)}


def answer(request: Request) -> Answer:
    """Ask the model, and put its reasons into words."""
    return _Teller(request).answer()


class _Teller:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.config, self.names, self.state = request.config, request.names, request.state
        self.watched = Watched.of(request.state)
        self.after, self.outcome = step(self.config, self.watched, request.event)

    def answer(self) -> Answer:
        event, outcome = self.request.event, self.outcome
        text, verdict = self._verdict(outcome)
        steps = self._steps(outcome.reason, self._number(event))
        return Answer(
            event=self._event(),
            verdict=verdict,
            text=text,
            from_mode=self.names.mode_name(outcome.from_mode),
            to_mode=self.names.mode_name(outcome.to_mode),
            steps=steps,
            windows=self._windows(outcome),
            interrupts=self._interrupts() if isinstance(event, TakeInterrupt) else [],
            writes=self._writes(),
            pc=self._hex(outcome.target) if outcome.redirect else None,
            pc_steps=self._pc_steps(),
            read=self._hex(outcome.rdata) if isinstance(event, CsrAccess) and not outcome.fault else None,
            notes=self.request.notes,
            profile=self.config.profile_name,
            xlen=self.config.xlen,
        )

    # What was asked.

    def _event(self) -> dict[str, Any]:
        event = self.request.event
        if isinstance(event, TakeException):
            return {
                "kind": "exception",
                "text": f"{cause_name(event.cause)} ({event.cause})",
                "cause": event.cause,
                "pc": self._hex(event.pc),
                "tval": self._hex(event.tval),
                "gpa": None if self.request.gpa is None else self._hex(self.request.gpa),
                "tinst": f"{event.tinst:#x}",
                "gva": bool(event.gva),
            }
        if isinstance(event, TakeInterrupt):
            return {"kind": "interrupt", "text": "interrupt", "pc": self._hex(event.pc)}
        if isinstance(event, TrapReturn):
            return {"kind": "return", "text": event.insn.value.upper(), "instruction": event.insn.value}
        if isinstance(event, Resume):
            return {"kind": "return", "text": "RESUME", "instruction": "resume"}
        if isinstance(event, Halt):
            return {"kind": "halt", "text": f"halt ({event.cause})", "cause": event.cause, "pc": self._hex(event.pc)}
        if isinstance(event, Query):
            return {"kind": "instruction", "text": event.insn.value.upper(), "instruction": event.insn.value}
        assert isinstance(event, CsrAccess)
        name = self.names.csr_name(event.address)
        verb = {CsrOp.READ: "read", CsrOp.WRITE: "write", CsrOp.SET: "set bits of", CsrOp.CLEAR: "clear bits of"}
        return {
            "kind": "access",
            "text": f"{verb[event.op]} {name}" + (f" ({event.address:#05x})" if name[:2] != "0x" else ""),
            "csr": name,
            "address": f"{event.address:#05x}",
            "operation": event.op.name.lower(),
            "operand": None if event.op is CsrOp.READ else self._hex(event.wdata),
        }

    def _verdict(self, outcome: Outcome) -> tuple[str, str]:
        event = self.request.event
        to_mode = self.names.mode_name(outcome.to_mode)
        if outcome.fault:
            name = _FAULTS.get(outcome.fault) or cause_name(outcome.fault)
            return f"raises {name} ({outcome.fault})", _FAULTS.get(outcome.fault, "exception")
        if outcome.trap and outcome.is_interrupt:
            seen = f", as code {outcome.cause}" if outcome.cause != outcome.irq else ""
            return f"{irq_name(outcome.irq)} ({outcome.irq}) is taken into {to_mode}{seen}", "trap"
        if outcome.trap:
            return f"goes to {to_mode}", "trap"
        if isinstance(event, TakeInterrupt):
            return "no interrupt is taken", "nothing"
        if isinstance(event, TakeException | Halt):
            return self._in_debug_mode(outcome)
        if isinstance(event, TrapReturn | Resume):
            return f"returns to {to_mode}", "return"
        return "allowed", "allowed"

    @staticmethod
    def _in_debug_mode(outcome: Outcome) -> tuple[str, str]:
        """A halt leads there, and nothing that would trap or halt happens there."""
        if outcome.halted:
            return "enters Debug Mode", "halt"
        return "nothing happens: the hart is in Debug Mode", "nothing"

    def _number(self, event: object) -> int:
        """What {c} and {i} of a reason stand for."""
        if isinstance(event, TakeException):
            return event.cause
        if isinstance(event, CsrAccess):
            return event.address & 31
        return self.outcome.irq

    # Why.

    def _steps(self, reason: tuple[Because, ...], number: int) -> list[Step]:
        return [self._step(because, number) for because in reason]

    def _step(self, because: Because, number: int) -> Step:
        names = {"c": number, "i": number, "S": self.names.mode_name(Mode.S)}
        looked_at = [self._see(name.format(**names)) for name in because.looked_at]
        return Step(
            rule=because.rule, text=because.text.format(**names), looked_at=[seen for seen in looked_at if seen]
        )

    def _see(self, name: str) -> Seen | None:
        event = self.request.event
        if isinstance(event, TakeException):
            if name == "tinst":
                return Seen(name=name, value=f"{event.tinst:#x}")
            if name == "page":
                return Seen(name=name, value=f"{guest_page(self.config, event.tval2):#x}")
            if name == "windows":
                return None  # told one by one
        shown = self.names.looked_at(name)
        if shown is None:
            return None
        value = look(self.config, self.state, name)
        if name == "mode":
            return Seen(name=shown, value=self.names.mode_name(value))
        meaning = _MODES.get(name.replace(".", "_").lower(), {}).get(value, "")
        return Seen(name=shown, value=f"{value} ({meaning})" if meaning else f"{value}")

    def _windows(self, outcome: Outcome) -> list[Window]:
        event = self.request.event
        if not isinstance(event, TakeException) or not any("windows" in b.looked_at for b in outcome.reason):
            return []
        page = guest_page(self.config, event.tval2)
        return [self._window(name, getattr(self.state, name), page) for name in self.config.rules.windows]

    def _window(self, name: str, value: int, page: int) -> Window:
        enabled, order, mine = bool(value & 1), value >> 1 & 63, value >> 10
        mask = (1 << self.config.rules.page_bits) - 1 >> order << order
        matched = matches(self.config, value, page)
        if matched:
            text = f"matches: the page numbers are equal from bit {order} up" if mask else "matches every page"
        elif not enabled:
            text = "no match: not enabled (E = 0)"
        elif page >> self.config.rules.page_bits:
            text = "no match: the page number is wider than a window's"
        else:
            text = f"no match: the page numbers differ in bit {((mine ^ page) & mask).bit_length() - 1}"
        return Window(
            name=name, enabled=enabled, order=order, page=f"{mine:#x}", mask=f"{mask:#x}", matches=matched, text=text
        )

    def _interrupts(self) -> list[Interrupt]:
        pending = csr_value(self.config, self.state, 0x344)
        targets = [target.mode for target in TARGETS]
        order = self.config.rules.priority
        found = []
        for irq in sorted(order):
            if pending >> irq & 1:
                stands = standing(self.config, self.state, irq)
                found.append(((targets.index(stands.mode), order.index(irq)), self._interrupt(irq)))
        return [interrupt for _, interrupt in sorted(found, key=lambda item: item[0])]

    def _interrupt(self, irq: int) -> Interrupt:
        stands, outcome = standing(self.config, self.state, irq), self.outcome
        reason, state = stands.reason, "blocked"
        if outcome.trap and outcome.irq == irq:
            reason, state = outcome.reason, "taken"
        elif stands.is_ready:
            reason, state = (*reason, order_between(outcome.to_mode, stands.mode)), "waiting"
        steps = self._steps(reason, irq)
        if state == "waiting":
            winner = irq_name(outcome.irq)
            steps[-1] = Step(rule=steps[-1].rule, text=f"{winner} goes first: {steps[-1].text}", looked_at=[])
        return Interrupt(
            name=irq_name(irq), number=irq, target=self.names.mode_name(stands.mode), state=state, steps=steps
        )

    # What follows.

    def _writes(self) -> list[Write]:
        written = self.watched.__dict__["written"]
        return [self._write(name) for name in written if name in self.names.stored]

    def _write(self, name: str) -> Write:
        csr, part = self.names.stored[name]
        old, new = self.state.__dict__[name], self.after.__dict__[name]
        meaning = ""
        if name in _MODES:
            meaning = f"{_MODES[name].get(old, '?')} -> {_MODES[name].get(new, '?')}"
        elif csr.endswith("cause") and self.outcome.trap:
            meaning = self._cause_meaning()
        show = str if part and part != "software bits" else self._hex
        return Write(csr=csr, field=part, old=show(old), new=show(new), meaning=meaning)

    def _cause_meaning(self) -> str:
        if self.outcome.is_interrupt:
            return f"interrupt {self.outcome.cause}"
        return cause_name(self.outcome.cause)

    def _pc_steps(self) -> list[Step]:
        outcome = self.outcome
        if outcome.trap:
            letter = {Mode.M: "m", Mode.S: "s", Mode.VS: "vs"}.get(Mode(outcome.to_mode), "u")
            return [self._with(because, f"{letter}tvec") for because in outcome.target_reason]
        if outcome.redirect:
            (because,) = outcome.target_reason
            return [self._with(because, because.looked_at[0])]
        return []

    def _with(self, because: Because, csr: str) -> Step:
        """A step that looked at a whole register."""
        value = Seen(name=csr, value=self._hex(self.state.__dict__[csr]))
        return Step(rule=because.rule, text=because.text, looked_at=[value])

    @staticmethod
    def _hex(value: int) -> str:
        return f"{value:#x}"
