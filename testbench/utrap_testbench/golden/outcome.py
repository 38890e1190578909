"""What a step shows to the outside, beside the new state."""

from __future__ import annotations

from dataclasses import dataclass

from .isa import Fault
from .reason import Reason


@dataclass(slots=True, kw_only=True)
class Outcome:
    """The visible result of one step; what does not apply to the event is 0 or empty.

    Attributes
    ----------
    fault: 0, or the cause of the exception that the instruction raises instead
        of executing (`Fault.ILLEGAL`, `Fault.VIRTUAL`; for ECALL and EBREAK
        their own cause). The trap itself is not taken: that is another event.
    rdata: the CSR's value before the access.
    written: what the instruction wrote before legalisation (after set or clear).
    redirect, target: the next pc is `target` and not the next instruction.
    from_mode, to_mode: `Mode` values before and after.
    trap: a trap was taken; then also
    is_interrupt, cause: as written in xcause.
    irq: the interrupt's number before the renumbering for VS.
    epc, tval, gva, tval2, tinst: the values written where the target mode has
        a register for them.
    double: a trap into S or VS has become a double trap into M.
    rnmi: the handler of RNMIs is entered; epc and cause are in mnepc and mncause.
    halted: the hart has entered Debug Mode; epc is in dpc.
    critical: nobody can take the trap, and the hart stops.
    reason: why it went there, or why an access, a return or an instruction is
        allowed or not (see `reason`).
    target_reason: how `target` was formed.
    """

    fault: int = Fault.NONE.value
    rdata: int = 0
    written: int = 0
    redirect: int = 0
    target: int = 0
    from_mode: int = 0
    to_mode: int = 0
    trap: int = 0
    is_interrupt: int = 0
    cause: int = 0
    irq: int = 0
    epc: int = 0
    tval: int = 0
    gva: int = 0
    tval2: int = 0
    tinst: int = 0
    double: int = 0
    rnmi: int = 0
    halted: int = 0
    critical: int = 0
    reason: Reason = ()
    target_reason: Reason = ()
