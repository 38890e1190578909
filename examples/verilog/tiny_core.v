// SPDX-License-Identifier: Apache-2.0
// A core around trap_unit, as small as one can be: one instruction a cycle, eight registers, no
// loads or stores. It executes ADDI, LUI, the CSR instructions, ECALL, EBREAK, MRET, SRET, URET and
// WFI, and raises an illegal-instruction exception for everything else. docs/instantiation.md walks
// through it.
//
// It is made for the unit that `make verilog` writes (profile full, RV64).

`include "trap_unit.vh"
`default_nettype none
`timescale 1ns / 1ns

module tiny_core (
    input  wire        clk,
    input  wire        rst,
    // Instruction memory: the instruction at pc, in the same cycle.
    output wire [63:0] fetch_pc,
    input  wire [31:0] fetch_insn,
    // Interrupt lines.
    input  wire        timer_interrupt,
    input  wire        external_interrupt,
    // What a debugger would look at.
    output wire  [2:0] mode,
    output wire        is_waiting
);

  // ---- State: the pc, eight registers, and an exception that is to be raised in the next cycle.

  reg [63:0] pc;
  reg [63:0] x [0:7];  // x[0] stays 0
  reg        raises;
  reg  [5:0] raise_cause;
  reg [63:0] raise_tval;

  assign fetch_pc = pc;

  // ---- Decode.

  wire [31:0] insn = fetch_insn;
  wire  [6:0] opcode = insn[6:0];
  wire  [2:0] funct3 = insn[14:12];
  wire [63:0] rs1 = x[insn[17:15]];
  wire [63:0] immediate = {{52{insn[31]}}, insn[31:20]};

  wire is_addi = opcode == 7'h13 && funct3 == 3'd0;
  wire is_lui = opcode == 7'h37;
  wire is_system = opcode == 7'h73;
  wire is_csr = is_system && funct3[1:0] != 2'd0;
  wire is_ecall = insn == 32'h00000073;
  wire is_ebreak = insn == 32'h00100073;
  wire is_mret = insn == 32'h30200073;
  wire is_sret = insn == 32'h10200073;
  wire is_uret = insn == 32'h00200073;
  wire is_wfi = insn == 32'h10500073;
  wire is_return = is_mret || is_sret || is_uret;
  wire is_known = is_addi || is_lui || is_csr || is_ecall || is_ebreak || is_return || is_wfi;

  // CSRRS and CSRRC with x0 (or a zero immediate) do not write; CSRRW always does.
  wire        csr_writes = funct3[1:0] == 2'd1 || insn[19:15] != 5'd0;
  wire  [1:0] csr_op = csr_writes ? funct3[1:0] : `UTRAP_CSR_OP_READ;
  wire [63:0] csr_operand = funct3[2] ? {59'd0, insn[19:15]} : rs1;

  // ---- The commit port: one event a cycle.

  wire        interrupt_request;
  wire        interrupt_wake;
  wire  [1:0] answer_fault;
  wire        answer_redirect;
  wire [63:0] answer_target;
  wire [63:0] answer_rdata;
  wire  [1:0] legality_wfi;
  wire  [5:0] hart_ecall_cause;

  // An interrupt is taken instead of an instruction, but never instead of an exception that is due.
  // WFI comes to its end first, so that the handler returns behind it.
  wire takes_interrupt = interrupt_request && !raises && !is_wfi;
  wire executes = !raises && !takes_interrupt;

  reg  [2:0] op;
  reg  [5:0] cause;
  reg [63:0] tval;
  always @* begin
    op = `UTRAP_OP_NONE;
    cause = raise_cause;
    tval = raise_tval;
    if (raises)
      op = `UTRAP_OP_EXCEPTION;
    else if (takes_interrupt)
      op = `UTRAP_OP_INTERRUPT;
    else if (is_csr)
      op = `UTRAP_OP_CSR;
    else if (is_mret)
      op = `UTRAP_OP_MRET;
    else if (is_sret)
      op = `UTRAP_OP_SRET;
    else if (is_uret)
      op = `UTRAP_OP_URET;
    else if (is_ecall) begin
      op = `UTRAP_OP_EXCEPTION;
      cause = hart_ecall_cause;
      tval = 64'd0;
    end else if (is_ebreak) begin
      op = `UTRAP_OP_EXCEPTION;
      cause = `UTRAP_CAUSE_BREAKPOINT;
      tval = pc;
    end
  end

  // The verdict on the instruction: the unit's on a CSR access, a return and WFI, the decoder's on
  // what it does not know. The exception itself is raised in the next cycle: until then nothing has
  // changed, and answer_fault does not run back into commit_op.
  wire [1:0] fault =
    !is_known ? `UTRAP_FAULT_ILLEGAL
    : is_wfi ? legality_wfi
    : answer_fault;
  wire is_faulty = executes && fault != `UTRAP_FAULT_NONE;
  assign is_waiting = executes && is_wfi && !is_faulty && !interrupt_wake;
  wire retires = executes && !is_faulty && !is_waiting;

  always @(posedge clk)
    if (rst) begin
      pc <= 64'd0;
      raises <= 1'b0;
      raise_cause <= 6'd0;
      raise_tval <= 64'd0;
    end else begin
      raises <= is_faulty;
      raise_cause <=
        fault == `UTRAP_FAULT_VIRTUAL ? `UTRAP_CAUSE_VIRTUAL_INSTRUCTION
        : `UTRAP_CAUSE_ILLEGAL_INSTRUCTION;
      raise_tval <= {32'd0, insn};
      if (answer_redirect)
        pc <= answer_target;
      else if (retires)
        pc <= pc + 64'd4;
    end

  wire [2:0] rd = insn[9:7];
  integer    i;
  always @(posedge clk)
    if (rst) begin
      for (i = 0; i < 8; i = i + 1)
        x[i] <= 64'd0;
    end else if (retires && rd != 3'd0) begin
      if (is_addi)
        x[rd] <= rs1 + immediate;
      else if (is_lui)
        x[rd] <= {{32{insn[31]}}, insn[31:12], 12'd0};
      else if (is_csr)
        x[rd] <= answer_rdata;
    end

  // ---- CSRs outside the unit: the cycle counter, at mcycle (read and written) and cycle (read).

  localparam [11:0] MCYCLE = 12'hb00;
  localparam [11:0] CYCLE = 12'hc00;

  wire        extension_write;
  wire [63:0] extension_wdata;
  reg  [63:0] cycles;
  wire [11:0] csr_address = insn[31:20];
  // The unit has judged privilege and read-only addresses before it says `extension_write`.
  wire        counter_exists = csr_address == MCYCLE || csr_address == CYCLE;

  always @(posedge clk)
    if (rst)
      cycles <= 64'd0;
    else if (extension_write)
      cycles <= extension_wdata;
    else
      cycles <= cycles + 64'd1;

  // ---- The unit. Ports that this core has no use for are named, too, and left open: a linter
  // would warn of each.

  /* verilator lint_off PINCONNECTEMPTY */
  trap_unit unit (
      .clk(clk),
      .rst(rst),
      .hartid(64'd0),
      .commit_op(op),
      .commit_pc(pc),
      .commit_cause(cause),
      .commit_tval(tval),
      .commit_gva(1'b0),
      .commit_tval2(48'd0),
      .commit_tinst(32'd0),
      .commit_csr_address(csr_address),
      .commit_csr_op(csr_op),
      .commit_csr_wdata(csr_operand),
      .commit_fs_dirty(1'b0),
      .commit_vs_dirty(1'b0),
      .lines_meip(external_interrupt),
      .lines_mtip(timer_interrupt),
      .lines_msip(1'b0),
      .lines_seip(1'b0),
      .lines_ueip(1'b0),
      .answer_fault(answer_fault),
      .answer_redirect(answer_redirect),
      .answer_target(answer_target),
      .answer_rdata(answer_rdata),
      .interrupt_request(interrupt_request),
      .interrupt_cause(),
      .interrupt_target(),
      .interrupt_wake(interrupt_wake),
      .extension_select(),
      .extension_accept(),
      .extension_write(extension_write),
      .extension_wdata(extension_wdata),
      .extension_exists(counter_exists),
      .extension_rdata(cycles),
      .legality_csr(),
      .legality_mret(),
      .legality_sret(),
      .legality_uret(),
      .legality_wfi(legality_wfi),
      .legality_sfence_vma(),
      .legality_hfence_vvma(),
      .legality_hfence_gvma(),
      .legality_hlsv(),
      .hart_mode(mode),
      .hart_ecall_cause(hart_ecall_cause),
      .hart_load_store_mode(),
      .hart_fiom(),
      .hart_fs(),
      .hart_vs(),
      .hart_sum(),
      .hart_mxr(),
      .hart_satp(),
      .hart_hlsv_mode(),
      .hart_vs_sum(),
      .hart_vs_mxr(),
      .hart_vsatp(),
      .hart_hgatp(),
      .hart_vs_fs(),
      .hart_vs_vs(),
      .hart_time_delta(),
      .trace_kind(),
      .trace_cause(),
      .trace_from_mode(),
      .trace_to_mode(),
      .trace_epc(),
      .trace_tval(),
      .trace_gpa(),
      .trace_vector()
  );
  /* verilator lint_on PINCONNECTEMPTY */

endmodule

`default_nettype wire
