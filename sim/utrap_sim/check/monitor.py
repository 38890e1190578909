"""The golden model beside an instance of the unit in a user's own cocotb bench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from utrap.command_line.options import make_config

from .checker import Checker
from .instance import CLOCK, Instance, Misfit

if TYPE_CHECKING:
    from cocotb.task import Task

__all__ = ["Monitor"]

_KNOWN = str.maketrans("LHlhUXZWuzw-", "0101xxxxxxxx")


class Monitor:
    """Watches an instance, and fails the test at the first difference from the golden model.

    It looks at the end of each cycle: behind the falling edge of the clock, where everything has settled that the
    rising edge, or the bench at either edge, has changed.

    Args:
        unit: The instance: a handle as `dut.core.unit`.
        profile, xlen, settings: What it was generated for, as `utrap generate` takes them: "full", 64, "windows=8".
        retires, pc: Handles: how many instructions retire in the cycle, and the pc of the first of them. With both the
            core must go where the unit says.
        in_order: The core ends at most the instruction under way when a line asks for an interrupt, raises a fault
            next, and gives its pc with every event.

    Attributes:
        compared: Cycles that agreed, from the reset on.

    Raises:
        ValueError: When the handle is no unit of the configuration.
    """

    def __init__(
        self,
        unit: Any,
        profile: str = "full",
        xlen: int = 64,
        *settings: str,
        retires: Any = None,
        pc: Any = None,
        in_order: bool = False,
    ) -> None:
        self._unit, self._retires, self._pc = unit, retires, pc
        config = make_config(profile, xlen, settings)
        try:
            instance = Instance(config, self._width)
        except Misfit as error:
            raise ValueError(f"{unit._path} {error}") from None
        self._checker = Checker(instance, in_order)

    def _width(self, wire: str) -> int | None:
        handle = getattr(self._unit, wire, None)
        return None if handle is None else len(handle) * _has_bits(handle)

    @property
    def compared(self) -> int:
        """Cycles that agreed."""
        return self._checker.compared

    def start(self) -> Monitor:
        """Watch until the test ends."""
        import cocotb

        self._task: Task[None] = cocotb.start_soon(self._run())
        return self

    async def _run(self) -> None:
        from cocotb.triggers import FallingEdge, ReadOnly
        from cocotb.utils import get_sim_time

        cycle = 0
        while True:
            await FallingEdge(getattr(self._unit, CLOCK))
            await ReadOnly()
            retires = None if self._retires is None else _number(self._retires)
            found = self._checker.take(cycle, self._digits, retires, None if self._pc is None else _number(self._pc))
            if found is not None:
                raise AssertionError(f"{self._unit._path} at {get_sim_time('ns'):g} ns: {found}")
            cycle += 1

    def _digits(self, wire: str) -> str:
        return str(getattr(self._unit, wire).value).translate(_KNOWN)


def _has_bits(handle: Any) -> bool:
    """Whether it is a wire, and no parameter, real number, array or text."""
    from cocotb.types import Logic, LogicArray

    return isinstance(getattr(handle, "value", None), Logic | LogicArray)


def _number(handle: Any) -> int:
    """The handle's value; 0 where a bit is not known."""
    digits = str(handle.value).translate(_KNOWN)
    return int(digits, 2) if digits.isdigit() else 0
