# Debug Mode: into it by request, by EBREAK and by single steps, from M and U; what it may see; out of it by DRET.
#include "harness.S"

  .equ EBREAKM, 0x8000
  .equ EBREAKU, 0x1000
  .equ STEP, 4
  .equ DCSR, 0x40000000
  .equ BY_EBREAK, 1 << 6
  .equ BY_REQUEST, 3 << 6
  .equ BY_STEP, 4 << 6

# Debug Mode's code. s7 says what it must find in dcsr and s8 in dpc, s9 where its work is, or 0; s10 counts visits. t0 and
# t1 are free everywhere.
  .section .text.debug, "ax"
  .balign 0x800
debug:
  csrw dscratch0, t0
  addi s10, s10, 1
  csrr t0, dcsr
  bne t0, s7, fail
  csrr t0, dpc
  beqz s8, 1f
  bne t0, s8, fail
1: csrr t1, dscratch0
  li t0, 0xa000
  add t0, s6, t0
  sw zero, 0(t0)
  beqz s9, 1f
  jr s9
1: csrr t0, dscratch0
  dret

# An exception in Debug Mode comes here, and no CSR knows of it.
  .org 0x100 + debug
  addi s11, s11, 1
  csrr t0, mcause
  equals t0, 11
  csrr t0, mepc
  equals t0, 0x5555554
  csrr t0, dscratch0
  dret
  .text

.macro request
  li t0, 0xa000
  add t0, s6, t0
  li t1, 1
  sw t1, 0(t0)
  .rept 6
  nop
  .endr
.endm

main:
  li s10, 0
  li s11, 0

  # A request in M-mode; the debugger reads and writes what M-mode may, its own registers, and what has no prefix of its own.
  check
  li s7, DCSR | BY_REQUEST | 3
  li s8, 0
  la s9, all_of_it
  li t0, 0x77
  csrw mscratch, t0
  request
  equals s10, 1
  reads mscratch, 0x78

  # EBREAK enters it where dcsr.ebreakm says so, at its own address; the debugger goes on behind it.
  check
  li s7, DCSR | EBREAKM | BY_EBREAK | 3
  la s8, 1f
  la s9, skip
1: ebreak
  equals s10, 2
  # The debugger had cleared it: EBREAK is an exception again.
  raises 3, 0, ebreak

  # An exception in Debug Mode is none for M-mode.
  check
  li t0, 11
  csrw mcause, t0
  li t0, 0x5555554
  csrw mepc, t0
  li s7, DCSR | BY_REQUEST | 3
  li s8, 0
  la s9, trips
  request
  equals s10, 3
  equals s11, 1
  reads mcause, 11

  # Single steps: one instruction between two visits.
  check
  la s9, steps
  request
  equals s10, 7

  # From U-mode and back to it.
  check
  li s7, DCSR | BY_REQUEST
  li s8, 0
  la s9, looks
  li s0, 8
  la s1, 2f
  la s2, 3f
  li s3, 0
  li s4, FROM_U
  la t0, 1f
  to_user t0
1: request
2: ecall
  j fail
3: equals s10, 8
  reads mscratch, 0x79

  # EBREAK from U-mode, where dcsr.ebreaku says so.
  check
  li s7, DCSR | EBREAKU | BY_EBREAK
  la s8, 1f
  la s9, skip
  li s0, 8
  la s1, 2f
  la s2, 3f
  to_user s8
1: ebreak
2: ecall
  j fail
3: equals s10, 9

  # An interrupt waits until the debugger is done.
  check
  li s7, DCSR | BY_REQUEST | 3
  li s8, 0
  la s9, interrupted
  li s0, MSI
  li s1, 0
  la s2, 2f
  li s4, FROM_M_ENABLED
  li t0, 8
  csrw mie, t0
  csrsi mstatus, MIE
  request
1: j 1b
2: equals s10, 10
  j pass

# What the debugger does.
all_of_it:
  csrr t0, mscratch
  addi t0, t0, 1
  csrw mscratch, t0
  csrr t0, mstatus
  csrr t0, mcycle
  csrr t0, 0x7c0
  li t0, 0x123
  csrw dscratch1, t0
  csrrci t1, dscratch1, 1
  bne t0, t1, fail
  csrr t0, dscratch1
  equals t0, 0x122
  li t0, EBREAKM
  csrs dcsr, t0
  csrr t0, dcsr
  equals t0, DCSR | EBREAKM | BY_REQUEST | 3
  csrr t0, dscratch0
  dret

skip:
  csrr t0, dpc
  addi t0, t0, 4
  csrw dpc, t0
  li t0, EBREAKM | EBREAKU
  csrc dcsr, t0
  dret

trips:
  ecall

steps:
  csrsi dcsr, STEP
  li s7, DCSR | BY_STEP | STEP | 3
  csrr s8, dpc
  addi s8, s8, 4
  la s9, 1f
  csrr t0, dscratch0
  dret
1: addi t1, s10, -7
  bltz t1, 2f
  csrci dcsr, STEP
2: addi s8, s8, 4
  csrr t0, dscratch0
  dret

looks:
  csrr t0, mscratch
  addi t0, t0, 1
  csrw mscratch, t0
  li t0, EBREAKU
  csrs dcsr, t0
  csrr t0, dscratch0
  dret

interrupted:
  li t0, 1
  sw t0, 0(s6)
  .rept 8
  nop
  .endr
  csrr t0, mip
  equals t0, 8
  dret
