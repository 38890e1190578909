// SPDX-License-Identifier: Apache-2.0
// Runs a program on tiny_core and checks every trap, return and result. Prints PASS, or FAIL and what.
//
//     make verilog
//     cd examples/verilog
//     iverilog -g2005 -Wall -I ../../build/verilog -o testbench \
//         testbench.v tiny_core.v ../../build/verilog/trap_unit.v && vvp testbench

`include "trap_unit.vh"
`default_nettype none
`timescale 1ns / 1ns

module testbench;

  reg         clk = 1'b0;
  reg         rst = 1'b1;
  reg         timer_interrupt = 1'b0;
  wire [63:0] fetch_pc;
  wire [31:0] fetch_insn;
  wire  [2:0] mode;
  wire        is_waiting;

  always #5 clk = !clk;

  tiny_core core (
      .clk(clk),
      .rst(rst),
      .fetch_pc(fetch_pc),
      .fetch_insn(fetch_insn),
      .timer_interrupt(timer_interrupt),
      .external_interrupt(1'b0),
      .mode(mode),
      .is_waiting(is_waiting)
  );

  // ---- The program, put together by functions with the names of the instructions.

  function [31:0] addi(input [4:0] rd, input [4:0] rs1, input [11:0] immediate);
    addi = {immediate, rs1, 3'd0, rd, 7'h13};
  endfunction
  function [31:0] csrrw(input [4:0] rd, input [11:0] csr, input [4:0] rs1);
    csrrw = {csr, rs1, 3'd1, rd, 7'h73};
  endfunction
  function [31:0] csrrs(input [4:0] rd, input [11:0] csr, input [4:0] rs1);
    csrrs = {csr, rs1, 3'd2, rd, 7'h73};
  endfunction
  function [31:0] csrrsi(input [4:0] rd, input [11:0] csr, input [4:0] immediate);
    csrrsi = {csr, immediate, 3'd6, rd, 7'h73};
  endfunction

  localparam [31:0] ECALL = 32'h00000073, EBREAK = 32'h00100073, WFI = 32'h10500073;
  localparam [31:0] SRET = 32'h10200073, MRET = 32'h30200073;
  localparam [11:0] MCYCLE = 12'hb00, CYCLE = 12'hc00;
  localparam [11:0] M_HANDLER = 12'h400, S_HANDLER = 12'h600, USER = 12'h200;

  reg [31:0] memory [0:1023];
  reg [11:0] place;
  integer    i;

  task put(input [31:0] insn);
    begin
      memory[place[11:2]] = insn;
      place = place + 12'd4;
    end
  endtask

  assign fetch_insn = memory[fetch_pc[11:2]];

  initial begin
    for (i = 0; i < 1024; i = i + 1)
      memory[i] = addi(0, 0, 0);

    place = 0;  // M-mode, from reset
    put(addi(1, 0, M_HANDLER));
    put(csrrw(0, `UTRAP_CSR_MTVEC, 1));
    put(addi(1, 0, S_HANDLER));
    put(csrrw(0, `UTRAP_CSR_STVEC, 1));
    put(addi(1, 0, 12'h104));  // illegal instruction and ECALL from U go to S-mode
    put(csrrw(0, `UTRAP_CSR_MEDELEG, 1));
    put(csrrsi(0, `UTRAP_CSR_MCOUNTEREN, 1));  // S-mode may read the cycle counter
    put(csrrsi(0, `UTRAP_CSR_SCOUNTEREN, 1));  // so may U-mode
    put(addi(1, 0, 12'h050));
    put(csrrw(0, MCYCLE, 1));  // a CSR outside the unit: the extension port writes it,
    put(csrrs(2, MCYCLE, 0));  // and reads it one cycle later
    put(addi(1, 0, 12'h080));
    put(csrrs(0, `UTRAP_CSR_MIE, 1));  // MTIE
    put(addi(1, 0, USER));
    put(csrrw(0, `UTRAP_CSR_MEPC, 1));
    put(MRET);  // MPP is U after reset

    place = USER;
    put(csrrs(3, CYCLE, 0));  // allowed by the counter enables
    put(csrrw(4, `UTRAP_CSR_MSCRATCH, 1));  // not U-mode's: illegal instruction
    put(ECALL);
    put(csrrw(0, CYCLE, 1));  // a read-only address: illegal instruction
    put(WFI);  // not U-mode's, where S-mode exists: illegal instruction
    put(32'hffffffff);  // no instruction at all
    // Then ADDI until the timer's interrupt, and behind it ...
    place = 12'h280;
    put(EBREAK);  // not delegated: to M-mode, which ends the program

    place = S_HANDLER;  // counts in x5, notes the cause in x6, goes on behind the instruction
    put(addi(5, 5, 1));
    put(csrrs(6, `UTRAP_CSR_SCAUSE, 0));
    put(csrrs(1, `UTRAP_CSR_SEPC, 0));
    put(addi(1, 1, 4));
    put(csrrw(0, `UTRAP_CSR_SEPC, 1));
    put(SRET);

    place = M_HANDLER;
    put(csrrs(7, `UTRAP_CSR_MCAUSE, 0));
    put(WFI);  // goes on at once while the timer's interrupt is pending, whatever MIE says
    put(MRET);
  end

  // ---- What the unit says has happened: every trap and return, in order.

  localparam EVENTS = 14;
  reg [14:0] expected [0:EVENTS - 1];  // kind, cause (of a trap), from, to
  integer    event_count = 0;
  integer    errors = 0;

  wire [2:0] kind = core.unit.trace_kind;
  wire       is_trap = kind == `UTRAP_OP_EXCEPTION || kind == `UTRAP_OP_INTERRUPT;
  wire [5:0] cause = is_trap ? core.unit.trace_cause : 6'd0;

  wire [14:0] happened = {kind, cause, core.unit.trace_from_mode, core.unit.trace_to_mode};

  initial begin
    expected[0] = {`UTRAP_OP_MRET, 6'd0, `UTRAP_MODE_M, `UTRAP_MODE_U};
    for (i = 0; i < 5; i = i + 1) begin
      expected[1 + 2 * i] =
          {`UTRAP_OP_EXCEPTION,
           i == 1 ? `UTRAP_CAUSE_ECALL_FROM_U : `UTRAP_CAUSE_ILLEGAL_INSTRUCTION,
           `UTRAP_MODE_U, `UTRAP_MODE_S};
      expected[2 + 2 * i] = {`UTRAP_OP_SRET, 6'd0, `UTRAP_MODE_S, `UTRAP_MODE_U};
    end
    expected[11] = {`UTRAP_OP_INTERRUPT, `UTRAP_IRQ_MTI, `UTRAP_MODE_U, `UTRAP_MODE_M};
    expected[12] = {`UTRAP_OP_MRET, 6'd0, `UTRAP_MODE_M, `UTRAP_MODE_U};
    expected[13] = {`UTRAP_OP_EXCEPTION, `UTRAP_CAUSE_BREAKPOINT, `UTRAP_MODE_U, `UTRAP_MODE_M};
  end

  always @(negedge clk)
    if (!rst && kind != `UTRAP_OP_NONE && kind != `UTRAP_OP_CSR) begin
      if (event_count >= EVENTS || happened != expected[event_count]) begin
        errors = errors + 1;
        $display("FAIL: event %0d at pc %h: kind, cause, from and to %h, should be %h", event_count,
                 fetch_pc, happened, expected[event_count]);
      end
      event_count = event_count + 1;
    end

  task check(input [8 * 24 - 1:0] what, input [63:0] is, input [63:0] should_be);
    if (is !== should_be) begin
      errors = errors + 1;
      $display("FAIL: %0s is %h, should be %h", what, is, should_be);
    end
  endtask

  initial begin
    if ($test$plusargs("vcd")) begin
      $dumpfile("testbench.vcd");
      $dumpvars(0, testbench);
    end
    repeat (2) @(posedge clk);
    #1 rst = 1'b0;

    // The timer fires while U-mode runs behind its last fault, and stays until it is served.
    wait (event_count == 11);
    repeat (3) @(posedge clk);
    #1 timer_interrupt = 1'b1;
    wait (event_count == 12);
    @(posedge clk);
    #1 check("the mode in the handler", {61'd0, mode}, {61'd0, `UTRAP_MODE_M});
    check("mip.MTIP", {63'd0, core.unit.mip[7]}, 64'd1);
    @(posedge clk);
    #1 check("x7, mcause", core.x[7], {1'b1, 57'd0, `UTRAP_IRQ_MTI});
    check("waiting", {63'd0, is_waiting}, 64'd0);
    @(posedge clk);
    #1 timer_interrupt = 1'b0;

    wait (event_count == EVENTS);
    @(posedge clk);
    @(negedge clk);
    // CSRs are wires under their own names.
    check("mcause", core.unit.mcause, 64'd3);
    check("mepc", core.unit.mepc, 64'h280);
    check("scause", core.unit.scause, 64'd2);
    check("stval", core.unit.stval, 64'hffffffff);
    check("x2, mcycle", core.x[2], 64'h50);
    check("x4, nothing was read", core.x[4], 64'd0);
    check("x5, traps into S", core.x[5], 64'd5);
    if (core.x[3] <= 64'h50)
      check("x3, cycle", core.x[3], 64'h60);
    if (errors == 0)
      $display("PASS: %0d traps and returns", event_count);
    $finish;
  end

  initial begin
    repeat (2000) @(posedge clk);
    $display("FAIL: no end after 2000 cycles; %0d of %0d events", event_count, EVENTS);
    $finish;
  end

endmodule

`default_nettype wire
