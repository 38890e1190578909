"""Cover points of Debug Mode: how it is entered and left, what comes to nothing in it, single steps, EBREAKs."""

from __future__ import annotations

from utrap_testbench.golden import (
    Config,
    CsrAccess,
    Event,
    Halt,
    Mode,
    Outcome,
    Resume,
    Retire,
    State,
    TakeException,
    TakeInterrupt,
    TrapReturn,
    ebreak_halts,
    pending_interrupt,
)
from utrap_testbench.golden.isa import Cause
from utrap_testbench.golden.xret import returns_of

from .axes import Axes, Hits, always

__all__ = ["axes", "sample"]

_INSIDE = "Debug Mode"
#: Reasons for a halt, as dcsr numbers them.
_CAUSES = ("", "ebreak", "trigger", "haltreq", "step", "resethaltreq", "group", "other")
_INSTRUCTION, _EXCEPTION, _TAKEN, _MASKED = "instruction", "exception", "interrupt", "masked interrupt"
_MODE = {mode.value: mode.name for mode in Mode}


def axes(config: Config, modes: list[str]) -> list[Axes]:
    """The cover points; none without Sdext."""
    if not config.sdext:
        return []
    returns = [insn.value for insn in returns_of(config)]
    events = [_EXCEPTION, "pending interrupt", "halt", *returns, "debug register", "other CSR", "debugger", "retire"]
    stepped = [_INSTRUCTION, _EXCEPTION, _TAKEN, _MASKED]
    return [
        Axes("halts", "from x cause", [modes, list(_CAUSES[1:])], always),
        Axes("resumes", "from x to", [[_INSIDE, *modes], [*modes, "fault"]], _resume),
        Axes("in Debug Mode", "event", [events], always),
        Axes("single steps", "mode x stepie x event", [modes, ["0", "1"], stepped], _step),
        Axes("EBREAK", "mode x what", [modes, ["halts", "traps"]], always),
    ]


def _resume(config: Config, source: str, target: str) -> str | None:
    return None if (source == _INSIDE) != (target == "fault") else "Sdext: Resume"


def _step(config: Config, mode: str, stepie: str, event: str) -> str | None:
    """With stepie=0 no interrupt is taken, with stepie=1 none is masked."""
    return "Sdext: Step Bit In Dcsr" if (event, stepie) in ((_TAKEN, "0"), (_MASKED, "1")) else None


def sample(hits: Hits, config: Config, state: State, event: Event, outcome: Outcome) -> None:
    """Count what happened in a cycle."""
    mode = _MODE[outcome.from_mode]
    if isinstance(event, Resume):
        to = "fault" if outcome.fault else _MODE[outcome.to_mode]
        hits["resumes"][_INSIDE if state.debug else mode, to] += 1
        return
    if state.debug:
        if what := _inside(config, state, event):
            hits["in Debug Mode"][what,] += 1
        return
    if isinstance(event, Halt):
        hits["halts"][mode, _CAUSES[event.cause]] += 1
    is_ebreak = isinstance(event, TakeException) and event.cause == Cause.BREAKPOINT
    if is_ebreak or (isinstance(event, Halt) and _CAUSES[event.cause] == "ebreak"):
        is_right = ebreak_halts(config, state) != is_ebreak
        if is_right:
            hits["EBREAK"][mode, "traps" if is_ebreak else "halts"] += 1
    if state.dcsr_step and (stepped := _stepped(config, state, event, outcome)):
        hits["single steps"][mode, str(state.dcsr_stepie), stepped] += 1


def _is_pending(config: Config, state: State) -> bool:
    """An interrupt that nobody but the debugger keeps out."""
    return pending_interrupt(config, state.replace(debug=0, dcsr_step=0)).pending == 1


def _inside(config: Config, state: State, event: Event) -> str:
    """What is committed in Debug Mode."""
    if isinstance(event, TrapReturn):
        return event.insn.value
    if isinstance(event, CsrAccess):
        if event.debug:
            return "debugger"
        return "debug register" if 0x7B0 <= event.address < 0x7B4 else "other CSR"
    if isinstance(event, TakeInterrupt):
        return "pending interrupt" if _is_pending(config, state) else ""
    return {TakeException: _EXCEPTION, Halt: "halt", Retire: "retire"}[type(event)]


def _stepped(config: Config, state: State, event: Event, outcome: Outcome) -> str:
    """What a single step went over."""
    if isinstance(event, TakeInterrupt):
        if outcome.trap:
            return _TAKEN
        return _MASKED if _is_pending(config, state) else ""
    return {TakeException: _EXCEPTION, Retire: _INSTRUCTION}.get(type(event), "")
