"""The hart in a cocotb bench, with the model beside its unit; it may be deaf to one of the unit's answers."""

import os

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge

from utrap.command_line.fewest import fewest_settings
from utrap_hart.hart import hart_config
from utrap_sim.check import Monitor

BASE = 0x8000_0000
MRET, ECALL = 0x3020_0073, 0x0000_0073
#: The handler is at 0x40, and goes on behind the instruction that trapped; the program in U-mode is at 0x80.
PROGRAM = {
    0x00: 0x0000_0097,  # auipc x1, 0
    0x04: 0x0400_8113,  # addi x2, x1, 0x40
    0x08: 0x3051_1073,  # csrw mtvec, x2
    0x0C: 0x0800_8113,  # addi x2, x1, 0x80
    0x10: 0x3411_1073,  # csrw mepc, x2
    0x14: MRET,
    0x40: 0x3410_2173,  # csrr x2, mepc
    0x44: 0x0041_0113,  # addi x2, x2, 4
    0x48: 0x3411_1073,  # csrw mepc, x2
    0x4C: MRET,
    0x80: ECALL,
    0x84: 0x3400_9073,  # csrw mscratch, x1: not U-mode's
    0x88: ECALL,
    0x8C: 0x0000_006F,  # jal x0, 0
}


async def memory(dut):
    """Answer each access in its own cycle."""
    while True:
        await FallingEdge(dut.clk)
        asked = str(dut.memory_valid.value) == "1"
        dut.memory_ready.value = int(asked)
        if asked:
            at = int(dut.memory_address.value) - BASE
            dut.memory_rdata.value = PROGRAM.get(at, 0) | PROGRAM.get(at + 4, 0) << 32


@cocotb.test()
async def the_unit_and_the_hart_are_as_the_model_says(dut):
    config = hart_config()
    profile, settings = fewest_settings(config)
    unit = dut.hart.unit
    told = {"retires": dut.retire_valid, "pc": dut.retire_pc, "in_order": True}
    monitor = Monitor(unit, profile, config.xlen, *settings, **told).start()
    dut.hart.seeded.value = int(os.environ["SEEDED"])
    dut.reset_pc.value = BASE
    for port in (dut.memory_ready, dut.memory_rdata, dut.memory_error, dut.received, dut.received_data):
        port.value = 0
    dut.rst.value = 1
    Clock(dut.clk, 10, "ns").start()
    cocotb.start_soon(memory(dut))
    await ClockCycles(dut.clk, 2)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 200)
    assert monitor.compared > 190
    assert dut.hart.unit.mepc.value == BASE + 0x8C
