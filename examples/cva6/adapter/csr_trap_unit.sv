// SPDX-License-Identifier: Apache-2.0
// The trap unit in CVA6's pipeline: what is the same for every CVA6 behind a csr_regfile.
//
// Ports are named as csr_regfile's; structures have been taken apart, since their types differ from
// one CVA6 to the next. The unit holds every trap CSR, judges, routes, enters and returns. Left to
// this module is what CVA6 wants to know in its own words, WFI, and Debug Mode.
//
// Which unit: UTRAP_N (user-level traps), UTRAP_H (hypervisor) and UTRAP_FS (mstatus.FS) say which
// ports it has.
//
// One rule keeps the pipeline free of loops: nothing that depends on commit_op leads back into ex_i.
// csr_exception_o comes from legality_csr, which does not, and no return is refused here: the decoder
// has asked legality_sret before.

`include "trap_unit.vh"

module csr_trap_unit
  import ariane_pkg::*;
#(
    parameter bit          RVH              = 1'b0,
    parameter bit          FpPresent        = 1'b0,
    parameter bit          CountCycles      = 1'b1,
    parameter bit          HpmEvents        = 1'b0,
    parameter int unsigned NrPMPEntries     = 8,
    parameter int unsigned NrPMPAddresses   = 16,
    parameter int unsigned PLEN             = 56,
    parameter int unsigned GPLEN            = 41,
    parameter logic [63:0] DebugException   = 64'h0   // where an exception in Debug Mode goes
) (
    input  logic                              clk_i,
    input  logic                              rst_ni,
    input  logic [63:0]                       boot_addr_i,
    input  logic [63:0]                       hart_id_i,
    // Commit stage: the instruction, its access or return, the trap that it takes
    input  logic [6:0]                        retired_i,
    input  logic                              commit_ack_i,       // of the first port
    input  logic [63:0]                       next_pc_i,          // where the first port's instruction leads
    input  fu_op                              csr_op_i,
    input  logic [11:0]                       csr_addr_i,
    input  logic [63:0]                       csr_wdata_i,
    output logic [63:0]                       csr_rdata_o,
    input  logic [63:0]                       pc_i,
    input  logic                              ex_valid_i,
    input  logic [63:0]                       ex_cause_i,
    input  logic [63:0]                       ex_tval_i,
    input  logic [GPLEN-1:0]                  ex_tval2_i,
    input  logic [31:0]                       ex_tinst_i,
    input  logic                              ex_gva_i,
    output logic                              csr_exception_valid_o,
    output logic [63:0]                       csr_exception_cause_o,
    input  logic                              dirty_fp_state_i,
    input  logic                              csr_write_fflags_i,
    // Frontend and controller
    output logic [63:0]                       epc_o,
    output logic                              eret_o,
    output logic [63:0]                       trap_vector_base_o,
    output logic                              set_debug_pc_o,
    output logic                              flush_o,
    output logic                              halt_csr_o,
    // Interrupt lines; what the decoder is told: one interrupt that is due, by its cause
    input  logic [1:0]                        irq_i,
    input  logic                              ipi_i,
    input  logic                              time_irq_i,
    input  logic                              debug_req_i,
    output logic                              interrupt_o,
    output logic [5:0]                        interrupt_cause_o,
    // Decoder
    output riscv::priv_lvl_t                  priv_lvl_o,
    output logic                              v_o,
    output logic                              tvm_o,
    output logic                              tw_o,
    output logic                              vtw_o,
    output logic                              tsr_o,
    output logic                              hu_o,
    output logic                              debug_mode_o,
    output logic                              single_step_o,
    output riscv::xs_t                        fs_o,
    output riscv::xs_t                        vfs_o,
    output logic [4:0]                        fflags_o,
    output logic [2:0]                        frm_o,
    output logic [6:0]                        fprec_o,
    // Address translation
    output logic                              en_translation_o,
    output logic                              en_g_translation_o,
    output logic                              en_ld_st_translation_o,
    output logic                              en_ld_st_g_translation_o,
    output riscv::priv_lvl_t                  ld_st_priv_lvl_o,
    output logic                              ld_st_v_o,
    input  logic                              csr_hs_ld_st_inst_i,
    output logic                              sum_o,
    output logic                              mxr_o,
    output logic                              vs_sum_o,
    output logic                              vmxr_o,
    output logic [63:0]                       satp_o,
    output logic [63:0]                       vsatp_o,
    output logic [63:0]                       hgatp_o,
    // CSRs outside the unit
    output logic                              icache_en_o,
    output logic                              dcache_en_o,
    output logic [11:0]                       perf_addr_o,
    output logic [63:0]                       perf_data_o,
    input  logic [63:0]                       perf_data_i,
    output logic                              perf_we_o,
    output logic [31:0]                       mcountinhibit_o,
    output riscv::pmpcfg_t [NrPMPEntries-1:0] pmpcfg_o,
    output logic [NrPMPEntries-1:0][PLEN-3:0] pmpaddr_o
);

  localparam logic [3:0] SV39 = 4'd8;

  logic        debug_mode_q, wfi_q;
  logic        meip_q, msip_q, mtip_q;
  logic [31:0] dcsr;
  logic [63:0] dpc;
  wire         dcsr_mprven = dcsr[4];
  wire         dcsr_step   = dcsr[2];

  logic [1:0]  legality_csr, legality_sret, legality_wfi, legality_sfence_vma, legality_hlsv;
  logic        answer_redirect;
  logic [63:0] answer_target;
  logic        interrupt_request, interrupt_wake;
  logic        extension_write, extension_exists;
  logic [63:0] extension_wdata, extension_rdata;
  logic [2:0]  hart_mode, hart_load_store_mode, hart_hlsv_mode;
  logic [1:0]  hart_fs, hart_vs_fs;
  logic        is_fp_csr;

  // --------------------------
  // What is at the commit stage
  // --------------------------
  logic       is_access, is_dret;
  logic [1:0] access;

  always_comb begin : csr_operation
    is_access = 1'b1;
    access    = `UTRAP_CSR_OP_READ;
    unique case (csr_op_i)
      CSR_READ:  ;
      CSR_WRITE: access = `UTRAP_CSR_OP_WRITE;
      CSR_SET:   access = `UTRAP_CSR_OP_SET;
      CSR_CLEAR: access = `UTRAP_CSR_OP_CLEAR;
      default:   is_access = 1'b0;
    endcase
  end
  assign is_dret = csr_op_i == DRET && debug_mode_q;

  // ---------
  // Debug Mode: a trap that enters it, or happens in it, is none of the unit's.
  // ---------
  logic is_request, is_ebreak, ebreak_enters, steps, enters_debug;

  always_comb begin : debug_ebreak
    unique case (hart_mode)
      `UTRAP_MODE_M:  ebreak_enters = dcsr[15];
      `UTRAP_MODE_S:  ebreak_enters = dcsr[13];
      `UTRAP_MODE_U:  ebreak_enters = dcsr[12];
      `UTRAP_MODE_VS: ebreak_enters = dcsr[17];
      `UTRAP_MODE_VU: ebreak_enters = dcsr[16];
      default:        ebreak_enters = 1'b0;
    endcase
  end
  assign is_request    = ex_valid_i && ex_cause_i == riscv::DEBUG_REQUEST;
  assign is_ebreak     = ex_valid_i && ex_cause_i == riscv::BREAKPOINT;
  assign steps         = dcsr_step && commit_ack_i;
  assign enters_debug  = !debug_mode_q && (is_request || (is_ebreak && ebreak_enters) || steps);
  assign set_debug_pc_o = enters_debug || (debug_mode_q && is_ebreak);

  // ---------------------
  // The event of this cycle
  // ---------------------
  logic [2:0]  commit_op;
  logic [63:0] commit_tval;
  wire         traps = ex_valid_i && !debug_mode_q && !is_request && !(is_ebreak && ebreak_enters);

  always_comb begin : event_select
    commit_op = `UTRAP_OP_NONE;
    if (traps) commit_op = ex_cause_i[63] ? `UTRAP_OP_INTERRUPT : `UTRAP_OP_EXCEPTION;
    else if (!ex_valid_i) begin
      if (is_access) commit_op = debug_mode_q ? `UTRAP_OP_DEBUG_CSR : `UTRAP_OP_CSR;
      else if (csr_op_i == MRET) commit_op = `UTRAP_OP_MRET;
      else if (csr_op_i == SRET) commit_op = `UTRAP_OP_SRET;
`ifdef UTRAP_N
      else if (csr_op_i == URET) commit_op = `UTRAP_OP_URET;
`endif
    end
  end

  // CVA6 has an instruction's bits in tval until something better comes: it does not for these.
  always_comb begin : trap_value
    commit_tval = ex_tval_i;
    if (ex_cause_i inside {[riscv::ENV_CALL_UMODE : riscv::ENV_CALL_MMODE]}) commit_tval = '0;
    if (ex_cause_i == riscv::BREAKPOINT) commit_tval = ZERO_TVAL ? '0 : pc_i;
    if (ex_cause_i == riscv::ILLEGAL_INSTR && ZERO_TVAL) commit_tval = '0;
  end

  trap_unit i_trap_unit (
      .clk                 (clk_i),
      .rst                 (~rst_ni),
      .hartid              (hart_id_i),
      .mtvec_reset         (boot_addr_i + 64'h40),
      .commit_op           (commit_op),
      .commit_pc           (pc_i),
      .commit_cause        (ex_cause_i[5:0]),
      .commit_tval         (commit_tval),
`ifdef UTRAP_H
      .commit_gva          (ex_gva_i),
      .commit_tval2        (ex_tval2_i[GPLEN-1:2]),
      .commit_tinst        (ex_tinst_i),
`endif
      .commit_csr_address  (csr_addr_i),
      .commit_csr_op       (access),
      .commit_csr_wdata    (csr_wdata_i),
`ifdef UTRAP_FS
      // a write to fcsr dirties it, too
      .commit_fs_dirty     (dirty_fp_state_i || (is_fp_csr && access != `UTRAP_CSR_OP_READ)),
      .hart_fs             (hart_fs),
