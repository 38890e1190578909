# Every exception of M, S and U, delegated and not, with MPP, SPP, xepc, xcause; refused accesses, returns,
# fences and WFI; TSR, TVM, TW; the counters' enables.
  .include "traps.inc"
  start

# ---- What M traps on -----------------------------------------------------------------------------------------------
  expect 11, M
91: ecall
  j fail
92: expect 3, M
91: ebreak
  j fail
92: expect 2, M
91: .word 0                      # no instruction
  j fail
92: expect 2, M
91: csrw mhartid, t0             # read-only
  j fail
92: expect 2, M
91: csrr t0, 0x5c0               # no CSR
  j fail
92: expect 2, M
91: csrr t0, dcsr                # Debug Mode's
  j fail
92: la t0, denied
  addi t0, t0, 1
  expect 4, M
  mv s4, t0
91: lw t1, 0(t0)
  j fail
92: la t0, denied
  addi t0, t0, 2
  expect 6, M
  mv s4, t0
91: sd t1, 0(t0)
  j fail
92:

# ---- The same from S and U, first with nothing delegated, then with all that may be ---------------------------------
  .macro from_below mode, ecall, may_go
  expect \ecall, \may_go
  .if \mode == S
  li s3, M                       # an ECALL from S is not delegated
  .endif
  from \mode
91: ecall
  j fail
92: expect 3, \may_go
  from \mode
91: ebreak
  j fail
92: expect 2, M
  from \mode
91: .word 0
  j fail
92: expect 2, M
  from \mode
91: mret
  j fail
92: la a0, denied
  expect 5, M
  mv s4, a0
  from \mode
91: ld t1, 0(a0)
  j fail
92: la a0, denied
  expect 7, M
  addi s4, a0, 8
  from \mode
91: sd t1, 8(a0)
  j fail
92: la a0, denied
  expect 1, M
  la s1, denied
  from \mode
91: jr a0
  j fail
92: la a0, denied
  expect 4, M
  addi s4, a0, 3
  from \mode
91: lh t1, 3(a0)
  j fail
92: la a0, denied
  expect 6, M
  addi s4, a0, 1
  from \mode
91: sw t1, 1(a0)
  j fail
92:
  .endm

  csrw medeleg, zero
  from_below S, 9, M
  from_below U, 8, M
  li t0, (1 << 3) | (1 << 8) | (1 << 12) | (1 << 13) | (1 << 15)
  csrw medeleg, t0
  csrr t1, medeleg
  next_step
  bne t0, t1, fail
  from_below S, 9, S
  from_below U, 8, S
  # M's own are never delegated
  expect 3, M
91: ebreak
  j fail
92:

# ---- Compressed: xepc is a multiple of 2 ----------------------------------------------------------------------------
  expect 3, S
  la s1, compressed + 2
  from U
91: j compressed
  .option push
  .option rvc
compressed: c.nop
  c.ebreak
  .option pop
  j fail
92:

# ---- Every CSR of M refuses S and U, every one of S refuses U ------------------------------------------------------
  .macro refuse mode, csr
  expect 2, M
  from \mode
91: csrr t0, \csr
  j fail
92: expect 2, M
  from \mode
91: csrrwi zero, \csr, 1
  j fail
92:
  .endm
  .irp csr, mstatus, misa, medeleg, mideleg, mie, mtvec, mcounteren, mscratch, mepc, mcause, mtval, mip, mhartid, mcycle, pmpcfg0, pmpaddr0, mhpmcounter3
  refuse S, \csr
  refuse U, \csr
  .endr
  .irp csr, sstatus, sie, stvec, scounteren, sscratch, sepc, scause, stval, sip, satp
  refuse U, \csr
  .endr

# ---- SRET, TSR, TVM, TW ---------------------------------------------------------------------------------------------
  expect 8, S                    # SRET to U
  li s7, U
  la t5, 1f
  li s7, S
  jal t4, enter
1: la t0, 91f
  csrw sepc, t0
  li t0, SPP
  csrc sstatus, t0
  li s7, U
  sret
91: ecall
  j fail
92: expect 3, S                  # SRET to S, and SPIE comes back
  li s7, S
  la t5, 1f
  jal t4, enter
1: la t0, 2f
  csrw sepc, t0
  li t0, SPP
  csrs sstatus, t0
  csrsi sstatus, 2
  li t0, 1 << 5
  csrc sstatus, t0
  sret
2: csrr t0, sstatus
  andi t0, t0, SPP | 2
  beqz t0, 91f
  j fail
91: ebreak
  j fail
92: expect 2, M                  # SRET in U
  from U
91: sret
  j fail
92: li t0, 1 << 22               # TSR
  csrs mstatus, t0
  expect 2, M
  from S
91: sret
  j fail
92: li t0, 1 << 22
  csrc mstatus, t0
  next_step                      # SRET in M
  la t0, 1f
  csrw sepc, t0
  li t0, SPP
  csrs mstatus, t0
  expect 9, M
  li s7, S
  sret
  j fail
1:
91: ecall
  j fail
92: li t0, 1 << 20               # TVM
  csrs mstatus, t0
  expect 2, M
  from S
91: csrr t0, satp
  j fail
92: expect 2, M
  from S
91: csrw satp, zero
  j fail
92: expect 2, M
  from S
91: sfence.vma
  j fail
92: csrw satp, zero              # not for M
  sfence.vma
  li t0, 1 << 20
  csrc mstatus, t0
  expect 9, M
  from S
91: sfence.vma
  csrr t0, satp
  la s1, 1f
1: ecall
  j fail
92: expect 2, M
  from U
91: sfence.vma
  j fail
92: li t0, 1 << 21               # TW
  csrs mstatus, t0
  expect 2, M
  from S
91: wfi
  j fail
92: li t0, 1 << 21
  csrc mstatus, t0
  expect 2, M
  from U
91: wfi
  j fail
92:

# ---- Counters' enables: mcounteren for S, with scounteren for U ----------------------------------------------------
  .macro reads mode, csr
  .if \mode == U
  expect 8, S
  .else
  expect 9, M
  .endif
  la s1, 95f
  from \mode
91: csrr t0, \csr
95: ecall
  j fail
92:
  .endm
  .macro denies mode, csr
  expect 2, M
  from \mode
91: csrr t0, \csr
  j fail
92:
  .endm
  csrw mcounteren, zero
  csrw scounteren, zero
  .irp csr, cycle, instret
  denies S, \csr
  denies U, \csr
  .endr
  li t0, 5
  csrw mcounteren, t0
  csrw scounteren, t0
  reads S, cycle
  reads U, cycle
  reads S, instret
  reads U, instret
  li t0, 1
  csrw mcounteren, t0
  csrw scounteren, t0
  reads U, cycle
  denies S, instret
  denies U, instret
  expect 2, M                    # read-only even where it may be read
  from S
91: csrw cycle, zero
  j fail
92:

# ---- 40 times into S and back ---------------------------------------------------------------------------------------
  li a1, 40
3: expect 8, S
  from U
91: ecall
  j fail
92: addi a1, a1, -1
  bnez a1, 3b

  finish
