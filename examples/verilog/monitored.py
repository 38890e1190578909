# SPDX-License-Identifier: Apache-2.0
"""tiny_core in a cocotb bench, with the golden model beside its trap unit: the test fails where they differ.

make verilog setup
.venv/bin/python examples/verilog/monitored.py build/verilog
"""

import sys
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from utrap_sim.check import Monitor

NOP, MRET, ECALL = 0x00000013, 0x30200073, 0x00000073
#: The handler is at 0x40, and goes on behind the instruction that trapped; the program in U-mode is at 0x80.
PROGRAM = {
    0x00: 0x04000093,  # addi x1, x0, 0x40
    0x04: 0x30509073,  # csrw mtvec, x1
    0x08: 0x08000093,  # addi x1, x0, 0x80
    0x0C: 0x34109073,  # csrw mepc, x1
    0x10: MRET,
    0x40: 0x341020F3,  # csrr x1, mepc
    0x44: 0x00408093,  # addi x1, x1, 4
    0x48: 0x34109073,  # csrw mepc, x1
    0x4C: MRET,
    0x80: ECALL,
    0x84: 0x34009073,  # csrw mscratch, x1: not U-mode's
    0x88: ECALL,
}


async def memory(dut):
    """Answer each fetch in its own cycle."""
    while True:
        await FallingEdge(dut.clk)
        dut.fetch_insn.value = PROGRAM.get(int(dut.fetch_pc.value), NOP) if dut.fetch_pc.value.is_resolvable else NOP


@cocotb.test()
async def the_unit_and_the_core_are_as_the_model_says(dut):
    monitor = Monitor(dut.unit, "full", 64, retires=dut.retires, pc=dut.pc).start()
    dut.rst.value = 1
    dut.timer_interrupt.value = dut.external_interrupt.value = 0
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    cocotb.start_soon(memory(dut))
    await ClockCycles(dut.clk, 2)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 60)
    dut.timer_interrupt.value = 1
    await ClockCycles(dut.clk, 20)
    assert monitor.compared > 70


if __name__ == "__main__":
    here, verilog = Path(__file__).absolute().parent, Path(sys.argv[1]).absolute()
    runner = get_runner("icarus")
    runner.build(
        sources=[here / "tiny_core.v", verilog / "trap_unit.v"],
        includes=[verilog],
        hdl_toplevel="tiny_core",
        build_dir="build/monitored",
    )
    results = runner.test(test_module="monitored", hdl_toplevel="tiny_core", test_dir=here, build_dir="build/monitored")
    sys.exit(get_results(results)[1])
