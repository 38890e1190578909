"""The golden model beside any core in any simulator: from a waveform, or live in a cocotb bench.

    from utrap_sim.check import Monitor

    @cocotb.test()
    async def my_test(dut):
        monitor = Monitor(dut.core.unit, "full", 64).start()
        ...

The test fails at the first difference, with the event, the fields and both values.
"""

from __future__ import annotations

from .checker import Checker
from .instance import Instance
from .monitor import Monitor

__all__ = ["Checker", "Instance", "Monitor"]
