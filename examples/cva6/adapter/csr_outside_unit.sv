// SPDX-License-Identifier: Apache-2.0
// CVA6's CSRs that are no trap CSRs: they stand behind the trap unit's extension port.
//
// The unit has judged the access (privilege, counter enables, read-only addresses) and has done set
// and clear; here is what exists, what it reads, and what a write changes.

module csr_outside_unit #(
    parameter bit          RVH             = 1'b0,  // dcsr has the bits of H
    parameter bit          FpPresent       = 1'b0,  // fflags, frm, fcsr, ftran
    parameter bit          CountCycles     = 1'b1,  // else mcycle counts instructions
    parameter bit          HpmEvents       = 1'b0,  // mhpmevent, hpmcounter, mcountinhibit
    parameter int unsigned NrPMPEntries    = 8,     // with storage
    parameter int unsigned NrPMPAddresses  = 16,    // with an address: 16 or 64
    parameter int unsigned PLEN            = 56
) (
    input  logic                                 clk_i,
    input  logic                                 rst_ni,
    // The trap unit's extension port
    input  logic [11:0]                          address_i,
    input  logic                                 write_i,
    input  logic [63:0]                          wdata_i,
    output logic                                 exists_o,
    output logic [63:0]                          rdata_o,
    // Counters
    input  logic [6:0]                           retired_i,       // instructions, in this cycle
    output logic [11:0]                          perf_addr_o,
    output logic [63:0]                          perf_data_o,
    input  logic [63:0]                          perf_data_i,
    output logic                                 perf_we_o,
    output logic [31:0]                          mcountinhibit_o,
    // Floating point
    input  logic                                 fs_off_i,
    input  logic                                 fflags_we_i,
    input  logic [4:0]                           fflags_i,        // to be added
    output logic                                 is_fp_csr_o,
    output logic [4:0]                           fflags_o,
    output logic [2:0]                           frm_o,
    output logic [6:0]                           fprec_o,
    // Caches
    output logic                                 icache_en_o,
    output logic                                 dcache_en_o,
    // Physical memory protection
    output riscv::pmpcfg_t [NrPMPEntries-1:0]    pmpcfg_o,
    output logic [NrPMPEntries-1:0][PLEN-3:0]    pmpaddr_o,
    // Debug Mode: its registers; who enters it says from where and why
    input  logic                                 debug_mode_i,
    input  logic                                 enters_debug_i,
    input  logic [63:0]                          debug_pc_i,
    input  logic [2:0]                           debug_cause_i,
    input  logic [2:0]                           mode_i,          // the hart's, as the unit encodes it
    output logic [31:0]                          dcsr_o,
    output logic [63:0]                          dpc_o
);

  // mhpmcounter3 to 31; mhpmevent3 to 31 and hpmcounter3 to 31
  localparam logic [11:0] MHPMCOUNTER3 = 12'hb03, MHPMEVENT3 = 12'h323, HPMCOUNTER3 = 12'hc03,
      MCOUNTINHIBIT = 12'h320;

  logic [63:0] cycle_q, instret_q, dpc_q, dscratch0_q, dscratch1_q;
  logic [31:0] mcountinhibit_q;
  logic        icache_q, dcache_q;
  logic [4:0]  fflags_q;
  logic [2:0]  frm_q, dcause_q;
  logic [6:0]  fprec_q;
  logic        ebreakvs_q, ebreakvu_q, ebreakm_q, ebreaks_q, ebreaku_q, stepie_q, mprven_q, step_q;
  riscv::pmpcfg_t [NrPMPEntries-1:0] pmpcfg_q;
  logic [NrPMPEntries-1:0][PLEN-3:0] pmpaddr_q;

  // ---------------------
  // What is at the address
  // ---------------------
  logic is_hpm, is_pmpcfg, is_pmpaddr;
  logic [5:0] pmp_index;   // of the pmpaddr, or of the pmpcfg's first entry

  assign is_hpm = address_i inside {[MHPMCOUNTER3 : MHPMCOUNTER3 + 12'd28]}
      || (HpmEvents && address_i inside {[MHPMEVENT3 : MHPMEVENT3 + 12'd28], [HPMCOUNTER3 : HPMCOUNTER3 + 12'd28]});
  // RV64 has the even ones, of eight entries each.
  assign is_pmpcfg = address_i[11:4] == riscv::CSR_PMPCFG0[11:4] && !address_i[0]
      && 32'({address_i[3:0], 2'b00}) < NrPMPAddresses;
  assign is_pmpaddr = address_i >= riscv::CSR_PMPADDR0 && 32'(address_i) < 32'(riscv::CSR_PMPADDR0) + NrPMPAddresses;
  assign pmp_index = is_pmpcfg ? {address_i[3:0], 2'b00} : address_i[5:0] - riscv::CSR_PMPADDR0[5:0];
  assign is_fp_csr_o = FpPresent
      && address_i inside {riscv::CSR_FFLAGS, riscv::CSR_FRM, riscv::CSR_FCSR, riscv::CSR_FTRAN};

  assign dcsr_o = {4'd4, 10'd0, RVH && ebreakvs_q, RVH && ebreakvu_q, ebreakm_q, 1'b0, ebreaks_q, ebreaku_q, stepie_q,
                   2'd0, dcause_q, RVH && mode_i[2], mprven_q, 1'b0, step_q, mode_i[1:0]};

  always_comb begin : read
    exists_o = 1'b1;
    rdata_o  = '0;
    unique case (address_i)
      riscv::CSR_MCYCLE, riscv::CSR_CYCLE:     rdata_o = cycle_q;
      riscv::CSR_MINSTRET, riscv::CSR_INSTRET: rdata_o = instret_q;
      riscv::CSR_ICACHE:                       rdata_o = {63'd0, icache_q};
      riscv::CSR_DCACHE:                       rdata_o = {63'd0, dcache_q};
      // no triggers
      riscv::CSR_TSELECT, riscv::CSR_TDATA1, riscv::CSR_TDATA2, riscv::CSR_TDATA3: ;
      // there in Debug Mode only
      riscv::CSR_DCSR:      {exists_o, rdata_o} = {debug_mode_i, 32'd0, dcsr_o};
      riscv::CSR_DPC:       {exists_o, rdata_o} = {debug_mode_i, dpc_q};
      riscv::CSR_DSCRATCH0: {exists_o, rdata_o} = {debug_mode_i, dscratch0_q};
      riscv::CSR_DSCRATCH1: {exists_o, rdata_o} = {debug_mode_i, dscratch1_q};
      // not while FS is Off
      riscv::CSR_FFLAGS: {exists_o, rdata_o} = {FpPresent && !fs_off_i, 59'd0, fflags_q};
      riscv::CSR_FRM:    {exists_o, rdata_o} = {FpPresent && !fs_off_i, 61'd0, frm_q};
      riscv::CSR_FCSR:   {exists_o, rdata_o} = {FpPresent && !fs_off_i, 56'd0, frm_q, fflags_q};
      riscv::CSR_FTRAN:  {exists_o, rdata_o} = {FpPresent && !fs_off_i, 57'd0, fprec_q};
      MCOUNTINHIBIT:     {exists_o, rdata_o} = {HpmEvents, 32'd0, mcountinhibit_q};
      default: begin
        exists_o = is_hpm || is_pmpcfg || is_pmpaddr;
        if (is_hpm) rdata_o = perf_data_i;
        for (int unsigned i = 0; i < NrPMPEntries; i++) begin
          if (is_pmpcfg && pmp_index[5:3] == i[5:3]) rdata_o[8*(i%8)+:8] = pmpcfg_q[i];
          // With a granularity of 8 bytes bit 0 reads 1 for NAPOT, else 0.
          if (is_pmpaddr && pmp_index == i[5:0])
            rdata_o = {{66 - PLEN{1'b0}}, pmpaddr_q[i][PLEN-3:1], pmpaddr_q[i][0] && pmpcfg_q[i].addr_mode[1]};
        end
      end
    endcase
  end

  assign perf_addr_o     = address_i;
  assign perf_data_o     = wdata_i;
  assign perf_we_o       = write_i && is_hpm;
  assign mcountinhibit_o = mcountinhibit_q;
  assign fflags_o        = fflags_q;
  assign frm_o           = frm_q;
  assign fprec_o         = fprec_q;
  assign icache_en_o     = icache_q && !debug_mode_i;
  assign dcache_en_o     = dcache_q;
  assign pmpcfg_o        = pmpcfg_q;
  assign pmpaddr_o       = pmpaddr_q;
  assign dpc_o           = dpc_q;

  // --------
  // Registers
  // --------
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {cycle_q, instret_q, mcountinhibit_q}                                                    <= '0;
      {fflags_q, frm_q, fprec_q}                                                               <= '0;
      {dpc_q, dscratch0_q, dscratch1_q, dcause_q}                                              <= '0;
      {ebreakvs_q, ebreakvu_q, ebreakm_q, ebreaks_q, ebreaku_q, stepie_q, mprven_q, step_q}    <= '0;
      {pmpcfg_q, pmpaddr_q}                                                                    <= '0;
      {icache_q, dcache_q}                                                                     <= '1;
    end else begin
      if (!debug_mode_i) begin
        if (!mcountinhibit_q[0]) cycle_q <= cycle_q + (CountCycles ? 64'd1 : 64'(retired_i));
        if (!mcountinhibit_q[2]) instret_q <= instret_q + 64'(retired_i);
      end
      if (fflags_we_i) fflags_q <= fflags_q | fflags_i;
      if (write_i) begin
        unique case (address_i)
          riscv::CSR_MCYCLE:    cycle_q                <= wdata_i;
          riscv::CSR_MINSTRET:  instret_q              <= wdata_i;
          riscv::CSR_ICACHE:    icache_q               <= wdata_i[0];
          riscv::CSR_DCACHE:    dcache_q               <= wdata_i[0];
          riscv::CSR_DPC:       dpc_q                  <= wdata_i;
          riscv::CSR_DSCRATCH0: dscratch0_q            <= wdata_i;
          riscv::CSR_DSCRATCH1: dscratch1_q            <= wdata_i;
          riscv::CSR_DCSR: begin
            {ebreakvs_q, ebreakvu_q}                   <= wdata_i[17:16];
            {ebreakm_q, ebreaks_q, ebreaku_q, stepie_q} <= {wdata_i[15], wdata_i[13:11]};
            {mprven_q, step_q}                         <= {wdata_i[4], wdata_i[2]};
          end
          riscv::CSR_FFLAGS:    fflags_q               <= wdata_i[4:0];
          riscv::CSR_FRM:       frm_q                  <= wdata_i[2:0];
          riscv::CSR_FCSR:      {frm_q, fflags_q}      <= wdata_i[7:0];
          riscv::CSR_FTRAN:     fprec_q                <= wdata_i[6:0];
          MCOUNTINHIBIT:        mcountinhibit_q        <= {wdata_i[31:2], 1'b0, wdata_i[0]};
          default:;
        endcase
        for (int unsigned i = 0; i < NrPMPEntries; i++) begin
          automatic riscv::pmpcfg_t wanted = riscv::pmpcfg_t'(wdata_i[8*(i%8)+:8]);
          // A locked TOR entry locks the address below it, which is where it begins.
          automatic logic is_below_locked = i + 1 < NrPMPEntries && pmpcfg_q[(i + 1) % NrPMPEntries].locked
              && pmpcfg_q[(i + 1) % NrPMPEntries].addr_mode == riscv::TOR;
          // 8 bytes are the granularity: no NA4. W without R is reserved.
          if (is_pmpcfg && pmp_index[5:3] == i[5:3] && !pmpcfg_q[i].locked && wanted.addr_mode != riscv::NA4
              && (wanted.access_type.r || !wanted.access_type.w)) begin
            pmpcfg_q[i]          <= wanted;
            pmpcfg_q[i].reserved <= '0;
          end
          if (is_pmpaddr && pmp_index == i[5:0] && !pmpcfg_q[i].locked && !is_below_locked)
            pmpaddr_q[i] <= wdata_i[PLEN-3:0];
        end
      end
      if (enters_debug_i) begin
        dpc_q    <= debug_pc_i;
        dcause_q <= debug_cause_i;
      end
    end
  end

endmodule
