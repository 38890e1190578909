// SPDX-License-Identifier: Apache-2.0
// For lint alone: of CVA6's packages what the adapter names, and an instance with types like the core's.

package config_pkg;
  typedef struct packed {
    int unsigned XLEN, VLEN, PLEN, GPLEN, PPNW, ASID_WIDTH, VMID_WIDTH;
    int unsigned NrCommitPorts, NrIssuePorts, NrPMPEntries;
    bit          RVH, FpPresent;
    logic [63:0] DmBaseAddress, ExceptionAddress;
  } cva6_cfg_t;
  localparam cva6_cfg_t cva6_cfg_empty = '0;
endpackage

package riscv;
  typedef enum logic [1:0] {PRIV_LVL_M = 2'b11, PRIV_LVL_HS = 2'b10, PRIV_LVL_S = 2'b01, PRIV_LVL_U = 2'b00} priv_lvl_t;
  typedef enum logic [1:0] {Off, Initial, Clean, Dirty} xs_t;
  typedef enum logic [1:0] {CBIE_ILLEGAL, CBIE_FLUSH, CBIE_RSVD, CBIE_INVAL} cbie_t;
  typedef enum logic [1:0] {OFF, TOR, NA4, NAPOT} pmp_addr_mode_t;
  typedef struct packed {logic x, w, r;} pmpcfg_access_t;
  typedef struct packed {
    logic           locked;
    logic [1:0]     reserved;
    pmp_addr_mode_t addr_mode;
    pmpcfg_access_t access_type;
  } pmpcfg_t;
  localparam int unsigned IRQ_M_EXT = 11;
  localparam logic [63:0] ILLEGAL_INSTR = 2, BREAKPOINT = 3, ENV_CALL_UMODE = 8, ENV_CALL_MMODE = 11, DEBUG_REQUEST = 24;
  typedef enum logic [11:0] {
    CSR_FFLAGS = 12'h001, CSR_FRM = 12'h002, CSR_FCSR = 12'h003, CSR_FTRAN = 12'h800,
    CSR_SSTATUS = 12'h100, CSR_SATP = 12'h180, CSR_MSTATUS = 12'h300,
    CSR_HSTATUS = 12'h600, CSR_HGATP = 12'h680, CSR_VSSTATUS = 12'h200, CSR_VSATP = 12'h280,
    CSR_PMPCFG0 = 12'h3a0, CSR_PMPADDR0 = 12'h3b0,
    CSR_TSELECT = 12'h7a0, CSR_TDATA1 = 12'h7a1, CSR_TDATA2 = 12'h7a2, CSR_TDATA3 = 12'h7a3,
    CSR_DCSR = 12'h7b0, CSR_DPC = 12'h7b1, CSR_DSCRATCH0 = 12'h7b2, CSR_DSCRATCH1 = 12'h7b3,
    CSR_ICACHE = 12'h7c0, CSR_DCACHE = 12'h7c1,
    CSR_MCYCLE = 12'hb00, CSR_MINSTRET = 12'hb02, CSR_CYCLE = 12'hc00, CSR_INSTRET = 12'hc02
  } csr_reg_t;
endpackage

package ariane_pkg;
  localparam bit ZERO_TVAL = 1'b0;
  typedef enum logic [3:0] {NONE, LOAD, STORE, ALU, CTRL_FLOW, CSR} fu_t;
  typedef enum logic [7:0] {
    ADD, MRET, SRET, DRET,
`ifdef UTRAP_N
    URET,
`endif
    WFI, CSR_WRITE, CSR_READ, CSR_SET, CSR_CLEAR
  } fu_op;
  function automatic int unsigned avoid_neg(int n);
    return n < 0 ? 0 : n;
  endfunction
endpackage

module declarations;
`ifdef UTRAP_H
  localparam bit RVH = 1'b1;
`else
  localparam bit RVH = 1'b0;
`endif
  localparam config_pkg::cva6_cfg_t Cfg = '{
      XLEN: 64, VLEN: 64, PLEN: 56, GPLEN: 41, PPNW: 44, ASID_WIDTH: 16, VMID_WIDTH: 14,
      NrCommitPorts: 2, NrIssuePorts: 1, NrPMPEntries: 8, RVH: RVH,
`ifdef UTRAP_FS
      FpPresent: 1'b1,
`else
      FpPresent: 1'b0,
`endif
      DmBaseAddress: 64'h0, ExceptionAddress: 64'h808
  };
  typedef struct packed {
    logic [63:0] cause, tval;
    logic [40:0] tval2;
    logic [31:0] tinst;
    logic        gva, valid, timing;
  } exception_t;
  typedef struct packed {logic [63:0] predict_address;} branchpredict_t;
  typedef struct packed {
    logic [63:0]     pc;
    ariane_pkg::fu_t fu;
    logic            is_compressed;
    branchpredict_t  bp;
    exception_t      ex;
  } scoreboard_entry_t;
  typedef struct packed {
    logic [63:0] mie, mip, mideleg, hideleg;
    logic        sie, global_enable;
  } irq_ctrl_t;

  csr_regfile #(
      .CVA6Cfg            (Cfg),
      .exception_t        (exception_t),
      .irq_ctrl_t         (irq_ctrl_t),
      .scoreboard_entry_t (scoreboard_entry_t)
  ) csr_regfile_i ();
endmodule
