// SPDX-License-Identifier: Apache-2.0

// Ibex with a memory of 256 KiB, interrupt lines that stores drive, and `tohost`.
//
//   0x0010_0000  memory; its first 128 bytes are no place for the reset vector, which is at 0x80
//   0x0200_0000  a store sets or clears the software interrupt
//   0x0200_4000  mtimecmp, 64 bits; 0x0200_bff8  mtime
//   0x0200_8000  the external interrupt
//   0x0200_9000  the fast interrupts, 15 bits
//   0x0200_a000  a debugger's request; Debug Mode is at 0x0010_0800, its exceptions at 0x0010_0900
//
// Everything else answers with an error, to the fetch stage as well.
module bench import ibex_pkg::*; #(
  parameter bit WritebackStage = 1'b0,
  parameter bit HasWaits       = 1'b0  // memory takes requests in two of three cycles
);
  localparam logic [31:0] Base = 32'h0010_0000;

  logic clk = 1'b0, rst_n = 1'b0;
  logic [31:0] tohost;
  logic [8191:0] image;
  logic [63:0] memory [32768];

  always #1 clk = ~clk;
  initial begin
    if (!$value$plusargs("tohost=%h", tohost)) tohost = '0;
    if ($value$plusargs("image=%s", image)) $readmemh(image, memory);
    #8 rst_n = 1'b1;
  end

  // ---- The core and its register file ----

  logic        instr_req, instr_gnt, instr_rvalid, instr_err, data_req, data_gnt, data_rvalid, data_err, data_we;
  logic [31:0] instr_addr, instr_rdata, data_addr, data_wdata, data_rdata;
  logic [3:0]  data_be;
  logic        irq_software, irq_timer, irq_external, debug_req;
  logic [14:0] irq_fast;
  logic [4:0]  rf_raddr_a, rf_raddr_b, rf_waddr;
  logic        rf_we;
  logic [31:0] rf_wdata, rf_rdata_a, rf_rdata_b;
  logic [IC_TAG_SIZE-1:0]  ic_tag_rdata  [IC_NUM_WAYS];
  logic [IC_LINE_SIZE-1:0] ic_data_rdata [IC_NUM_WAYS];
  assign ic_tag_rdata  = '{default: '0};
  assign ic_data_rdata = '{default: '0};

  ibex_core #(
    .WritebackStage (WritebackStage),
    .BranchTargetALU(WritebackStage),
    .MHPMCounterNum (2),
    .DmHaltAddr     (Base + 32'h800),
    .DmExceptionAddr(Base + 32'h900)
  ) u_core (
    .clk_i                 (clk),
    .rst_ni                (rst_n),
    .hart_id_i             (32'd5),
    .boot_addr_i           (Base),
    .instr_req_o           (instr_req),
    .instr_gnt_i           (instr_gnt),
    .instr_rvalid_i        (instr_rvalid),
    .instr_addr_o          (instr_addr),
    .instr_rdata_i         (instr_rdata),
    .instr_err_i           (instr_err),
    .data_req_o            (data_req),
    .data_gnt_i            (data_gnt),
    .data_rvalid_i         (data_rvalid),
    .data_we_o             (data_we),
    .data_be_o             (data_be),
    .data_addr_o           (data_addr),
    .data_wdata_o          (data_wdata),
    .data_rdata_i          (data_rdata),
    .data_err_i            (data_err),
    .dummy_instr_id_o      (),
    .dummy_instr_wb_o      (),
    .rf_raddr_a_o          (rf_raddr_a),
    .rf_raddr_b_o          (rf_raddr_b),
    .rf_waddr_wb_o         (rf_waddr),
    .rf_we_wb_o            (rf_we),
    .rf_wdata_wb_ecc_o     (rf_wdata),
    .rf_rdata_a_ecc_i      (rf_rdata_a),
    .rf_rdata_b_ecc_i      (rf_rdata_b),
    .ic_tag_req_o          (),
    .ic_tag_write_o        (),
    .ic_tag_addr_o         (),
    .ic_tag_wdata_o        (),
    .ic_tag_rdata_i        (ic_tag_rdata),
    .ic_data_req_o         (),
    .ic_data_write_o       (),
    .ic_data_addr_o        (),
    .ic_data_wdata_o       (),
    .ic_data_rdata_i       (ic_data_rdata),
    .ic_scr_key_valid_i    (1'b1),
    .ic_scr_key_req_o      (),
    .irq_software_i        (irq_software),
    .irq_timer_i           (irq_timer),
    .irq_external_i        (irq_external),
    .irq_fast_i            (irq_fast),
    .irq_nm_i              (1'b0),
    .irq_pending_o         (),
    .debug_req_i           (debug_req),
    .crash_dump_o          (),
    .double_fault_seen_o   (),
    .fetch_enable_i        (IbexMuBiOn),
    .alert_minor_o         (),
    .alert_major_internal_o(),
    .alert_major_bus_o     (),
    .core_busy_o           ()
  );

  ibex_register_file_ff u_register_file (
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .test_en_i       (1'b0),
    .dummy_instr_id_i(1'b0),
    .dummy_instr_wb_i(1'b0),
    .raddr_a_i       (rf_raddr_a),
    .rdata_a_o       (rf_rdata_a),
    .raddr_b_i       (rf_raddr_b),
    .rdata_b_o       (rf_rdata_b),
    .waddr_a_i       (rf_waddr),
    .wdata_a_i       (rf_wdata),
    .we_a_i          (rf_we),
    .err_o           ()
  );

  // ---- Memory and devices: a request that is granted is answered in the next cycle ----

  logic [1:0] phase;

  always_ff @(posedge clk) phase <= (!rst_n || phase == 2'd2) ? 2'd0 : phase + 2'd1;
  assign instr_gnt = instr_req & !(HasWaits & phase == 2'd1);
  assign data_gnt  = data_req & !(HasWaits & phase == 2'd2);

  logic        ended;
  logic [31:0] code;
  logic [63:0] mtime, mtimecmp;
  logic        data_in_memory, data_in_devices;
  logic [63:0] data_word;

  assign data_in_memory  = data_addr[31:18] == Base[31:18];
  assign data_in_devices = data_addr[31:16] == 16'h0200;
  assign data_word       = memory[data_addr[17:3]];

  always_ff @(posedge clk) begin
    instr_rvalid <= instr_gnt & rst_n;
    instr_err    <= instr_addr[31:18] != Base[31:18];
    instr_rdata  <= instr_addr[2] ? memory[instr_addr[17:3]][63:32] : memory[instr_addr[17:3]][31:0];

    data_rvalid  <= data_gnt & rst_n;
    data_err     <= !(data_in_memory || data_in_devices);
    if (data_in_memory) data_rdata <= data_addr[2] ? data_word[63:32] : data_word[31:0];
    else data_rdata <= data_addr[15:0] == 16'hbff8 ? mtime[31:0] : '0;

    mtime     <= mtime + 64'd1;
    irq_timer <= mtime >= mtimecmp;
    ended     <= 1'b0;
    if (!rst_n) begin
      {irq_software, irq_external, irq_timer, debug_req} <= '0;
      irq_fast <= '0;
      mtime    <= '0;
      mtimecmp <= '1;
    end else if (data_gnt && data_we && data_in_memory) begin
      for (int i = 0; i < 4; i++) begin
        if (data_be[i]) memory[data_addr[17:3]][32 * int'(data_addr[2]) + 8 * i +: 8] <= data_wdata[8 * i +: 8];
      end
      if (data_addr == tohost) begin
        ended <= data_wdata[0];
        code  <= data_wdata;
      end
    end else if (data_gnt && data_we && data_in_devices) begin
      unique case (data_addr[15:0])
        16'h0000: irq_software    <= data_wdata[0];
        16'h4000: mtimecmp[31:0]  <= data_wdata;
        16'h4004: mtimecmp[63:32] <= data_wdata;
        16'h8000: irq_external    <= data_wdata[0];
        16'h9000: irq_fast        <= data_wdata[14:0];
        16'ha000: debug_req       <= data_wdata[0];
        default: ;
      endcase
    end
  end

  // ---- What the command sees ----

  recorder u_recorder (
    .clk       (clk),
    .rst       (~rst_n),
    .retires   ({1'b0, u_core.perf_instr_ret_wb}),
    .trap      (u_core.csr_save_cause & ~u_core.debug_csr_save),
    .trap_cause({u_core.exc_cause.irq_ext, 58'd0, u_core.exc_cause.lower_cause}),
    .trap_pc   (64'(u_core.csr_save_if ? u_core.pc_if : u_core.csr_save_wb ? u_core.pc_wb : u_core.pc_id)),
    .asks      (u_core.csr_access),
    .ended     (ended),
    .code      (64'(code))
  );
endmodule
