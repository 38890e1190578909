// SPDX-License-Identifier: Apache-2.0

/**
 * Control and Status Registers: Ibex's module of this name, with utrap's trap unit inside
 *
 * The unit holds every CSR that traps read or write, and judges every CSR access. Here stands what
 * connects it to Ibex's pipeline, and what is none of a trap unit's business, behind its extension
 * port: counters, debug registers, cpuctrlsts. The README beside this file says what is left out.
 */

`include "prim_assert.sv"
`include "trap_unit.vh"  // the unit's encodings

module ibex_cs_registers import ibex_pkg::*; #(
  parameter bit           DbgTriggerEn      = 0,
  parameter int unsigned  DbgHwBreakNum     = 1,
  parameter bit           DataIndTiming     = 1'b0,
  parameter bit           DummyInstructions = 1'b0,
  parameter bit           ShadowCSR         = 1'b0,
  parameter bit           ICache            = 1'b0,
  parameter int unsigned  MHPMCounterNum    = 10,
  parameter int unsigned  MHPMCounterWidth  = 40,
  parameter bit           PMPEnable         = 0,
  parameter int unsigned  PMPGranularity    = 0,
  parameter int unsigned  PMPNumRegions     = 4,
  parameter pmp_cfg_t     PMPRstCfg[16]     = PmpCfgRst,
  parameter logic [33:0]  PMPRstAddr[16]    = PmpAddrRst,
  parameter pmp_mseccfg_t PMPRstMsecCfg     = PmpMseccfgRst,
  parameter bit           RV32E             = 0,
  parameter rv32m_e       RV32M             = RV32MFast,
  parameter rv32b_e       RV32B             = RV32BNone
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  // the unit's hartid
  input  logic [31:0]  hart_id_i,

  // the unit's hart_mode, hart_load_store_mode, legality_wfi
  output priv_lvl_e    priv_mode_id_o,
  output priv_lvl_e    priv_mode_lsu_o,
  output logic         csr_mstatus_tw_o,

  // the unit's answer_target, mtvec_reset
  output logic [31:0]  csr_mtvec_o,
  input  logic         csr_mtvec_init_i,
  input  logic [31:0]  boot_addr_i,

  // the unit's commit_csr_*, answer_rdata, legality_csr
  input  logic         csr_access_i,
  input  csr_num_e     csr_addr_i,
  input  logic [31:0]  csr_wdata_i,
  input  csr_op_e      csr_op_i,
  input  logic         csr_op_en_i,
  output logic [31:0]  csr_rdata_o,

  // the unit's lines_*, interrupt_*
  input  logic         irq_software_i,
  input  logic         irq_timer_i,
  input  logic         irq_external_i,
  input  logic [14:0]  irq_fast_i,
  input  logic         nmi_mode_i,
  output logic         irq_pending_o,
  output irqs_t        irqs_o,
  output logic         csr_mstatus_mie_o,
  output logic [31:0]  csr_mepc_o,
  output logic [31:0]  csr_mtval_o,

  // left out: there is no PMP
  output pmp_cfg_t     csr_pmp_cfg_o  [PMPNumRegions],
  output logic [33:0]  csr_pmp_addr_o [PMPNumRegions],
  output pmp_mseccfg_t csr_pmp_mseccfg_o,

  // Debug Mode stays here; there are no triggers
  input  logic         debug_mode_i,
  input  logic         debug_mode_entering_i,
  input  dbg_cause_e   debug_cause_i,
  input  logic         debug_csr_save_i,
  output logic [31:0]  csr_depc_o,
  output logic         debug_single_step_o,
  output logic         debug_ebreakm_o,
  output logic         debug_ebreaku_o,
  output logic         trigger_match_o,

  // the unit's commit_pc
  input  logic [31:0]  pc_if_i,
  input  logic [31:0]  pc_id_i,
  input  logic [31:0]  pc_wb_i,

  // cpuctrlsts and secureseed stay here
  output logic         data_ind_timing_o,
  output logic         dummy_instr_en_o,
  output logic [2:0]   dummy_instr_mask_o,
  output logic         dummy_instr_seed_en_o,
  output logic [31:0]  dummy_instr_seed_o,
  output logic         icache_enable_o,
  output logic         csr_shadow_err_o,
  input  logic         ic_scr_key_valid_i,

  // the unit's commit_op, commit_cause, commit_tval; legality_csr
  input  logic         csr_save_if_i,
  input  logic         csr_save_id_i,
  input  logic         csr_save_wb_i,
  input  logic         csr_restore_mret_i,
  input  logic         csr_restore_dret_i,
  input  logic         csr_save_cause_i,
  input  exc_cause_t   csr_mcause_i,
  input  logic [31:0]  csr_mtval_i,
  output logic         illegal_csr_insn_o,
  output logic         double_fault_seen_o,

  // the counters stay here
  input  logic         instr_ret_i,
  input  logic         instr_ret_compressed_i,
  input  logic         instr_ret_spec_i,
  input  logic         instr_ret_compressed_spec_i,
  input  logic         iside_wait_i,
  input  logic         jump_i,
  input  logic         branch_i,
  input  logic         branch_taken_i,
  input  logic         mem_load_i,
  input  logic         mem_store_i,
  input  logic         dside_wait_i,
  input  logic         mul_wait_i,
  input  logic         div_wait_i
);

  // What the unit, or this module, does not have must not be asked for.
  if (PMPEnable)    begin : gen_no_pmp      $error("the adapter has no PMP registers: PMPEnable=0"); end
  if (DbgTriggerEn) begin : gen_no_triggers $error("the adapter has no triggers: DbgTriggerEn=0"); end
  if (ShadowCSR)    begin : gen_no_shadows  $error("the unit keeps no shadow copies: ShadowCSR=0"); end
  if (RV32B != RV32BNone || RV32M == RV32MNone || RV32E) begin : gen_other_misa
    $error("misa is the unit's, generated with --set isa=IMC");
  end

  logic [2:0]  commit_op;
  logic [1:0]  commit_csr_op;
  logic [31:0] commit_pc;
  logic [31:0] answer_target;
  logic [1:0]  legality_csr, legality_wfi, legality_mret;
  logic        interrupt_request, interrupt_wake;
  logic [5:0]  interrupt_cause;
  logic [2:0]  hart_mode, hart_load_store_mode;
  logic        extension_write, extension_exists;
  logic [31:0] extension_wdata, extension_rdata;

  /////////////////////////////
  // The event of this cycle //
  /////////////////////////////

  logic is_trap, is_exception;

  // In Debug Mode a trap changes no CSR.
  assign is_trap      = csr_save_cause_i & ~debug_csr_save_i & ~debug_mode_i;
  assign is_exception = is_trap & ~csr_mcause_i.irq_ext & ~csr_mcause_i.irq_int;

  always_comb begin
    commit_op = `UTRAP_OP_NONE;
    if (is_trap) begin
      commit_op = csr_mcause_i.irq_ext ? `UTRAP_OP_INTERRUPT : `UTRAP_OP_EXCEPTION;
    end else if (csr_restore_mret_i) begin
      commit_op = `UTRAP_OP_MRET;
    end else if (csr_op_en_i) begin
      commit_op = debug_mode_i ? `UTRAP_OP_DEBUG_CSR : `UTRAP_OP_CSR;
    end
  end

  always_comb begin
    unique case (csr_op_i)
      CSR_OP_WRITE: commit_csr_op = `UTRAP_CSR_OP_WRITE;
      CSR_OP_SET:   commit_csr_op = `UTRAP_CSR_OP_SET;
      CSR_OP_CLEAR: commit_csr_op = `UTRAP_CSR_OP_CLEAR;
      default:      commit_csr_op = `UTRAP_CSR_OP_READ;
    endcase
  end

  always_comb begin
    unique case (1'b1)
      csr_save_if_i: commit_pc = pc_if_i;
      csr_save_wb_i: commit_pc = pc_wb_i;
      default:       commit_pc = pc_id_i;
    endcase
  end

  trap_unit u_trap_unit (
    .clk                 (clk_i),
    .rst                 (~rst_ni),
    .hartid              (hart_id_i),
    .mtvec_reset         ({boot_addr_i[31:8], 8'h01}),
    .commit_op           (commit_op),
    .commit_pc           (commit_pc),
    .commit_cause        ({1'b0, csr_mcause_i.lower_cause}),
    .commit_tval         (csr_mtval_i),
    .commit_csr_address  (csr_addr_i),
    .commit_csr_op       (commit_csr_op),
    .commit_csr_wdata    (csr_wdata_i),
    .lines_meip          (irq_external_i),
    .lines_mtip          (irq_timer_i),
    .lines_msip          (irq_software_i),
    .lines_local         (irq_fast_i),
    .answer_fault        (),  // what faults is not committed
    .answer_redirect     (),  // nor is anything that does not redirect
    .answer_target       (answer_target),
    .answer_rdata        (csr_rdata_o),
    .interrupt_request   (interrupt_request),
    .interrupt_cause     (interrupt_cause),
    .interrupt_target    (),  // M
    .interrupt_wake      (interrupt_wake),
    .extension_select    (),
    .extension_accept    (),
    .extension_write     (extension_write),
    .extension_wdata     (extension_wdata),
    .extension_exists    (extension_exists),
    .extension_rdata     (extension_rdata),
    .legality_wfi        (legality_wfi),
    .legality_csr        (legality_csr),
    .legality_mret       (legality_mret),
    .hart_mode           (hart_mode),
    .hart_ecall_cause    (),  // the controller knows it
    .hart_load_store_mode(hart_load_store_mode),
    .hart_fiom           (),
    .trace_kind          (),
    .trace_cause         (),
    .trace_from_mode     (),
    .trace_to_mode       (),
    .trace_epc           (),
    .trace_tval          (),
    .trace_vector        ()
  );

  ///////////////////////////
  // Answers to the stages //
  ///////////////////////////

  // Ibex asks whether an access is legal before it knows whether the access executes. The unit
  // judges it by the hart's mode; in Debug Mode, from U-mode, no access is refused.
  assign illegal_csr_insn_o = csr_access_i & (legality_csr != `UTRAP_FAULT_NONE) &
                              ~(debug_mode_i & (hart_mode != `UTRAP_MODE_M));

  // The fetch stage takes BASE in a trap's cycle, and adds the interrupt's number itself; it takes
  // mepc in MRET's cycle.
  assign csr_mtvec_o = {answer_target[31:8], 8'h01};
  assign csr_mepc_o  = answer_target;

  // Debug Mode is M-mode; the unit keeps the mode that DRET goes back to.
  assign priv_mode_id_o  = debug_mode_i ? PRIV_LVL_M : priv_lvl_e'(hart_mode[1:0]);
  assign priv_mode_lsu_o = debug_mode_i ? PRIV_LVL_M : priv_lvl_e'(hart_load_store_mode[1:0]);

  // The decoder asks for TW below M-mode alone, where WFI is legal without it.
  assign csr_mstatus_tw_o = legality_wfi != `UTRAP_FAULT_NONE;

  // The controller takes an interrupt where one is pending and MIE is set or the mode is U. In
  // M-mode that is what the unit requests; its cause is the one line that is shown.
  assign irq_pending_o     = interrupt_wake;
  assign csr_mstatus_mie_o = interrupt_request;
  always_comb begin
    irqs_o              = '0;
    irqs_o.irq_software = interrupt_cause == 6'(ExcCauseIrqSoftwareM.lower_cause);
    irqs_o.irq_timer    = interrupt_cause == 6'(ExcCauseIrqTimerM.lower_cause);
    irqs_o.irq_external = interrupt_cause == 6'(ExcCauseIrqExternalM.lower_cause);
    for (int unsigned i = 0; i < 15; i++) begin
      irqs_o.irq_fast[i] = interrupt_cause == 6'(16 + i);
    end
  end

  // The crash dump shows mtval, which is no output of the unit.
  logic [31:0] mtval_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mtval_q <= '0;
    end else if (is_trap) begin
      mtval_q <= csr_mtval_i;
    end
  end
  assign csr_mtval_o = mtval_q;

  //////////////////////////
  // CSRs beside the unit //
  //////////////////////////

  typedef struct packed {
    logic       double_fault_seen;
    logic       sync_exc_seen;
    logic [2:0] dummy_instr_mask;
    logic       dummy_instr_en;
    logic       data_ind_timing;
    logic       icache_enable;
  } cpu_ctrl_sts_part_t;

  // What a debugger can write of dcsr.
  typedef struct packed {
    logic ebreakm;
    logic ebreaku;
    logic step;
  } dcsr_part_t;

  logic [63:0]        mhpmcounter [32];
  logic [31:0]        mcountinhibit;
  logic [31:0]        depc_q, dscratch0_q, dscratch1_q, dcsr;
  dcsr_part_t         dcsr_part_q;
  dbg_cause_e         dcsr_cause_q;
  cpu_ctrl_sts_part_t cpuctrlsts_part_q;
  logic               cpuctrlsts_ic_scr_key_valid_q;
  logic [4:0]         counter_idx;

  assign counter_idx = csr_addr_i[4:0];

  always_comb begin
    extension_exists = 1'b1;
    extension_rdata  = '0;
    unique case (csr_addr_i) inside
      CSR_MCYCLE,  CSR_MINSTRET,  [CSR_MHPMCOUNTER3 :CSR_MHPMCOUNTER31]:
        extension_rdata = mhpmcounter[counter_idx][31:0];
      CSR_MCYCLEH, CSR_MINSTRETH, [CSR_MHPMCOUNTER3H:CSR_MHPMCOUNTER31H]:
        extension_rdata = mhpmcounter[counter_idx][63:32];
      [CSR_MHPMEVENT3:CSR_MHPMEVENT31]:  // counter i counts event i-3
        if (32'(counter_idx) < MHPMCounterNum + 3) extension_rdata = 32'd1 << (counter_idx - 5'd3);
      CSR_MCOUNTINHIBIT:
        extension_rdata = mcountinhibit;
      CSR_CPUCTRLSTS:
        extension_rdata = 32'({cpuctrlsts_ic_scr_key_valid_q, cpuctrlsts_part_q});
      CSR_SECURESEED: ;  // reads as 0
      CSR_DCSR, CSR_DPC, CSR_DSCRATCH0, CSR_DSCRATCH1: begin
        extension_exists = debug_mode_i;
        unique case (csr_addr_i)
          CSR_DCSR:      extension_rdata = dcsr;
          CSR_DPC:       extension_rdata = depc_q;
          CSR_DSCRATCH0: extension_rdata = dscratch0_q;
          default:       extension_rdata = dscratch1_q;
        endcase
      end
      default: extension_exists = 1'b0;
    endcase
  end

  // Counters. They count what Ibex's own do.

  logic [31:0] counter_inc;

  assign counter_inc = {19'd0,
                        div_wait_i, mul_wait_i, instr_ret_compressed_i, branch_taken_i, branch_i,
                        jump_i, mem_store_i, mem_load_i, iside_wait_i, dside_wait_i,
                        instr_ret_i, 1'b0, 1'b1};

  for (genvar i = 0; i < 32; i++) begin : gen_counters
    if (i != 1 && i < MHPMCounterNum + 3) begin : gen_counter
      logic [63:0] count, count_next;
      logic        is_in_wb;

      ibex_counter #(
        .CounterWidth (i < 3 ? 64 : MHPMCounterWidth),
        .ProvideValUpd(i == 2 || i == 10)
      ) u_counter (
        .clk_i            (clk_i),
        .rst_ni           (rst_ni),
        .counter_inc_i    (counter_inc[i] & ~mcountinhibit[i]),
        .counterh_we_i    (extension_write & (csr_addr_i == csr_num_e'(CSR_MCYCLEH + 12'(i)))),
        .counter_we_i     (extension_write & (csr_addr_i == csr_num_e'(CSR_MCYCLE + 12'(i)))),
        .counter_val_i    (extension_wdata),
        .counter_val_o    (count),
        .counter_val_upd_o(count_next)
      );

      // An instruction in the write-back stage has retired for the one that reads the counter.
      assign is_in_wb = (i == 2  & instr_ret_spec_i) | (i == 10 & instr_ret_compressed_spec_i);
      assign mhpmcounter[i] = is_in_wb & ~mcountinhibit[i] ? count_next : count;
    end else begin : gen_no_counter
      assign mhpmcounter[i] = '0;
    end
  end

  logic [MHPMCounterNum+2:0] mcountinhibit_q;

  assign mcountinhibit = 32'(mcountinhibit_q);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mcountinhibit_q <= '0;
    end else if (extension_write && csr_addr_i == CSR_MCOUNTINHIBIT) begin
      mcountinhibit_q <= {extension_wdata[MHPMCounterNum+2:2], 1'b0, extension_wdata[0]};
    end
  end

  // cpuctrlsts: what is configured can be written; exceptions and MRET come first.

  cpu_ctrl_sts_part_t cpuctrlsts_part_wdata;

  always_comb begin
    cpuctrlsts_part_wdata = cpu_ctrl_sts_part_t'(extension_wdata[7:0]);
    if (!DummyInstructions) begin
      cpuctrlsts_part_wdata.dummy_instr_en   = 1'b0;
      cpuctrlsts_part_wdata.dummy_instr_mask = 3'd0;
    end
    if (!DataIndTiming) cpuctrlsts_part_wdata.data_ind_timing = 1'b0;
    if (!ICache)        cpuctrlsts_part_wdata.icache_enable   = 1'b0;
  end

  assign double_fault_seen_o = is_exception & cpuctrlsts_part_q.sync_exc_seen;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cpuctrlsts_part_q <= '0;
    end else if (is_exception) begin
      cpuctrlsts_part_q.sync_exc_seen     <= 1'b1;
      cpuctrlsts_part_q.double_fault_seen <= cpuctrlsts_part_q.double_fault_seen |
                                             cpuctrlsts_part_q.sync_exc_seen;
    end else if (csr_restore_mret_i) begin
      cpuctrlsts_part_q.sync_exc_seen     <= 1'b0;
    end else if (extension_write && csr_addr_i == CSR_CPUCTRLSTS) begin
      cpuctrlsts_part_q <= cpuctrlsts_part_wdata;
    end
  end

  if (ICache) begin : gen_icache_key
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        cpuctrlsts_ic_scr_key_valid_q <= 1'b0;
      end else begin
        cpuctrlsts_ic_scr_key_valid_q <= ic_scr_key_valid_i;
      end
    end
  end else begin : gen_no_icache_key
    assign cpuctrlsts_ic_scr_key_valid_q = 1'b0;
  end

  assign data_ind_timing_o     = cpuctrlsts_part_q.data_ind_timing;
  assign dummy_instr_en_o      = cpuctrlsts_part_q.dummy_instr_en;
  assign dummy_instr_mask_o    = cpuctrlsts_part_q.dummy_instr_mask;
  assign dummy_instr_seed_en_o = DummyInstructions & extension_write & (csr_addr_i == CSR_SECURESEED);
  assign dummy_instr_seed_o    = DummyInstructions ? extension_wdata : '0;
  assign icache_enable_o       = cpuctrlsts_part_q.icache_enable &
                                 ~(debug_mode_i | debug_mode_entering_i);

  // Debug registers. dcsr.prv is the unit's mode, in which Debug Mode was entered.

  assign dcsr = {XDEBUGVER_STD, 12'd0, dcsr_part_q.ebreakm, 2'd0, dcsr_part_q.ebreaku, 3'd0,
                 dcsr_cause_q, 3'd0, dcsr_part_q.step, hart_mode[1:0]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      depc_q       <= '0;
      dscratch0_q  <= '0;
      dscratch1_q  <= '0;
      dcsr_part_q  <= '0;
      dcsr_cause_q <= DBG_CAUSE_NONE;
    end else if (csr_save_cause_i && debug_csr_save_i) begin
      depc_q       <= commit_pc;
      dcsr_cause_q <= debug_cause_i;
    end else if (extension_write) begin
      unique case (csr_addr_i)
        CSR_DPC:       depc_q      <= {extension_wdata[31:1], 1'b0};
        CSR_DSCRATCH0: dscratch0_q <= extension_wdata;
        CSR_DSCRATCH1: dscratch1_q <= extension_wdata;
        CSR_DCSR:      dcsr_part_q <= '{ebreakm: extension_wdata[15], ebreaku: extension_wdata[12],
                                        step:    extension_wdata[2]};
        default: ;
      endcase
    end
  end

  assign csr_depc_o          = depc_q;
  assign debug_single_step_o = dcsr_part_q.step;
  assign debug_ebreakm_o     = dcsr_part_q.ebreakm;
  assign debug_ebreaku_o     = dcsr_part_q.ebreaku;

  //////////////
  // Left out //
  //////////////

  assign trigger_match_o   = 1'b0;
  assign csr_shadow_err_o  = 1'b0;
  assign csr_pmp_mseccfg_o = '0;
  for (genvar i = 0; i < PMPNumRegions; i++) begin : gen_pmp_off
    assign csr_pmp_cfg_o[i]  = '0;
    assign csr_pmp_addr_o[i] = '0;
  end

  // What ibex_core looks at from outside, in assertions.
  logic [31:0] csr_wdata_int;
  assign csr_wdata_int = extension_wdata;

  // mtvec has its value from reset on; there is no DRET to another mode.
  logic unused_inputs;
  assign unused_inputs = ^{csr_mtvec_init_i, csr_restore_dret_i, nmi_mode_i, csr_wdata_int};

  `ASSERT(UtrapCsrOpEnRequiresAccess, csr_op_en_i |-> csr_access_i)
  `ASSERT(UtrapMretIsLegal, csr_restore_mret_i |-> legality_mret == `UTRAP_FAULT_NONE)
  `ASSERT(UtrapInterruptIsRequested, commit_op == `UTRAP_OP_INTERRUPT |-> interrupt_request)
  `ASSERT(UtrapNoNmi, !nmi_mode_i)

endmodule
