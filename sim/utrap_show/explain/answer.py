"""What the model answers to a request: each test with what it looked at, whom an interrupt is for, what is written.

The reasons are those that the model's own branches returned, the writes those
that its own code made on a state under watch. `Answer.to_json` is the shape
that docs/explain.md describes.
"""

from __future__ import annotations

from typing import Any

from utrap_show.names import cause_name
from utrap_testbench.golden import (
    Because,
    CsrAccess,
    CsrOp,
    Halt,
    Insn,
    Mode,
    Outcome,
    Query,
    Resume,
    State,
    TakeException,
    TakeInterrupt,
    TakeRnmi,
    TrapReturn,
    csr_value,
    ebreak_halts,
    irq_name,
    look,
    standing,
    step,
)
from utrap_testbench.golden.debug_mode import EBREAK_ENTERS
from utrap_testbench.golden.effective import hlsv_masking, masking
from utrap_testbench.golden.environment import cbo_inval_does
from utrap_testbench.golden.interrupts import TARGETS, order_between
from utrap_testbench.golden.route import guest_page, matches
from utrap_testbench.golden.translation import Translation, hlsv_translation, translation
from utrap_testbench.golden.views import overflows_shown

from .question import PointerMasking, Translated
from .recording_state import Watched
from .request import SCOUNTOVF, Request
from .shape import Answer, Interrupt, Seen, Step, Window, Write

__all__ = ["answer"]

_FAULTS = {2: "illegal instruction", 22: "virtual instruction"}
#: What a field that holds a mode calls its values.
_MODES = {
    "mstatus_mpp": {0: "U", 1: "S", 3: "M"},
    "mnstatus_mnpp": {0: "U", 1: "S", 3: "M"},
    "dcsr_prv": {0: "U", 1: "S", 3: "M"},
    "mstatus_spp": {0: "U", 1: "S"},
    "vsstatus_spp": {0: "VU", 1: "VS"},
    "hstatus_spvp": {0: "VU", 1: "VS"},
    "hustatus_upvp": {0: "VU", 1: "VS"},
}
#: Upper bits of an address that PMM has ignored.
_IGNORED = {0: 0, 2: 7, 3: 16}
#: Fields that reset leaves so that traps cannot be taken.
_SET_BY_RESET = ("mstatus.MDT", "mstatush.MDT", "mnstatus.NMIE")


def answer(request: Request) -> Answer:
    """Ask the model, and put its reasons into words."""
    return _Teller(request).answer()


