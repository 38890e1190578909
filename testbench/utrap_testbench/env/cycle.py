"""One clock cycle at the unit's ports, as a sequence asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.golden import CsrAccess, Event, Halt, Resume, Retire, TakeException, TakeInterrupt, TrapReturn
from utrap_testbench.golden.config import Config

__all__ = ["IDLE", "Cycle", "describe"]

IDLE = Retire()


@dataclass(slots=True)
class Cycle:
    """What the core commits, and what changes on the lines.

    Attributes:
        event: The event at the commit port; a CSR access says what the extension port answers.
        lines: New levels at the bit numbers of mip (11, 9, 8, 7, 3, and 16 and up); None: as before.
        hgeip: New levels of the guest external interrupts; None: as before.
        reset: `rst` is 1: it wins over the event.
        mtvec_reset: The level of the input of this name, in this cycle and after it; None: as before.
        time: The level of the input of this name, in this cycle and after it; None: as before.
        lcofi: A counter asks for its interrupt, in this cycle alone.
        rnmi: The level of the RNMI line, in this cycle and after it; None: as before.
        rnmi_cause: Its cause, likewise.
        rnmi_interrupt_vector, rnmi_exception_vector: The levels of the inputs of these names, likewise.
        overflows: The counters' OF bits, in this cycle and after it; None: as before.
    """

    event: Event = IDLE
    lines: int | None = None
    hgeip: int | None = None
    reset: bool = False
    mtvec_reset: int | None = None
    time: int | None = None
    lcofi: int = 0
    overflows: int | None = None
    rnmi: int | None = None
    rnmi_cause: int | None = None
    rnmi_interrupt_vector: int | None = None
    rnmi_exception_vector: int | None = None


def describe(config: Config, cycle: Cycle) -> str:
    """The cycle in words, for a report."""
    text = _event(config, cycle.event)
    if cycle.lines is not None:
        text += f", lines {cycle.lines:#x}"
    if cycle.hgeip is not None:
        text += f", hgeip {cycle.hgeip:#x}"
    if config.sstc and cycle.time is not None:
        text += f", time {cycle.time:#x}"
    if config.sscofpmf:
        text += ", lcofi" * cycle.lcofi
        text += "" if cycle.overflows is None else f", overflows {cycle.overflows:#x}"
    if config.smrnmi:
        text += "" if cycle.rnmi is None else f", rnmi {cycle.rnmi}"
        text += "" if cycle.rnmi_cause is None else f", rnmi_cause {cycle.rnmi_cause}"
    if config.rnmi_vectors == "port":
        told = {name: getattr(cycle, name) for name in ("rnmi_interrupt_vector", "rnmi_exception_vector")}
        text += "".join(f", {name} {level:#x}" for name, level in told.items() if level is not None)
    if config.mtvec_reset == "port" and cycle.mtvec_reset is not None:
        text += f", mtvec_reset {cycle.mtvec_reset:#x}"
    return f"reset, with {text}" if cycle.reset else text


def _event(config: Config, event: Event) -> str:
    if isinstance(event, TakeException):
        text = f"exception {event.cause} at {event.pc:#x}, tval {event.tval:#x}"
        if config.h:
            text += f", gva {event.gva}, tval2 {event.tval2:#x}, tinst {event.tinst:#x}"
        return text
    if isinstance(event, TakeInterrupt):
        return f"interrupt at {event.pc:#x}"
    if isinstance(event, Halt):
        return f"halt at {event.pc:#x}, cause {event.cause}, nmip {event.nmip}"
    if isinstance(event, Resume):
        return "resume"
    if isinstance(event, TrapReturn):
        return event.insn.value
    if isinstance(event, CsrAccess):
        owned = config.rules.csrs.get(event.address)
        name = owned.name if owned else "outside the unit"
        text = f"{'debug ' if event.debug else ''}CSR {event.op.name} {event.address:#x} ({name})"
        if event.op.name != "READ":
            text += f", operand {event.wdata:#x}"
        if owned is None:
            text += f", exists {event.ext_exists}, reads {event.ext_rdata:#x}"
        return text
    if isinstance(event, Retire):
        return f"no event, fs_dirty {event.fs_dirty}, vs_dirty {event.vs_dirty}"
    return repr(event)
