// SPDX-License-Identifier: Apache-2.0
// CVA6's CSR file by name and ports, with the trap unit inside: CVA6 4.2.0, RV64, M/S/U, Sv39.

module csr_regfile
  import ariane_pkg::*;
#(
    parameter logic [63:0] DmBaseAddress = 64'h0,  // debug module base address
    parameter int          AsidWidth     = 1,
    parameter int unsigned NrCommitPorts = 2,
    parameter int unsigned NrPMPEntries  = 8
) (
    // port                                                          served by
    input  logic                                  clk_i,
    input  logic                                  rst_ni,          // unit: ~rst, sampled at the clock
    input  logic                                  time_irq_i,      // unit: lines_mtip, one register before
    output logic                                  flush_o,         // compare of the address
    output logic                                  halt_csr_o,      // WFI's flip-flop; unit: interrupt_wake
    input  scoreboard_entry_t [NrCommitPorts-1:0] commit_instr_i,  // stepping: the pc behind it
    input  logic [NrCommitPorts-1:0]              commit_ack_i,    // minstret
    input  logic [riscv::VLEN-1:0]                boot_addr_i,     // unit: mtvec_reset
    input  logic [riscv::XLEN-1:0]                hart_id_i,       // unit: hartid
    input  exception_t                            ex_i,            // unit: commit_cause, commit_tval
    input  fu_op                                  csr_op_i,        // unit: commit_op, commit_csr_op
    input  logic [11:0]                           csr_addr_i,      // unit: commit_csr_address
    input  logic [riscv::XLEN-1:0]                csr_wdata_i,     // unit: commit_csr_wdata; fflags
    output logic [riscv::XLEN-1:0]                csr_rdata_o,     // unit: answer_rdata
    input  logic                                  dirty_fp_state_i,    // unit: commit_fs_dirty
    input  logic                                  csr_write_fflags_i,  // fcsr
    input  logic [riscv::VLEN-1:0]                pc_i,            // unit: commit_pc
    output exception_t                            csr_exception_o, // unit: legality_csr
    output logic [riscv::VLEN-1:0]                epc_o,           // unit: answer_target; dpc
    output logic                                  eret_o,          // unit: answer_redirect; DRET
    output logic [riscv::VLEN-1:0]                trap_vector_base_o,  // unit: answer_target; Debug Mode
    output riscv::priv_lvl_t                      priv_lvl_o,      // unit: hart_mode; M in Debug Mode
    output riscv::xs_t                            fs_o,            // unit: hart_fs
    output logic [4:0]                            fflags_o,        // fcsr
    output logic [2:0]                            frm_o,           // fcsr
    output logic [6:0]                            fprec_o,         // ftran
    output irq_ctrl_t                             irq_ctrl_o,      // unit: interrupt_request, interrupt_cause
    output logic                                  en_translation_o,        // unit: hart_satp, hart_mode
    output logic                                  en_ld_st_translation_o,  // unit: hart_load_store_mode
    output riscv::priv_lvl_t                      ld_st_priv_lvl_o,        // unit: hart_load_store_mode
    output logic                                  sum_o,           // unit: hart_sum
    output logic                                  mxr_o,           // unit: hart_mxr
    output logic [riscv::PPNW-1:0]                satp_ppn_o,      // unit: hart_satp
    output logic [AsidWidth-1:0]                  asid_o,          // unit: hart_satp
    input  logic [1:0]                            irq_i,           // unit: lines_meip (registered), lines_seip
    input  logic                                  ipi_i,           // unit: lines_msip, one register before
    input  logic                                  debug_req_i,     // wakes
    output logic                                  set_debug_pc_o,  // Debug Mode
    output logic                                  tvm_o,           // unit: legality_sfence_vma
    output logic                                  tw_o,            // unit: legality_wfi
    output logic                                  tsr_o,           // unit: legality_sret
    output logic                                  debug_mode_o,    // Debug Mode
    output logic                                  single_step_o,   // dcsr
    output logic                                  icache_en_o,     // icache
    output logic                                  dcache_en_o,     // dcache
    output logic [4:0]                            perf_addr_o,     // counters
    output logic [riscv::XLEN-1:0]                perf_data_o,
    input  logic [riscv::XLEN-1:0]                perf_data_i,
    output logic                                  perf_we_o,
    output riscv::pmpcfg_t [15:0]                 pmpcfg_o,        // PMP
    output logic [15:0][riscv::PLEN-3:0]          pmpaddr_o
);

  if (riscv::XLEN != 64) begin : gen_other_xlen
    $error("the trap unit in this adapter is one of RV64");
  end

  logic        interrupt;
  logic [5:0]  interrupt_cause;
  logic        csr_exception_valid;
  logic [63:0] csr_exception_cause, next_pc, satp;
  logic [11:0] perf_addr;
  riscv::pmpcfg_t [NrPMPEntries-1:0]        pmpcfg;
  logic [NrPMPEntries-1:0][riscv::PLEN-3:0] pmpaddr;

  // A taken branch has its target in the prediction's place when it commits.
  assign next_pc = commit_instr_i[0].fu == CTRL_FLOW ? commit_instr_i[0].bp.predict_address
      : commit_instr_i[0].pc + (commit_instr_i[0].is_compressed ? 64'd2 : 64'd4);

  csr_trap_unit #(
      .FpPresent      (FP_PRESENT),
      .CountCycles    (ENABLE_CYCLE_COUNT),
      .NrPMPEntries   (NrPMPEntries),
      .NrPMPAddresses (16),
      .PLEN           (riscv::PLEN),
      .DebugException (DmBaseAddress + dm::ExceptionAddress)
  ) i_csr_trap_unit (
      .retired_i                (7'($countones(commit_ack_i))),
      .commit_ack_i             (commit_ack_i[0]),
      .next_pc_i                (next_pc),
      .ex_valid_i               (ex_i.valid),
      .ex_cause_i               (ex_i.cause),
      .ex_tval_i                (ex_i.tval),
      .ex_tval2_i               ('0),
      .ex_tinst_i               ('0),
      .ex_gva_i                 (1'b0),
      .csr_exception_valid_o    (csr_exception_valid),
      .csr_exception_cause_o    (csr_exception_cause),
      .interrupt_o              (interrupt),
      .interrupt_cause_o        (interrupt_cause),
      .v_o                      (),
      .vtw_o                    (),
      .hu_o                     (),
      .vfs_o                    (),
      .en_g_translation_o       (),
      .en_ld_st_g_translation_o (),
      .ld_st_v_o                (),
      .csr_hs_ld_st_inst_i      (1'b0),
      .vs_sum_o                 (),
      .vmxr_o                   (),
      .satp_o                   (satp),
      .vsatp_o                  (),
      .hgatp_o                  (),
      .perf_addr_o              (perf_addr),
      .mcountinhibit_o          (),
      .pmpcfg_o                 (pmpcfg),
      .pmpaddr_o                (pmpaddr),
      .*
  );

  // The commit stage adds tval.
  assign csr_exception_o = '{cause: csr_exception_cause, tval: '0, valid: csr_exception_valid};
  assign satp_ppn_o      = satp[riscv::PPNW-1:0];
  assign asid_o          = satp[44+:AsidWidth];
  assign perf_addr_o     = perf_addr[4:0];

  always_comb begin : pmp
    pmpcfg_o  = '0;
    pmpaddr_o = '0;
    pmpcfg_o[NrPMPEntries-1:0]  = pmpcfg;
    pmpaddr_o[NrPMPEntries-1:0] = pmpaddr;
  end

  // User interrupts, which the decoder does not know, come to it as the machine's external one:
  // that is only to make it stop. The unit chooses again when it is committed.
  always_comb begin : irq_ctrl
    automatic logic [5:0] shown = interrupt_cause[1:0] == 2'd0 ? 6'(riscv::IRQ_M_EXT) : interrupt_cause;
    irq_ctrl_o               = '0;
    irq_ctrl_o.mie[shown]    = interrupt;
    irq_ctrl_o.mip[shown]    = interrupt;
    irq_ctrl_o.global_enable = interrupt;
  end

endmodule
