"""A unit alone in a cocotb bench, whose test is the core; where it is seeded it does not raise a fault."""

import os
from types import SimpleNamespace

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from utrap_sim.check import Monitor
from utrap_testbench.boundary import Op

#: An address that a unit of M and U has not, and mtvec.
SATP, MTVEC = 0x180, 0x305
WRITE = 1


@cocotb.test()
async def the_unit_and_the_core_are_as_the_model_says(dut):
    retires, pc = SimpleNamespace(value="0"), SimpleNamespace(value="0" * 32)
    monitor = Monitor(dut, "mu", 32, retires=retires, pc=pc, in_order=True).start()
    for port in ("hartid", "commit_op", "lines_meip", "lines_mtip", "lines_msip", "extension_exists"):
        getattr(dut, port).value = 0
    dut.rst_n.value = 0
    Clock(dut.clk, 10, "ns").start(start_high=False)

    async def commit(at, op, address=0, value=0, cause=0):
        """One cycle."""
        pc.value = f"{at:032b}"
        dut.commit_op.value, dut.commit_pc.value, dut.commit_cause.value = int(op), at, cause
        dut.commit_tval.value, dut.commit_csr_op.value = 0, WRITE
        dut.commit_csr_address.value, dut.commit_csr_wdata.value = address, value
        await FallingEdge(dut.clk)

    for _ in range(2):
        await FallingEdge(dut.clk)
    dut.rst_n.value = 1
    await commit(0x0, Op.CSR, MTVEC, 0x100)
    retires.value = "1"
    await commit(0x4, Op.NONE)
    retires.value = "0"
    await commit(0x8, Op.CSR, SATP)
    if os.environ["SEEDED"] == "0":
        await commit(0x8, Op.EXCEPTION, cause=2)
        await commit(0x100, Op.MRET)
    await commit(0x8, Op.CSR, MTVEC, 0x200)
    await commit(0xC, Op.NONE)
    assert monitor.compared >= 6
