# What stands beside the unit, behind its extension port: counters, cpuctrlsts, and who may look at them.
#include "harness.S"

# A counter's low bits become time: were they others, so would be the cycles and the instructions.
.macro spin csr
  csrr t0, \csr
  andi t0, t0, 15
91: addi t0, t0, -1
  bgez t0, 91b
.endm

main:
  # mcycle and minstret count.
  check
  csrr t0, mcycle
  csrr t1, mcycle
  bgeu t0, t1, fail
  check
  csrr t0, minstret
  nop
  nop
  csrr t1, minstret
  sub t1, t1, t0
  addi t1, t1, -2  # three; between three stages Ibex sees one more or less
  sltiu t1, t1, 3
  beqz t1, fail
  spin mcycle
  spin minstret

  # They can be written, in both halves, and carry.
  check
  li t0, 0x1234
  csrw mcycleh, t0
  csrw mcycle, t0
  csrr t1, mcycle
  sub t1, t1, t0
  sltiu t1, t1, 8
  beqz t1, fail
  reads mcycleh, 0x1234
  check
  li t0, -4
  csrw mcycle, t0
  nop
  nop
  nop
  nop
  nop
  reads mcycleh, 0x1235
  check
  li t0, -2
  csrw minstreth, zero
  csrw minstret, t0
  nop
  nop
  nop
  reads minstreth, 1
  spin minstret

  # mcountinhibit stops them; its bit 1 and those of counters that are not there are 0.
  check
  li t0, -1
  csrw mcountinhibit, t0
  reads mcountinhibit, 0x1d
  check
  csrr t0, mcycle
  csrr t2, minstret
  csrr t1, mcycle
  bne t0, t1, fail
  csrr t1, minstret
  bne t1, t2, fail
  csrwi mcountinhibit, 0
  spin mcycle

  # Two of the others are there: they count cycles that wait for loads and stores, and for instructions.
  reads mhpmevent3, 1
  reads mhpmevent4, 2
  reads mhpmevent5, 0
  check
  csrw mhpmcounter3, zero
  csrw mhpmcounter4, zero
  la t0, fast
  .rept 8
  lw t1, 0(t0)
  .endr
  spin mhpmcounter3
  spin mhpmcounter4
  check
  li t0, -1
  csrw mhpmcounter5, t0
  reads mhpmcounter5, 0
  csrw mhpmcounter3h, t0
  reads mhpmcounter3h, 0xff

  # cpuctrlsts: an exception is seen until MRET, and a second one in between is a double fault.
  reads 0x7c0, 0
  check
  li t0, 0x3f
  csrw 0x7c0, t0   # nothing of it is configured
  reads 0x7c0, 0
  raises 11, 0, ecall
  reads 0x7c0, 0   # MRET has cleared it
  check
  la t0, twice
  csrw mtvec, t0
  la s2, 1f
  li s7, 0
  ecall
  j fail
1: reads 0x7c0, 0x80
  csrw 0x7c0, zero
  reads 0x7c0, 0
  la t0, vectors
  csrw mtvec, t0
  check
  li t0, 0xc0
  csrw 0x7c0, t0
  reads 0x7c0, 0xc0
  csrw 0x7c0, zero
  reads 0x7c1, 0   # secureseed

  # U-mode may look at none of them.
  .irp csr, 0xb00, 0xb02, 0xb03, 0xb80, 0xb82, 0x320, 0x323, 0x7c0, 0x7c1, 0xc00, 0xc02, 0xc80
  raises_in_user 2, insn, csrr t0, \csr
  raises_in_user 2, insn, csrw \csr, t0
  .endr
  check
  spin mcycle
  spin minstret
  j pass

# Once more, and then on at s2.
  .balign 256
twice:
  addi s7, s7, 1
  csrr t0, 0x7c0
  addi t1, s7, -1
  bnez t1, 1f
  equals t0, 0x40
  ecall
1: equals t0, 0xc0
  csrw mepc, s2
  li t6, MPP
  csrs mstatus, t6
  mret