`endif
      .lines_meip          (meip_q),
      .lines_mtip          (mtip_q),
      .lines_msip          (msip_q),
      .lines_seip          (irq_i[1]),
`ifdef UTRAP_N
      .lines_ueip          (1'b0),
      .legality_uret       (),
`endif
      .answer_fault        (),
      .answer_redirect     (answer_redirect),
      .answer_target       (answer_target),
      .answer_rdata        (csr_rdata_o),
      .interrupt_request   (interrupt_request),
      .interrupt_cause     (interrupt_cause_o),
      .interrupt_target    (),
      .interrupt_wake      (interrupt_wake),
      .extension_select    (),
      .extension_accept    (),
      .extension_write     (extension_write),
      .extension_wdata     (extension_wdata),
      .extension_exists    (extension_exists),
      .extension_rdata     (extension_rdata),
      .legality_csr        (legality_csr),
      .legality_mret       (),
      .legality_sret       (legality_sret),
      .legality_wfi        (legality_wfi),
      .legality_sfence_vma (legality_sfence_vma),
      .hart_mode           (hart_mode),
      .hart_ecall_cause    (),
      .hart_load_store_mode(hart_load_store_mode),
      .hart_fiom           (),
      .hart_sum            (sum_o),
      .hart_mxr            (mxr_o),
      .hart_satp           (satp_o),
`ifdef UTRAP_H
      .legality_hfence_vvma(),
      .legality_hfence_gvma(),
      .legality_hlsv       (legality_hlsv),
      .hart_hlsv_mode      (hart_hlsv_mode),
      .hart_vs_sum         (vs_sum_o),
      .hart_vs_mxr         (vmxr_o),
      .hart_vsatp          (vsatp_o),
      .hart_hgatp          (hgatp_o),
`ifdef UTRAP_FS
      .hart_vs_fs          (hart_vs_fs),
`endif
      .hart_time_delta     (),
      .trace_gpa           (),
`endif
      .trace_kind          (),
      .trace_cause         (),
      .trace_from_mode     (),
      .trace_to_mode       (),
      .trace_epc           (),
      .trace_tval          (),
      .trace_vector        ()
  );

`ifndef UTRAP_H
  assign legality_hlsv  = `UTRAP_FAULT_ILLEGAL;
  assign hart_hlsv_mode = `UTRAP_MODE_U;
  assign vs_sum_o       = 1'b0;
  assign vmxr_o         = 1'b0;
  assign vsatp_o        = '0;
  assign hgatp_o        = '0;
`endif
`ifndef UTRAP_FS
  assign hart_fs        = riscv::Off;
  assign hart_vs_fs     = riscv::Off;
`elsif UTRAP_H
`else
  assign hart_vs_fs     = riscv::Off;
`endif

  // -----------------------
  // Verdict on a CSR access
  // -----------------------
  // The unit judges for the hart's mode. A debugger may access everything; what does not exist he
  // is told of in M-mode only, where the two verdicts are one.
  assign csr_exception_valid_o = is_access && legality_csr != `UTRAP_FAULT_NONE
      && !(debug_mode_q && hart_mode != `UTRAP_MODE_M);
  assign csr_exception_cause_o = RVH && legality_csr == `UTRAP_FAULT_VIRTUAL ? 64'd22 : riscv::ILLEGAL_INSTR;

  // ---------------
  // Where the pc goes
  // ---------------
  assign eret_o = is_dret || (!ex_valid_i && answer_redirect);
  assign epc_o  = is_dret ? dpc : answer_target;
  // The interrupt that the decoder saw may have gone. Then its instruction is fetched again.
  assign trap_vector_base_o = debug_mode_q ? DebugException : answer_redirect ? answer_target : pc_i;

  // These change how the instructions behind are fetched, decoded or executed.
  always_comb begin : flush
    flush_o = 1'b0;
    if (is_access && access != `UTRAP_CSR_OP_READ && !ex_valid_i) begin
      unique case (csr_addr_i)
        riscv::CSR_MSTATUS, riscv::CSR_SSTATUS, riscv::CSR_SATP:            flush_o = 1'b1;
        `ifdef UTRAP_N
        // ustatus, uie, uip: an interrupt that becomes pending so comes before what is decoded already.
        12'h000, 12'h004, 12'h044:                                          flush_o = 1'b1;
        `endif
        `ifdef UTRAP_H
        riscv::CSR_HSTATUS, riscv::CSR_VSSTATUS, riscv::CSR_VSATP, riscv::CSR_HGATP: flush_o = 1'b1;
        `endif
        default:                                                            flush_o = is_fp_csr;
      endcase
    end
  end

  // ---------
  // The decoder
  // ---------
  // It looks for pending and enabled, by priority, and then for the mode: the unit has done all of
  // it, so it is shown this one interrupt, enabled and not delegated.
  assign interrupt_o   = interrupt_request && !debug_mode_q && (!dcsr_step || dcsr[11]);
  assign priv_lvl_o    = debug_mode_q ? riscv::PRIV_LVL_M : riscv::priv_lvl_t'(hart_mode[1:0]);
  assign v_o           = hart_mode[2] && !debug_mode_q;
  assign tvm_o         = legality_sfence_vma != `UTRAP_FAULT_NONE;
  assign tw_o          = legality_wfi == `UTRAP_FAULT_ILLEGAL;
  assign vtw_o         = legality_wfi == `UTRAP_FAULT_VIRTUAL;
  assign tsr_o         = legality_sret != `UTRAP_FAULT_NONE;
  assign hu_o          = legality_hlsv == `UTRAP_FAULT_NONE;
  assign debug_mode_o  = debug_mode_q;
  assign single_step_o = dcsr_step;
  assign fs_o          = riscv::xs_t'(hart_fs);
  assign vfs_o         = riscv::xs_t'(hart_vs_fs);

  // -----------------
  // Address translation
  // -----------------
  logic [2:0] plain_mode, ld_st_mode;
  logic       en_ld_st_q, en_ld_st_g_q;

  function automatic logic first_stage(logic [2:0] mode);
    return mode[1:0] != riscv::PRIV_LVL_M && (mode[2] ? vsatp_o[63:60] : satp_o[63:60]) == SV39;
  endfunction

  function automatic logic second_stage(logic [2:0] mode);
    return mode[2] && hgatp_o[63:60] == SV39;
  endfunction

  assign en_translation_o   = !debug_mode_q && first_stage(hart_mode);
  assign en_g_translation_o = !debug_mode_q && second_stage(hart_mode);

  // In Debug Mode MPRV counts only with dcsr.mprven. HLV and HSV have a mode of their own.
  assign plain_mode = debug_mode_q && (!dcsr_mprven || hart_load_store_mode == hart_mode) ? `UTRAP_MODE_M
                                                                                          : hart_load_store_mode;
  assign ld_st_mode = RVH && csr_hs_ld_st_inst_i ? hart_hlsv_mode : plain_mode;
  assign ld_st_priv_lvl_o = riscv::priv_lvl_t'(ld_st_mode[1:0]);
  assign ld_st_v_o        = ld_st_mode[2];
  // Registered, since the path is critical; HLV and HSV choose at once.
  assign en_ld_st_translation_o   = RVH && csr_hs_ld_st_inst_i ? first_stage(hart_hlsv_mode) : en_ld_st_q;
  assign en_ld_st_g_translation_o = RVH && csr_hs_ld_st_inst_i ? second_stage(hart_hlsv_mode) : en_ld_st_g_q;

  // -------------------
  // CSRs beside the unit
  // -------------------
  csr_outside_unit #(
      .RVH             (RVH),
      .FpPresent       (FpPresent),
      .CountCycles     (CountCycles),
      .HpmEvents       (HpmEvents),
      .NrPMPEntries    (NrPMPEntries),
      .NrPMPAddresses  (NrPMPAddresses),
      .PLEN            (PLEN)
  ) i_csr_outside_unit (
      .clk_i,
      .rst_ni,
      .address_i       (csr_addr_i),
      .write_i         (extension_write),
      .wdata_i         (extension_wdata),
      .exists_o        (extension_exists),
      .rdata_o         (extension_rdata),
      .retired_i       (ex_valid_i ? 7'd0 : retired_i),
      .perf_addr_o,
      .perf_data_o,
      .perf_data_i,
      .perf_we_o,
      .mcountinhibit_o,
      .fs_off_i        (hart_fs == riscv::Off || (RVH && hart_mode[2] && hart_vs_fs == riscv::Off)),
      .fflags_we_i     (FpPresent && csr_write_fflags_i),
      .fflags_i        (csr_wdata_i[4:0]),
      .is_fp_csr_o     (is_fp_csr),
      .fflags_o,
      .frm_o,
      .fprec_o,
      .icache_en_o,
      .dcache_en_o,
      .pmpcfg_o,
      .pmpaddr_o,
      .debug_mode_i    (debug_mode_q),
      .enters_debug_i  (enters_debug),
      .debug_pc_i      (!steps ? pc_i : eret_o ? epc_o : next_pc_i),
      .debug_cause_i   (steps ? 3'd4 : is_request ? 3'd3 : 3'd1),
      .mode_i          (hart_mode),
      .dcsr_o          (dcsr),
      .dpc_o           (dpc)
  );

  // --------
  // Registers
  // --------
  assign halt_csr_o = wfi_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {debug_mode_q, wfi_q}        <= '0;
      {meip_q, msip_q, mtip_q}     <= '0;
      {en_ld_st_q, en_ld_st_g_q}   <= '0;
    end else begin
      {meip_q, msip_q, mtip_q} <= {irq_i[0], ipi_i, time_irq_i};
      en_ld_st_q               <= first_stage(plain_mode);
      en_ld_st_g_q             <= second_stage(plain_mode);
      // A supervisor's line wakes even where mie masks it, as in CVA6.
      if (interrupt_wake || debug_req_i || irq_i[1]) wfi_q <= 1'b0;
      else if (csr_op_i == WFI && !debug_mode_q && !ex_valid_i) wfi_q <= 1'b1;
      if (enters_debug) debug_mode_q <= 1'b1;
      else if (is_dret) debug_mode_q <= 1'b0;
    end
  end

endmodule
