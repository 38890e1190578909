"""Steps the golden model with every cycle of an instance, and says the first thing in which one differs from the other.

It begins at a reset; or at the first cycle, if the state is then that after reset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap_testbench.boundary import Op
from utrap_testbench.lockstep import RETIRING, Disagreement, Lockstep

from .instance import EVENT, Instance

__all__ = ["Checker"]

_FAULT = "answer_fault"
#: An access of a debugger, and the way out of Debug Mode, are no instruction at a pc.
_WITHOUT_PC = (Op.DEBUG_CSR, Op.RESUME)


@dataclass(frozen=True)
class _Seen:
    """A cycle, as `Lockstep` takes it."""

    cycle: int
    retired: int | None
    inputs: str
    outputs: str


class Checker:
    """Looks at one instance, cycle by cycle; cycles in which nothing happens may be left out.

    Args:
        instance: What is looked at.
        in_order: The core keeps what `Obedience` says of cores in order.

    Attributes:
        has_begun: Whether the model runs beside the instance.
    """

    def __init__(self, instance: Instance, in_order: bool = False) -> None:
        self._instance, self._in_order = instance, in_order
        self.has_begun = False
        self._retired = 0
        # How many instructions retire in each cycle from the last one on, as long as nothing happens.
        self._rate, self._last = 0, 0
        self._lockstep = self._new()

    def _new(self) -> Lockstep:
        of = self._instance
        return Lockstep(of.model, of.inputs, of.outputs, in_order=self._in_order)

    @property
    def compared(self) -> int:
        """Cycles that agreed."""
        return self._lockstep.compared

    def take(
        self, cycle: int, digits: Callable[[str], str], retires: int | None = None, pc: int | None = None
    ) -> Disagreement | None:
        """Step the model through a cycle; gives the difference if there is one.

        Args:
            cycle: Its number.
            digits: The value of each of the instance's wires, at the end of the cycle.
            retires: How many instructions retire in it; None where nobody knows in any cycle.
            pc: The pc of the first of them, or of the instruction that the event is about.
        """
        seen = self._seen(cycle, digits, retires)
        if self._instance.is_reset(digits):
            self.has_begun = True
            self._lockstep.reset(seen)
            return None
        if not self.has_begun:
            self._lockstep = self._new()
        op = digits(EVENT)
        is_about = op.strip("0") != "" or bool(retires)
        if op.isdigit() and int(op, 2) in _WITHOUT_PC:
            is_about = False
        found = self._lockstep.compare(seen, pc if is_about else None)
        if self.has_begun:
            return found
        # In any other state the model waits for a reset.
        self.has_begun = found is None or not (found.step is None or any(d.is_state for d in found.differences))
        return found if self.has_begun else None

    def _seen(self, cycle: int, digits: Callable[[str], str], retires: int | None) -> _Seen:
        self._retired += self._rate * (cycle - self._last)
        self._last = cycle
        op = digits(EVENT)
        if op.strip("0"):
            # An event is an instruction itself if it is executed; others that retire in its cycle are not counted.
            executed = op.isdigit() and int(op, 2) in RETIRING and not digits(_FAULT).strip("0")
            self._rate = int(executed)
        else:
            self._rate = retires or 0
        inputs, outputs = (
            self._instance.vector(layout, digits) for layout in (self._instance.inputs, self._instance.outputs)
        )
        return _Seen(cycle, None if retires is None else self._retired, inputs, outputs)
