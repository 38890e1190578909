"""Whether the core does as the unit says: what the events of a run tell of the instructions between them.

The golden model takes what the core commits as given. But a core that ignores an answer shows it in the next event,
or in how many instructions have retired before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.boundary import Op
from utrap_testbench.env import Difference
from utrap_testbench.golden import Cause

__all__ = ["Committed", "Obedience"]

_RETIRES = (Op.CSR, Op.MRET, Op.SRET, Op.URET)
_ECALLS = (Cause.ECALL_FROM_U, Cause.ECALL_FROM_S, Cause.ECALL_FROM_VS, Cause.ECALL_FROM_M)
_ALL = (1 << 64) - 1


@dataclass(frozen=True, kw_only=True)
class Committed:
    """An event, and what the model says to it.

    Attributes:
        op: The event; NONE where a line has changed.
        pc: The pc that the core gave.
        cause: EXCEPTION: the cause that the core gave.
        retired: Instructions that had retired before its cycle.
        fault: The exception that the core must raise now, or 0.
        target: Where the pc must go, or None.
        ecall_cause: The cause of an ECALL in the mode of the event.
        is_pending: After it, and as long as the lines stay, an interrupt is to be taken.
    """

    op: Op
    pc: int
    cause: int = 0
    retired: int
    fault: int = 0
    target: int | None = None
    ecall_cause: int
    is_pending: bool = False


class Obedience:
    """Looks at each event of a run beside the one before.

    A fault is raised next, at the same pc. An instruction that follows at once is at the target, or behind the
    instruction before it. ECALL has its mode's cause. Once an interrupt is pending, no instruction begins.
    """

    def __init__(self) -> None:
        self._before: Committed | None = None
        self._retired = 0
        # How many instructions may still end before a pending interrupt, None if there is none.
        self._may_end: int | None = None

    def differences(self, event: Committed) -> tuple[Difference, ...]:
        """What the core did otherwise, up to this event."""
        before, between = self._before, event.retired - self._retired
        found = []
        owes_exception = before is not None and before.fault != 0
        ended = between + (event.op not in (Op.NONE, Op.INTERRUPT) and not owes_exception)
        if self._may_end is not None and ended > self._may_end:
            found.append(Difference("commit.op", Op.INTERRUPT, event.op, False))
        if before is not None and before.fault and (between or event.op is not Op.NONE):
            expected = {"op": Op.EXCEPTION, "cause": before.fault}
            found += [
                Difference(f"commit.{name}", value, 0 if between else getattr(event, name), False)
                for name, value in expected.items()
                if between or getattr(event, name) != value
            ]
        if event.op is Op.NONE:
            self._note_lines(event, between)
            return tuple(found)
        if before is not None and not between:
            pc = before.pc + 4 & _ALL if before.target is None else before.target
            pc = before.pc if before.fault else pc
            if event.pc != pc:
                found.append(Difference("commit.pc", pc, event.pc, False))
        if event.op is Op.EXCEPTION and event.cause in _ECALLS and event.cause != event.ecall_cause:
            found.append(Difference("commit.cause", event.ecall_cause, event.cause, False))
        self._before = event
        self._retired = event.retired + (event.op in _RETIRES and not event.fault)
        self._may_end = 0 if event.is_pending else None
        return tuple(found)

    def _note_lines(self, event: Committed, between: int) -> None:
        """A line has changed: the instruction that is under way may still end."""
        if between:
            self._before = None
        self._retired = event.retired
        if not event.is_pending:
            self._may_end = None
        elif self._may_end is None:
            self._may_end = 1
        else:
            self._may_end -= between
