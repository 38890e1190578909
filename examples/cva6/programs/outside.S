# The CSRs that the unit has not: counters, PMP, the caches' switches, triggers, Debug Mode's registers.
  .include "traps.inc"
  start

  .equ ICACHE, 0x700
  .equ DCACHE, 0x701
  .macro holds csr, written, read
  next_step
  li t0, \written
  csrw \csr, t0
  csrr t1, \csr
  li t2, \read
  bne t1, t2, fail
  .endm

# ---- Counters -------------------------------------------------------------------------------------------------------
  next_step                      # mcycle is written, and counts on
  li t0, 1 << 40
  csrw mcycle, t0
  csrr t1, mcycle
  csrr t2, cycle
  bltu t1, t0, fail
  bgeu t1, t2, fail
  next_step                      # minstret counts each instruction once
  csrr t0, minstret
  nop
  nop
  csrr t1, instret
  sub t1, t1, t0
  li t0, 3
  bne t0, t1, fail
  next_step                      # a performance counter: branches
  csrw mhpmcounter11, zero
  li t0, 10
1: addi t0, t0, -1
  bnez t0, 1b
  csrr t1, mhpmcounter11
  li t0, 10
  bltu t1, t0, fail
  expect 2, M                    # the user's view of it is not there
91: csrr t0, hpmcounter3
  j fail
92:

# ---- PMP ------------------------------------------------------------------------------------------------------------
  holds pmpaddr2, -1, 0x3ffffffffffffe     # bit 0 reads 0 while the entry is off
  holds pmpcfg0, 0x0000000000181f18, 0x0000000000181f18
  next_step                                # and 1 for NAPOT
  csrr t0, pmpaddr2
  andi t0, t0, 1
  beqz t0, fail
  holds pmpcfg0, 0x0000000000101f18, 0x0000000000181f18   # no NA4
  holds pmpcfg0, 0x00000000001a1f18, 0x0000000000181f18   # W without R is reserved
  holds pmpcfg0, 0x0000000000001f18, 0x0000000000001f18
  holds pmpaddr7, 0x1000, 0x1000
  holds pmpcfg0, 0x8000000000001f18, 0x8000000000001f18   # entry 7 is locked
  holds pmpcfg0, 0x1f00000000001f18, 0x8000000000001f18
  holds pmpaddr7, 0x2000, 0x1000
  holds pmpcfg2, -1, 0                                    # there are eight
  holds pmpaddr8, -1, 0
  expect 2, M                                             # RV64 has no odd ones
91: csrr t0, pmpcfg1
  j fail
92:

# ---- The caches' switches -------------------------------------------------------------------------------------------
  holds ICACHE, 0, 0
  holds ICACHE, 3, 1
  holds DCACHE, 0, 0
  holds DCACHE, 1, 1
  expect 2, M
  from S
91: csrr t0, ICACHE
  j fail
92:

# ---- Triggers are none; Debug Mode's registers are not for M -------------------------------------------------------
  holds tselect, 1, 0
  holds tdata1, -1, 0
  .irp csr, dcsr, dpc, dscratch0, dscratch1
  expect 2, M
91: csrr t0, \csr
  j fail
92: expect 2, M
91: csrw \csr, zero
  j fail
92:
  .endr
  # no floating point
  .irp csr, fflags, frm, fcsr
  expect 2, M
91: csrr t0, \csr
  j fail
92:
  .endr

  finish