class _Teller:
    def __init__(self, request: Request) -> None:
        self.request = request
        self.config, self.names, self.state = request.config, request.names, request.state
        self.watched = Watched.of(request.state)
        self.after, self.outcome = self._asked(self.watched)

    def _asked(self, state: State) -> tuple[State, Outcome]:
        """What the model answers; an instruction's effect, where the state decides it, follows its verdict."""
        event, config = self.request.event, self.config
        if isinstance(event, Translated):
            return self._translated(state, event)
        if isinstance(event, PointerMasking):
            mode = state.v << 2 | state.prv
            holds = hlsv_masking(config, state) if event.of_hlsv else masking(config, state)
            return state, Outcome(from_mode=mode, to_mode=mode, rdata=holds.pmm, reason=holds.reason)
        after, outcome = step(config, state, event)
        if isinstance(event, Query) and event.insn is Insn.EBREAK and ebreak_halts(config, state):
            outcome.fault, outcome.halted, outcome.reason = 0, 1, (EBREAK_ENTERS[Mode(outcome.from_mode)],)
        elif isinstance(event, Query) and event.insn is Insn.CBO_INVAL and not outcome.fault:
            outcome.reason += (cbo_inval_does(config.rules, state).because,)
        elif isinstance(event, CsrAccess) and event.address == SCOUNTOVF and not outcome.fault:
            outcome.reason += (overflows_shown(state).because,)
        return after, outcome

    def _translated(self, state: State, event: Translated) -> tuple[State, Outcome]:
        """As which mode; of HLV and HSV only where they may execute."""
        mode = state.v << 2 | state.prv
        outcome = Outcome(from_mode=mode, to_mode=mode)
        if event.of_hlsv:
            outcome = step(self.config, state, Query(insn=Insn.HLV_B))[1]
        if not outcome.fault:
            self.translation = (hlsv_translation if event.of_hlsv else translation)(self.config, state)
            outcome.reason += self.translation.reason
        return state, outcome

    def answer(self) -> Answer:
        event, outcome = self.request.event, self.outcome
        text, verdict = self._verdict(outcome)
        steps = self._steps(outcome.reason, self._number(event))
        pc_steps = self._pc_steps()
        interrupts = self._interrupts() if isinstance(event, TakeInterrupt) else []
        return Answer(
            event=self._event(),
            verdict=verdict,
            text=text,
            from_mode=self.names.mode_name(outcome.from_mode),
            to_mode=self.names.mode_name(outcome.to_mode),
            steps=steps,
            windows=self._windows(outcome),
            interrupts=interrupts,
            writes=self._writes(),
            pc=self._hex(outcome.target) if outcome.redirect else None,
            pc_steps=pc_steps,
            read=self._hex(outcome.rdata) if isinstance(event, CsrAccess) and not outcome.fault else None,
            notes=[
                *self.request.notes,
                *self._of_reset([*steps, *(step for i in interrupts for step in i.steps)]),
                *self._of_inputs(pc_steps),
            ],
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
        if isinstance(event, TakeRnmi):
            cause = self.state.rnmi_cause
            return {"kind": "rnmi", "text": f"RNMI {cause}", "cause": cause, "pc": self._hex(event.pc)}
        if isinstance(event, PointerMasking):
            of = "HLV and HSV" if event.of_hlsv else "loads and stores"
            kind, what = ("translation", "") if isinstance(event, Translated) else ("masking", "pointer masking of ")
            return {"kind": kind, "text": what + of, "accesses": event.accesses}
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
        if outcome.critical:
            return "nobody can take it: a critical error, the hart stops", "critical error"
        if outcome.trap:
            return self._trap(outcome, to_mode), "trap"
        if isinstance(event, TakeInterrupt | TakeRnmi):
            return f"no {'RNMI' if isinstance(event, TakeRnmi) else 'interrupt'} is taken", "nothing"
        if outcome.halted:
            return "enters Debug Mode", "halt"
        if isinstance(event, TakeException | Halt):
            return "nothing happens: the hart is in Debug Mode", "nothing"
        if isinstance(event, Translated):
            return self._as_whom(self.translation), "translation"
        if isinstance(event, PointerMasking):
            bits = _IGNORED[outcome.rdata]
            return (f"the upper {bits} bits of an address are ignored" if bits else "no bit is ignored"), "masking"
        if isinstance(event, TrapReturn | Resume):
            return f"returns to {to_mode}", "return"
        return "allowed", "allowed"

    def _as_whom(self, found: Translation) -> str:
        """As which mode they execute, through which tables, with which permission bits set."""
        tables = f"translated by {' and '.join(found.tables)}" if found.tables else "not translated"
        bits = f", with {', '.join(found.bits)}" if found.bits else ""
        return f"execute as {self.names.mode_name(found.mode)}, {tables}{bits}"

    def _trap(self, outcome: Outcome, to_mode: str) -> str:
        """Which handler takes it, and as what."""
        event = self.request.event
        if isinstance(event, TakeRnmi):
            return f"RNMI {outcome.cause} is taken into {to_mode}"
        who = f"{irq_name(outcome.irq)} ({outcome.irq}) " if isinstance(event, TakeInterrupt) else ""
        where = f"the handler of RNMIs, in {to_mode}" if outcome.rnmi else to_mode
        if outcome.double:
            return f"{who}becomes a double trap ({outcome.cause}) and goes to {where}"
        if outcome.is_interrupt and not outcome.rnmi:
            seen = f", as code {outcome.cause}" if outcome.cause != outcome.irq else ""
            return f"{who}is taken into {to_mode}{seen}"
        return f"{who}goes to {where}"

    def _of_reset(self, steps: list[Step]) -> list[str]:
        """What reset leaves that has a say here, and nobody has set."""
        return [
            f"{seen.name} is {seen.value} after reset: --csr {seen.name}={1 - int(seen.value)} changes it"
            for seen in dict.fromkeys(seen for step in steps for seen in step.looked_at)
            if seen.name in _SET_BY_RESET and seen.name.partition(".")[0] not in self.request.given
        ]

    def _of_inputs(self, pc_steps: list[Step]) -> list[str]:
        """The inputs that say where the pc goes, and that nobody has set."""
        return [
            f"{seen.name} is an input, taken to be 0: --{seen.name.replace('_', '-')} changes it"
            for seen in (seen for step in pc_steps for seen in step.looked_at)
            if self.config.rnmi_vectors == "port" and self.state.__dict__.get(seen.name) == 0
            if seen.name.startswith("rnmi_")
        ]

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
        if name in self.names.rows:
            return Seen(name=shown, value=self._hex(value))
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
        if (outcome.trap or outcome.critical) and outcome.irq == irq:
            reason, state = outcome.reason, "taken" if outcome.trap else "blocked"
        elif stands.is_ready:
            first = standing(self.config, self.state, outcome.irq).mode
            reason, state = (*reason, order_between(first, stands.mode)), "waiting"
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
            meaning = self._cause_meaning(self.outcome.is_interrupt, self.outcome.cause)
        elif name == "mtval2" and self.outcome.double:
            interrupt = self.config.rules.interrupt_bit
            meaning = self._cause_meaning(new & interrupt, new & ~interrupt)
        show = str if part and part != "software bits" else self._hex
        return Write(csr=csr, field=part, old=show(old), new=show(new), meaning=meaning)

    def _cause_meaning(self, is_interrupt: int, cause: int) -> str:
        if not is_interrupt:
            return cause_name(cause)
        return f"RNMI {cause}" if isinstance(self.request.event, TakeRnmi) else f"interrupt {cause}"

    def _pc_steps(self) -> list[Step]:
        outcome = self.outcome
        letter = {Mode.M: "m", Mode.S: "s", Mode.VS: "vs"}.get(Mode(outcome.to_mode), "u")
        return [
            self._with(because, because.looked_at[0] if because.looked_at else f"{letter}tvec")
            for because in outcome.target_reason
        ]

    def _with(self, because: Because, name: str) -> Step:
        """A step that looked at a whole register, or at a vector that is the hart's own."""
        value = self.outcome.target if name.startswith("rnmi_") else self.state.__dict__[name]
        return Step(rule=because.rule, text=because.text, looked_at=[Seen(name=name, value=self._hex(value))])

    @staticmethod
    def _hex(value: int) -> str:
        return f"{value:#x}"
