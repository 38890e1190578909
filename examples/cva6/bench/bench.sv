// SPDX-License-Identifier: Apache-2.0
// CVA6 with 4 MiB of memory behind its AXI port, registers for interrupts, and `tohost`.
//
//   0x0000_0000  4 KiB, where Debug Mode's code is: the last of the memory again
//   0x0200_0000  bit 0: the software interrupt's line
//   0x0200_4000  mtimecmp: the timer's line is up from then on
//   0x0200_8000  bit 0: the machine's external line, bit 1: the supervisor's
//   0x0200_8008  bit 0: the debugger's request
//   0x0200_bff8  mtime: counts cycles
//   0x8000_0000  memory: read from the file +image=; the doubleword at +tohost= ends the run

`timescale 1ns / 1ps

module bench;
  localparam int unsigned WORDS = 1 << 19;

  logic clk = 1'b0, rst_n = 1'b0;
  logic [4:0] reset_count = '0;
  always #1 clk = ~clk;
  always_ff @(posedge clk)
    if (&reset_count) rst_n <= 1'b1;
    else reset_count <= reset_count + 1'b1;

  // ----
  // Core
  // ----
  ariane_axi::req_t  req;
  ariane_axi::resp_t rsp;
  logic [1:0]        irq;
  logic              ipi, timer_irq, debug_req;
  logic [63:0]       mtime, mtimecmp;

  ariane i_ariane (
      .clk_i       (clk),
      .rst_ni      (rst_n),
      .boot_addr_i (64'h8000_0000),
      .hart_id_i   (64'd0),
      .irq_i       (irq),
      .ipi_i       (ipi),
      .time_irq_i  (timer_irq),
      .debug_req_i (debug_req),
      .axi_req_o   (req),
      .axi_resp_i  (rsp)
  );

  // ---------------------------------
  // Memory: one AXI transaction at a time
  // ---------------------------------
  typedef enum logic [2:0] {IDLE, READ, WRITE, RESPOND, RESPOND_OLD} state_e;

  logic [63:0] memory[WORDS];
  logic [63:0] tohost, code;
  logic        ended;
  state_e      state;
  logic [63:0] address;                 // of this beat
  logic [7:0]  length, beat;
  logic [2:0]  size;
  logic [1:0]  burst;
  logic [3:0]  id;
  logic [5:0]  atop;
  logic        lock, reserved, may_store;
  logic [63:0] reservation, old;
  logic [1023:0] image;

  initial begin
    if (!$value$plusargs("tohost=%h", tohost)) tohost = '1;
    if ($value$plusargs("image=%s", image)) $readmemh(image, memory);
  end

  wire        is_debug  = address[31:12] == '0;
  wire        is_memory = address[31] || is_debug;
  wire [18:0] word      = is_debug ? {10'h3ff, address[11:3]} : address[21:3];
  logic [63:0] rdata, wdata;

  always_comb begin
    rdata = '0;
    if (is_memory) rdata = memory[word];
    else if (address[15:3] == 13'h0800) rdata = mtimecmp;
    else if (address[15:3] == 13'h17ff) rdata = mtime;
  end

  // FIXED, INCR, WRAP
  function automatic logic [63:0] following(logic [63:0] at, logic [1:0] kind, logic [7:0] beats, logic [2:0] log2);
    automatic logic [63:0] next = at + (64'd1 << log2);
    automatic logic [63:0] low  = ((64'(beats) + 64'd1) << log2) - 64'd1;
    unique case (kind)
      2'b00:   return at;
      2'b10:   return (at & ~low) | (next & low);
      default: return next;
    endcase
  endfunction

  // ATOP: bits 2:0 choose the operation, 11_0000 is a swap. Words are doubled into both halves.
  function automatic logic [63:0] atomic(logic [5:0] op, logic [63:0] m, logic [63:0] w, logic [7:0] strobe);
    automatic logic is_word = strobe != 8'hff;
    automatic logic is_high = strobe[7];
    automatic logic [31:0] mw = is_high ? m[63:32] : m[31:0], ww = is_high ? w[63:32] : w[31:0];
    automatic logic [63:0] a = is_word ? {{32{mw[31]}}, mw} : m, b = is_word ? {{32{ww[31]}}, ww} : w, r;
    automatic logic is_less_unsigned = is_word ? mw < ww : a < b;
    automatic logic is_less = $signed(a) < $signed(b);
    unique case (op[2:0])
      3'b000:  r = a + b;
      3'b001:  r = a & ~b;
      3'b010:  r = a ^ b;
      3'b011:  r = a | b;
      3'b100:  r = is_less ? b : a;
      3'b101:  r = is_less ? a : b;
      3'b110:  r = is_less_unsigned ? b : a;
      default: r = is_less_unsigned ? a : b;
    endcase
    if (op == 6'b11_0000) r = b;
    return is_word ? {2{r[31:0]}} : r;
  endfunction

  always_comb begin : merge
    automatic logic [63:0] value = atop == '0 ? req.w.data : atomic(atop, rdata, req.w.data, req.w.strb);
    for (int i = 0; i < 8; i++) wdata[8*i+:8] = req.w.strb[i] ? value[8*i+:8] : rdata[8*i+:8];
  end

  always_comb begin : respond
    rsp          = '0;
    rsp.aw_ready = state == IDLE;
    rsp.ar_ready = state == IDLE && !req.aw_valid;
    rsp.w_ready  = state == WRITE;
    rsp.b_valid  = state == RESPOND;
    rsp.b.id     = id;
    rsp.b.resp   = {1'b0, lock && may_store};
    rsp.r_valid  = state == READ || state == RESPOND_OLD;
    rsp.r.id     = id;
    rsp.r.data   = state == READ ? rdata : old;
    rsp.r.resp   = {1'b0, lock};
    rsp.r.last   = state == RESPOND_OLD || beat == length;
  end

  always_ff @(posedge clk) begin
    mtime     <= mtime + 64'd1;
    timer_irq <= mtime >= mtimecmp;
    if (!rst_n) begin
      {mtime, irq, ipi, timer_irq, debug_req, ended, code, reserved, lock, atop, beat} <= '0;
      mtimecmp <= '1;
      state    <= IDLE;
    end else begin
      unique case (state)
        IDLE: begin
          beat <= '0;
          if (req.aw_valid) begin
            state                            <= WRITE;
            {address, length, size, burst}   <= {req.aw.addr, req.aw.len, req.aw.size, req.aw.burst};
            {id, atop, lock}                 <= {req.aw.id, req.aw.atop, req.aw.lock};
            may_store                        <= !req.aw.lock || (reserved && reservation[63:3] == req.aw.addr[63:3]);
            if (req.aw.lock) reserved        <= 1'b0;
          end else if (req.ar_valid) begin
            state                            <= READ;
            {address, length, size, burst}   <= {req.ar.addr, req.ar.len, req.ar.size, req.ar.burst};
            {id, atop, lock}                 <= {req.ar.id, 6'd0, req.ar.lock};
            if (req.ar.lock) {reserved, reservation} <= {1'b1, req.ar.addr};
          end
        end
        READ: if (req.r_ready) begin
          address <= following(address, burst, length, size);
          beat    <= beat + 8'd1;
          if (beat == length) state <= IDLE;
        end
        WRITE: if (req.w_valid) begin
          old     <= rdata;
          address <= following(address, burst, length, size);
          if (req.w.last) state <= atop[5] ? RESPOND_OLD : RESPOND;
          if (may_store && is_memory) begin
            memory[word] <= wdata;
            if (address[63:3] == tohost[63:3] && wdata[0]) {ended, code} <= {1'b1, wdata};
          end else if (may_store) begin
            unique case (address[15:3])
              13'h0000: ipi       <= req.w.data[0];
              13'h0800: mtimecmp  <= req.w.data;
              13'h1000: irq       <= req.w.data[1:0];
              13'h1001: debug_req <= req.w.data[0];
              default:;
            endcase
          end
        end
        RESPOND_OLD: if (req.r_ready) state <= RESPOND;
        RESPOND:     if (req.b_ready) state <= IDLE;
        default:     state <= IDLE;
      endcase
    end
  end

  // ------------
  // What happens
  // ------------
  recorder recorder (
      .clk        (clk),
      .rst        (!rst_n),
      .retires    (2'(i_ariane.i_cva6.commit_ack[0]) + 2'(i_ariane.i_cva6.commit_ack[1])),
      .trap       (i_ariane.i_cva6.ex_commit.valid),
      .trap_cause (i_ariane.i_cva6.ex_commit.cause),
      .trap_pc    (64'(i_ariane.i_cva6.pc_commit)),
`ifdef UTRAP_UNIT
      .asks       (i_ariane.i_cva6.csr_regfile_i.i_csr_trap_unit.is_access),
`else
      .asks       (1'b0),
`endif
      .ended      (ended),
      .code       (code)
  );

endmodule
