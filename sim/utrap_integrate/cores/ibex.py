"""Ibex: RV32IMC, M and U, two or three stages; lowRISC's, from the package that LiteX's people keep."""

from __future__ import annotations

from utrap.config import Config
from utrap_integrate.core import Core, Package, Program, Synthesis, Variant

__all__ = ["CORE"]

_LOWRISC = "vendor/lowrisc_ip"

CORE = Core(
    name="ibex",
    title="Ibex",
    package=Package(
        distribution="pythondata-cpu-ibex",
        module="pythondata_cpu_ibex",
        version="0.0.post2937",
        folder="system_verilog",
    ),
    xlen=32,
    march="rv32imc_zicsr",
    mabi="ilp32",
    ram=range(0x0010_0000, 0x0014_0000),
    entry=0x0010_0080,
    config=Config.profile(
        "mu",
        32,
        isa="IMC",
        counters="none",  # U-mode reads no counter on Ibex
        marchid=22,
        mtvec_reset="port",
        mtvec_modes="vectored",
        local_interrupts=15,
        local_interrupts_first=True,
    ),
    files=(
        "rtl/ibex_pkg.sv",
        f"{_LOWRISC}/ip/prim_generic/rtl/prim_generic_buf.sv",
        "dv/uvm/core_ibex/common/prim/prim_buf.sv",
        "rtl/ibex_alu.sv",
        "rtl/ibex_branch_predict.sv",
        "rtl/ibex_compressed_decoder.sv",
        "rtl/ibex_controller.sv",
        "rtl/ibex_csr.sv",
        "rtl/ibex_counter.sv",
        "rtl/ibex_cs_registers.sv",
        "rtl/ibex_decoder.sv",
        "rtl/ibex_ex_block.sv",
        "rtl/ibex_fetch_fifo.sv",
        "rtl/ibex_id_stage.sv",
        "rtl/ibex_if_stage.sv",
        "rtl/ibex_load_store_unit.sv",
        "rtl/ibex_multdiv_fast.sv",
        "rtl/ibex_multdiv_slow.sv",
        "rtl/ibex_prefetch_buffer.sv",
        "rtl/ibex_wb_stage.sv",
        "rtl/ibex_register_file_ff.sv",
        "rtl/ibex_core.sv",
    ),
    include=(f"{_LOWRISC}/ip/prim/rtl", f"{_LOWRISC}/dv/sv/dv_utils"),
    replaced="rtl/ibex_cs_registers.sv",
    adapter="ibex_cs_registers.sv",
    own_last=("bench.sv",),
    defines={"SYNTHESIS": ""},  # without coverage, which looks into modules that are not built
    unit="bench.u_core.cs_registers_i.u_trap_unit",
    counts_commits=False,  # what flushes the pipeline is not counted, the rest behind its event
    variants=(
        Variant(name="two-stage", about="fetch, then decode and execute", parameters={"WritebackStage": "1'b0"}),
        Variant(
            name="three-stage",
            about="with a write-back stage and an adder for branch targets, and a memory with wait states",
            parameters={"WritebackStage": "1'b1", "HasWaits": "1'b1"},
        ),
    ),
    programs=(
        Program(name="traps", about="every trap that M and U have, and every refusal"),
        Program(name="interrupts", about="every interrupt, the fast ones among them: vectors, order, masks, WFI"),
        Program(
            name="counters", about="what stands beside the unit: counters, cpuctrlsts, the debug registers' refusal"
        ),
        Program(name="debug", about="Debug Mode: requests, EBREAK, single steps, DRET"),
    ),
    synthesis=Synthesis(
        top="ibex_cs_registers",
        files=("rtl/ibex_pkg.sv", "rtl/ibex_csr.sv", "rtl/ibex_counter.sv", "rtl/ibex_cs_registers.sv"),
        parameters={"MHPMCounterNum": "2"},
    ),
)
