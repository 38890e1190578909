"""Whether the core does as the unit says: what the events of a run tell of the instructions between them.

The golden model takes what the core commits as given. But a core that ignores an answer shows it in the next event,
or in how many instructions have retired before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.boundary import Op
from utrap_testbench.env import Difference
from utrap_testbench.golden import Cause

__all__ = ["RETIRING", "Committed", "Obedience"]

#: Events that are instructions, which retire if they are executed.
RETIRING = (Op.CSR, Op.MRET, Op.SRET, Op.URET, Op.MNRET)
#: What is no event of the instructions' stream: nothing, and an access of a debugger.
_BESIDE = (Op.NONE, Op.DEBUG_CSR)
#: What comes between two instructions.
_BETWEEN = (Op.INTERRUPT, Op.RNMI, Op.HALT)
#: So many instructions may end in any core between a line's rise and the interrupt.
_BOUND = 1000
_ECALLS = (Cause.ECALL_FROM_U, Cause.ECALL_FROM_S, Cause.ECALL_FROM_VS, Cause.ECALL_FROM_M)


@dataclass(frozen=True, kw_only=True)
class Committed:
    """A cycle of a run, and what the model says to it.

    Attributes:
        op: The event; NONE where a line has changed, or an instruction without one retires.
        pc: The pc of the instruction that it is about, or None where that is not known.
        cause: EXCEPTION: the cause that the core gave.
        retired: Instructions that had retired before its cycle, or None where that is not known.
        fault: The exception that the core must raise now, or 0.
        target: Where the pc must go, or None.
        ecall_cause: The cause of an ECALL in the mode of the event.
        is_requested: In its cycle an interrupt is to be taken.
        is_pending: After it, and as long as the lines stay, an interrupt is to be taken.
    """

    op: Op
    pc: int | None = None
    cause: int = 0
    retired: int | None = None
    fault: int = 0
    target: int | None = None
    ecall_cause: int
    is_requested: bool = True
    is_pending: bool = False


class Obedience:
    """Looks at each event of a run beside the one before.

    A fault is raised next, at its instruction's pc, unless an interrupt or a halt comes before that instruction. An
    instruction that follows at once is at the target, or behind the instruction before it. ECALL has its mode's cause.
    Once a write of a CSR or a return has made an interrupt pending, no instruction begins
    (norm:intr_mip_mie_xret_csrwr); however else it came to be pending, it is taken in a bounded time
    (norm:intr_mip_mie_bounded_time), of which we say that it is within 1,000 instructions.

    Args:
        xlen: Bits of the pc.
        in_order: It is a core like our hart, which promises more: a fault is raised next, whatever else is due; and
            however an interrupt came to be pending, no instruction begins.
    """

    def __init__(self, xlen: int = 64, in_order: bool = False) -> None:
        self._mask = (1 << xlen) - 1
        self._in_order = in_order
        self._before: Committed | None = None
        self._retired = 0
        # How many instructions may still end before a pending interrupt, None if any number.
        self._may_end: int | None = None

    def differences(self, event: Committed) -> tuple[Difference, ...]:
        """What the core did otherwise, up to this event."""
        between = 0 if event.retired is None else event.retired - self._retired
        found = [*self._missed(event, between), *self._owed(event, between)]
        pc = self._place(event, between)
        if pc is not None and event.pc is not None and event.pc != pc:
            found.append(Difference("commit.pc", pc, event.pc, False))
        if event.op is Op.EXCEPTION and event.cause in _ECALLS and event.cause != event.ecall_cause:
            found.append(Difference("commit.cause", event.ecall_cause, event.cause, False))
        if event.op in _BESIDE:
            self._pass(event, between)
        else:
            self._note(event)
        return tuple(found)

    def _missed(self, event: Committed, between: int) -> list[Difference]:
        """An instruction has ended, or raised an exception, in the place of an interrupt."""
        if self._may_end is None:
            return []
        owes_exception = self._before is not None and self._before.fault != 0
        ends = event.op in (*RETIRING, Op.EXCEPTION) and not owes_exception and event.is_requested
        if between + ends <= self._may_end:
            return []
        return [Difference("commit.op", Op.INTERRUPT, event.op, False)]

    def _owed(self, event: Committed, between: int) -> list[Difference]:
        """The exception that a fault asks for is not there."""
        before = self._before
        if before is None or not before.fault or (not between and event.op in _BESIDE):
            return []
        if not between and not self._in_order and event.op in _BETWEEN:
            return []
        expected = {"op": Op.EXCEPTION, "cause": before.fault}
        return [
            Difference(f"commit.{name}", value, 0 if between else getattr(event, name), False)
            for name, value in expected.items()
            if between or getattr(event, name) != value
        ]

    def _place(self, event: Committed, between: int) -> int | None:
        """Where the event's instruction must be; None where that is not known."""
        before = self._before
        if before is None or between:
            return None
        if before.fault:
            return before.pc
        if event.retired is None:
            return None
        if before.target is not None:
            return before.target
        return before.pc + 4 & self._mask if before.op is Op.CSR and before.pc is not None else None

    def _note(self, event: Committed) -> None:
        self._before = None if event.op is Op.HALT else event
        is_executed = event.op in RETIRING and not event.fault
        if event.retired is not None:
            self._retired = event.retired + is_executed
        if not event.is_pending:
            self._may_end = None
        elif self._in_order or is_executed:
            self._may_end = 0
        elif self._may_end is None or event.op in _BETWEEN:
            self._may_end = _BOUND

    def _pass(self, event: Committed, between: int) -> None:
        """A line may have changed: the instruction that is under way may still end."""
        if between:
            self._before = None
        if event.retired is not None:
            self._retired = event.retired
        if not event.is_pending:
            self._may_end = None
        elif self._may_end is not None:
            self._may_end -= between
        else:
            self._may_end = 1 if self._in_order else _BOUND
