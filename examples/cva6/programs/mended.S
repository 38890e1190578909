# What CVA6's own CSR file gets wrong, and the unit right. The number that it fails with is the first of these steps.
  .include "traps.inc"
  start

  next_step                      # 1: minstret can be written
  li t0, 1 << 40
  csrw minstret, t0
  csrr t1, minstret
  bltu t1, t0, fail
  expect 2, M                    # 2: U reads a counter only where mcounteren and scounteren let it
  li t0, 1
  csrw mcounteren, t0
  csrw scounteren, zero
  from U
91: csrr t0, cycle
  j fail
92: next_step                    # 3: MRET to a lower mode clears MPRV
  li t0, 1 << 17
  csrs mstatus, t0
  expect 9, M
  from S
91: ecall
  j fail
92: csrr t0, mstatus
  li t1, 1 << 17
  and t0, t0, t1
  csrc mstatus, t1
  bnez t0, fail
  next_step                      # 4: MPP does not hold 2, which is no mode
  li t0, MPP
  csrc mstatus, t0
  li t0, 2 << 11
  csrs mstatus, t0
  csrr t0, mstatus
  srli t0, t0, 11
  andi t0, t0, 3
  li t1, 2
  beq t0, t1, fail
  li t0, MPP
  csrs mstatus, t0
  expect 11, M, 0                # 5: xtval of an ECALL is 0
91: ecall
  j fail
92: interrupt 5, M               # 6: a delegated interrupt that S masks does not hide one that goes to M
  li t0, 1 << 1
  csrw mideleg, t0
  li t0, 0x22
  csrw mie, t0
  csrs mip, t0
  csrci mstatus, 2
  from S
91:
  .rept 20
  nop
  .endr
  j fail
92: li t0, 0x22
  csrc mip, t0
  csrw mideleg, zero
  next_step                      # 7: menvcfg is there
  csrsi menvcfg, 1
  csrr t0, menvcfg
  andi t0, t0, 1
  beqz t0, fail

  finish
