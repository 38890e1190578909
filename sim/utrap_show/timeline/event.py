"""An event at the trace port, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import NamedTuple

from utrap.config import FIRST_LOCAL
from utrap.isa import ExceptionCause, Interrupt, Mode
from utrap_show.names import cause_name

__all__ = ["Event", "Kind", "Write", "interrupt_name", "mode_name", "trap_name"]


@unique
class Kind(Enum):
    """What happened."""

    EXCEPTION = "exception"
    INTERRUPT = "interrupt"
    MRET = "MRET"
    SRET = "SRET"
    URET = "URET"
    MNRET = "MNRET"
    RNMI = "RNMI"
    HALT = "halt"
    RESUME = "resume"
    CSR = "CSR access"
    DEBUG_CSR = "debugger's CSR access"
    CRITICAL_ERROR = "critical error"
    RESET = "reset"

    @property
    def is_trap(self) -> bool:
        return self in (Kind.EXCEPTION, Kind.INTERRUPT, Kind.RNMI)

    @property
    def is_return(self) -> bool:
        return self in (Kind.MRET, Kind.SRET, Kind.URET, Kind.MNRET, Kind.RESUME)

    @property
    def is_access(self) -> bool:
        return self in (Kind.CSR, Kind.DEBUG_CSR)


class Write(NamedTuple):
    """A CSR field that the event writes.

    Attributes:
        csr: The CSR, by the manual's name.
        field: The field in upper case; "" for the CSR as one value.
        old, new: Before and after; None where the file does not say.
    """

    csr: str
    field: str
    old: int | None
    new: int | None

    @property
    def name(self) -> str:
        return f"{self.csr}.{self.field}" if self.field else self.csr


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event that took effect.

    Attributes:
        cycle: Rising edges of the clock before the one at which it took effect.
        time: When that edge was, in steps of the file's time scale.
        kind: What happened. A critical error is told in the first cycle in which the hart has stopped.
        from_mode, to_mode: The mode before and after.
        cause: The code that xcause gets; None where it is no trap, so for the next three.
        epc: The pc that xepc gets; of a halt that dpc gets.
        tval: An exception's trap value.
        gpa: A guest-page fault's guest-physical address, bits 1:0 are 0: the trap carries it shifted right by 2.
        vector: Where the pc goes; None for an access, and after reset.
        access: A CSR access in words; "" for all else, and where the file has no commit port.
        writes: What was saved or restored where, in the manual's order; what an access changed.
        double_of: Of a double trap what it was, in words; "" where the file does not say; None where it is none.
        to_rnmi_handler: M could not take the trap, and the handler of RNMIs does (norm:trap_unexp_hndl_rnmi).
        others: CSRs that changed with the event although no rule says so: a defect, or a core's own doing.
    """

    cycle: int
    time: int
    kind: Kind
    from_mode: Mode
    to_mode: Mode
    cause: int | None = None
    epc: int | None = None
    tval: int | None = None
    gpa: int | None = None
    vector: int | None = None
    access: str = ""
    writes: tuple[Write, ...] = ()
    double_of: str | None = None
    to_rnmi_handler: bool = False
    others: tuple[Write, ...] = ()

    @property
    def words(self) -> str:
        """The cause in words; a return's or an access's own name."""
        if self.kind in (Kind.EXCEPTION, Kind.INTERRUPT):
            said = trap_name(self.kind is Kind.INTERRUPT, self.cause, self.from_mode)
            if self.double_of is not None:
                said = f"double trap: {self.double_of}" if self.double_of else "double trap"
            return f"{said}, to the handler of RNMIs" if self.to_rnmi_handler else said
        if self.kind is Kind.RNMI:
            return "RNMI" if self.cause is None else f"RNMI {self.cause}"
        if self.kind is Kind.HALT:
            return _halt_name(self.writes)
        return self.access or self.kind.value

    @property
    def gpa_note(self) -> str:
        """What is known of the two lowest bits of the guest-physical address (norm:htval_trapval)."""
        if self.gpa is None or self.tval is None:
            return ""
        tinst = next((write.new for write in self.writes if write.csr in ("mtinst", "htinst", "hutinst")), None)
        if tinst is not None and tinst and not tinst & 3:
            return "bits 1:0 are 0: an implicit access of address translation"
        return f"bits 1:0 are not recorded; an explicit access has those of tval, {self.tval & 3:02b}"

    @property
    def saved(self) -> str:
        """The writes in one line: registers by name, then fields by their CSR with their new values."""
        registers = [write.csr for write in self.writes if not write.field]
        fields = [
            write.name if write.new is None else f"{write.name} <- {_value(write)}"
            for write in self.writes
            if write.field
        ]
        return ", ".join(registers + fields)


def _value(write: Write) -> str:
    """A field's new value; of a previous privilege the mode's letter, where it is not one bit."""
    assert write.new is not None
    if write.field in ("MPP", "MNPP", "PRV"):
        return {0: "U", 1: "S", 3: "M"}.get(write.new, str(write.new))
    return str(write.new) if write.new < 10 else hex(write.new)


#: Reasons for a halt, as dcsr.cause has them.
_HALTS = ("", "ebreak", "trigger", "haltreq", "step", "resethaltreq", "group", "other")


def _halt_name(writes: tuple[Write, ...]) -> str:
    """Into Debug Mode, and why where the file says it."""
    cause = next((write.new for write in writes if write.field == "CAUSE"), None)
    return f"Debug Mode: {_HALTS[cause]}" if cause else "Debug Mode"


def trap_name(is_interrupt: bool, code: int | None, mode: Mode) -> str:
    """A trap's name in words: "load page fault", "machine timer interrupt"; `mode` is that which it comes from."""
    if is_interrupt:
        return interrupt_name(code)
    if code is None:
        return "unknown exception"
    if code == ExceptionCause.ECALL_FROM_U and mode is Mode.VU:  # one code for both
        return "ecall from VU"
    if code in ExceptionCause.__members__.values():
        return cause_name(code)
    return f"exception {code}"


def interrupt_name(code: int | None) -> str:
    """An interrupt's name in words: "machine timer interrupt"."""
    if code is None:
        return "unknown interrupt"
    if code not in Interrupt.__members__.values():
        return f"local interrupt {code}" if code >= FIRST_LOCAL else f"interrupt {code}"
    name = Interrupt(code).name
    if code == Interrupt.LCOFI:
        return "counter overflow interrupt"
    level = {"U": "user", "S": "supervisor", "VS": "virtual supervisor", "M": "machine", "SG": "supervisor guest"}
    kind = {"S": "software", "T": "timer", "E": "external"}
    return f"{level[name[:-2]]} {kind[name[-2]]} interrupt"


def mode_name(mode: Mode, has_h: bool) -> str:
    """A mode's name; S-mode is HS where there are guests."""
    return "HS" if mode is Mode.S and has_h else mode.name
