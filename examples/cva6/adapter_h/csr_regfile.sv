// SPDX-License-Identifier: Apache-2.0
// CVA6's CSR file by name and ports, with the trap unit inside: the CVA6 of 2026, RV64, whose parameter
// CVA6Cfg.RVH says whether there is a hypervisor. The unit is one of the same features.
//
// Not here: Zicbom, triggers, Zcmt's jvt, the accelerator's switch and flags, RVFI's copy of the CSRs,
// values that PMP entries have after reset.

module csr_regfile
  import ariane_pkg::*;
#(
    parameter config_pkg::cva6_cfg_t CVA6Cfg            = config_pkg::cva6_cfg_empty,
    parameter type                   exception_t        = logic,
    parameter type                   jvt_t              = logic,
    parameter type                   irq_ctrl_t         = logic,
    parameter type                   scoreboard_entry_t = logic,
    parameter type                   rvfi_probes_csr_t  = logic,
    parameter int                    VmidWidth          = 1,
    parameter int unsigned           MHPMCounterNum     = 6,
    parameter int unsigned           N_Triggers         = 4
) (
    // port; those that H adds are marked +                                    served by
    input  logic                                  clk_i,
    input  logic                                  rst_ni,            // unit: ~rst, sampled at the clock
    input  logic                                  time_irq_i,        // unit: lines_mtip
    output logic                                  flush_o,           // compare of the address
    output logic                                  halt_csr_o,        // WFI's flip-flop
    input  scoreboard_entry_t                     commit_instr_i,    // stepping: the pc behind it
    input  logic [CVA6Cfg.NrCommitPorts-1:0]      commit_ack_i,      // minstret
    input  logic [CVA6Cfg.VLEN-1:0]               boot_addr_i,       // unit: mtvec_reset
    input  logic [CVA6Cfg.XLEN-1:0]               hart_id_i,         // unit: hartid
    input  exception_t                            ex_i,              // unit: commit_cause .. commit_tinst
    input  fu_op                                  csr_op_i,          // unit: commit_op, commit_csr_op
    input  logic [11:0]                           csr_addr_i,        // unit: commit_csr_address
    input  logic [CVA6Cfg.XLEN-1:0]               csr_wdata_i,       // unit: commit_csr_wdata; fflags
    output logic [CVA6Cfg.XLEN-1:0]               csr_rdata_o,       // unit: answer_rdata
    input  logic                                  dirty_fp_state_i,  // unit: commit_fs_dirty
    input  logic                                  csr_write_fflags_i,  // fcsr
    input  logic                                  dirty_v_state_i,   // no vectors
    input  logic [CVA6Cfg.VLEN-1:0]               pc_i,              // unit: commit_pc
    output exception_t                            csr_exception_o,   // unit: legality_csr
    output logic [CVA6Cfg.VLEN-1:0]               epc_o,             // unit: answer_target
    output logic                                  eret_o,            // unit: answer_redirect
    output logic [CVA6Cfg.VLEN-1:0]               trap_vector_base_o,  // unit: answer_target
    output riscv::priv_lvl_t                      priv_lvl_o,        // unit: hart_mode[1:0]
    output logic                                  mbe_o,             // little-endian
    output logic                                  v_o,               // + unit: hart_mode[2]
    input  logic [4:0]                            acc_fflags_ex_i,   // no accelerator
    input  logic                                  acc_fflags_ex_valid_i,
    output riscv::xs_t                            fs_o,              // unit: hart_fs
    output riscv::xs_t                            vfs_o,             // + unit: hart_vs_fs
    output logic [4:0]                            fflags_o,          // fcsr
    output logic [2:0]                            frm_o,
    output logic [6:0]                            fprec_o,
    output riscv::xs_t                            vs_o,              // no vectors
    output irq_ctrl_t                             irq_ctrl_o,        // unit: interrupt_request, interrupt_cause
    output logic                                  en_translation_o,          // unit: hart_satp, hart_vsatp
    output logic                                  en_g_translation_o,        // + unit: hart_hgatp
    output logic                                  en_ld_st_translation_o,    // unit: hart_load_store_mode
    output logic                                  en_ld_st_g_translation_o,  // + unit: hart_load_store_mode
    output riscv::priv_lvl_t                      ld_st_priv_lvl_o,          // unit: the same; hart_hlsv_mode
    output logic                                  ld_st_v_o,                 // + unit: the same; hart_hlsv_mode
    input  logic                                  csr_hs_ld_st_inst_i,       // + chooses hart_hlsv_mode
    output logic                                  sum_o,             // unit: hart_sum
    output logic                                  vs_sum_o,          // + unit: hart_vs_sum
    output logic                                  mxr_o,             // unit: hart_mxr
    output logic                                  vmxr_o,            // + unit: hart_vs_mxr
    output logic [CVA6Cfg.PPNW-1:0]               satp_ppn_o,        // unit: hart_satp
    output logic [CVA6Cfg.ASID_WIDTH-1:0]         asid_o,
    output logic [CVA6Cfg.PPNW-1:0]               vsatp_ppn_o,       // + unit: hart_vsatp
    output logic [CVA6Cfg.ASID_WIDTH-1:0]         vs_asid_o,
    output logic [CVA6Cfg.PPNW-1:0]               hgatp_ppn_o,       // + unit: hart_hgatp
    output logic [CVA6Cfg.VMID_WIDTH-1:0]         vmid_o,
    output riscv::cbie_t                          mcbie_o,           // no Zicbom
    output riscv::cbie_t                          scbie_o,
    output riscv::cbie_t                          hcbie_o,
    output logic                                  mcbcfe_o,
    output logic                                  scbcfe_o,
    output logic                                  hcbcfe_o,
    input  logic [1:0]                            irq_i,             // unit: lines_meip, lines_seip
    input  logic                                  ipi_i,             // unit: lines_msip
    input  logic                                  debug_req_i,       // wakes
    output logic                                  set_debug_pc_o,    // Debug Mode
    output logic                                  tvm_o,             // unit: legality_sfence_vma
    output logic                                  tw_o,              // unit: legality_wfi is ILLEGAL
    output logic                                  vtw_o,             // + unit: legality_wfi is VIRTUAL
    output logic                                  tsr_o,             // unit: legality_sret
    output logic                                  hu_o,              // + unit: legality_hlsv
    output logic                                  debug_mode_o,      // Debug Mode
    output logic                                  single_step_o,     // dcsr
    output logic                                  icache_en_o,       // icache
    output logic                                  dcache_en_o,       // dcache
    output logic                                  acc_cons_en_o,     // no accelerator
    output logic [11:0]                           perf_addr_o,       // counters
    output logic [CVA6Cfg.XLEN-1:0]               perf_data_o,
    input  logic [CVA6Cfg.XLEN-1:0]               perf_data_i,
    output logic                                  perf_we_o,
    output riscv::pmpcfg_t [avoid_neg(CVA6Cfg.NrPMPEntries-1):0]              pmpcfg_o,   // PMP
    output logic [avoid_neg(CVA6Cfg.NrPMPEntries-1):0][CVA6Cfg.PLEN-3:0]      pmpaddr_o,
    output logic [31:0]                           mcountinhibit_o,   // counters
    output rvfi_probes_csr_t                      rvfi_csr_o,        // no RVFI
    output jvt_t                                  jvt_o,             // no Zcmt
    input  logic [CVA6Cfg.VLEN-1:0]               sdtrig_lsu_inputs_vaddr_i,  // no triggers
    input  logic [CVA6Cfg.XLEN-1:0]               sdtrig_lsu_inputs_data_i,
    input  logic                                  sdtrig_lsu_inputs_fu_i,
    input  logic                                  sdtrig_lsu_inputs_valid_i,
    input  logic [CVA6Cfg.XLEN-1:0]               sdtrig_load_data_i,
    input  logic                                  sdtrig_load_valid_i,
    output logic                                  sdtrig_load_stall_o,
    output logic                                  sdtrig_load_cancel_o,
    output logic [CVA6Cfg.XLEN-1:0]               sdtrig_load_action_o,
    output logic                                  sdtrig_store_stall_o,
    output logic [CVA6Cfg.XLEN-1:0]               sdtrig_store_action_o,
    input  logic [CVA6Cfg.NrIssuePorts-1:0][CVA6Cfg.VLEN-1:0] fetch_sdtrig_pc_i,
    input  logic [CVA6Cfg.NrIssuePorts-1:0][31:0] fetch_sdtrig_instr_i,
    output logic [CVA6Cfg.XLEN-1:0]               sdtrig_decoder_action_o[CVA6Cfg.NrIssuePorts],
    output logic                                  sdtrig_commit_icount_valid_o,
    output logic [$clog2(CVA6Cfg.NrCommitPorts)-1:0] sdtrig_commit_icount_nr_instr_o,
    output logic [CVA6Cfg.XLEN-1:0]               sdtrig_commit_action_o,
    output logic                                  sdtrig_commit_std_exception_valid_o
);

  if (CVA6Cfg.XLEN != 64) begin : gen_other_xlen
    $error("the trap unit in this adapter is one of RV64");
  end

  logic        interrupt;
  logic [5:0]  interrupt_cause;
  logic        csr_exception_valid;
  logic [63:0] csr_exception_cause, next_pc, satp, vsatp, hgatp;

  assign next_pc = commit_instr_i.fu == CTRL_FLOW ? 64'(commit_instr_i.bp.predict_address)
      : 64'(commit_instr_i.pc) + (commit_instr_i.is_compressed ? 64'd2 : 64'd4);

  csr_trap_unit #(
      .RVH            (CVA6Cfg.RVH),
      .FpPresent      (CVA6Cfg.FpPresent),
      .HpmEvents      (1'b1),
      .NrPMPEntries   (avoid_neg(CVA6Cfg.NrPMPEntries - 1) + 1),
      .NrPMPAddresses (64),
      .PLEN           (CVA6Cfg.PLEN),
      .GPLEN          (CVA6Cfg.GPLEN),
      .DebugException (CVA6Cfg.DmBaseAddress + CVA6Cfg.ExceptionAddress)
  ) i_csr_trap_unit (
      .boot_addr_i           (64'(boot_addr_i)),
      .retired_i             (7'($countones(commit_ack_i))),
      .commit_ack_i          (commit_ack_i[0]),
      .next_pc_i             (next_pc),
      .pc_i                  ({{64 - CVA6Cfg.VLEN{pc_i[CVA6Cfg.VLEN-1]}}, pc_i}),
      .ex_valid_i            (ex_i.valid),
      .ex_cause_i            (ex_i.cause),
      .ex_tval_i             (ex_i.tval),
      .ex_tval2_i            (ex_i.tval2),
      .ex_tinst_i            (ex_i.tinst),
      .ex_gva_i              (ex_i.gva),
      .csr_exception_valid_o (csr_exception_valid),
      .csr_exception_cause_o (csr_exception_cause),
      .interrupt_o           (interrupt),
      .interrupt_cause_o     (interrupt_cause),
      .satp_o                (satp),
      .vsatp_o               (vsatp),
      .hgatp_o               (hgatp),
      .*
  );

  // The commit stage adds tval.
  always_comb begin : csr_exception
    csr_exception_o       = '0;
    csr_exception_o.cause = csr_exception_cause;
    csr_exception_o.valid = csr_exception_valid;
  end

  assign satp_ppn_o  = satp[CVA6Cfg.PPNW-1:0];
  assign asid_o      = satp[44+:CVA6Cfg.ASID_WIDTH];
  assign vsatp_ppn_o = vsatp[CVA6Cfg.PPNW-1:0];
  assign vs_asid_o   = vsatp[44+:CVA6Cfg.ASID_WIDTH];
  assign hgatp_ppn_o = hgatp[CVA6Cfg.PPNW-1:0];
  assign vmid_o      = hgatp[44+:CVA6Cfg.VMID_WIDTH];

  // Any interrupt that the decoder does not know comes to it as the machine's external one: that is
  // only to make it stop. The unit chooses again when it is committed.
  always_comb begin : irq_ctrl
    automatic logic [5:0] shown = interrupt_cause[1:0] == 2'd0 ? 6'(riscv::IRQ_M_EXT) : interrupt_cause;
    irq_ctrl_o               = '0;
    irq_ctrl_o.mie[shown]    = interrupt;
    irq_ctrl_o.mip[shown]    = interrupt;
    irq_ctrl_o.global_enable = interrupt;
  end

  assign mbe_o                               = 1'b0;
  assign vs_o                                = riscv::Off;
  assign {mcbie_o, scbie_o, hcbie_o}         = '0;
  assign {mcbcfe_o, scbcfe_o, hcbcfe_o}      = '0;
  assign acc_cons_en_o                       = 1'b0;
  assign rvfi_csr_o                          = '0;
  assign jvt_o                               = '0;
  assign sdtrig_load_stall_o                 = 1'b0;
  assign sdtrig_load_cancel_o                = 1'b0;
  assign sdtrig_load_action_o                = '0;
  assign sdtrig_store_stall_o                = 1'b0;
  assign sdtrig_store_action_o               = '0;
  assign sdtrig_decoder_action_o             = '{default: '0};
  assign sdtrig_commit_icount_valid_o        = 1'b0;
  assign sdtrig_commit_icount_nr_instr_o     = '0;
  assign sdtrig_commit_action_o              = '0;
  assign sdtrig_commit_std_exception_valid_o = 1'b0;

endmodule
