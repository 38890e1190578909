# What the programs share: the start, the end, and a handler that checks every trap against what is expected.
#
# A program says what the next trap must be, in registers that are its alone:
#   s0  mcause                          s1  mepc, or 0 for any
#   s2  where to go on, or 0 for mepc   s3  mtval
#   s4  MPP, MPIE and MIE of mstatus in the handler
# The handler counts traps in s5, uses t5, t6 and tp, clears an interrupt's line, and goes on in M-mode with
# interrupts off (in the mode and with the enable that were interrupted where s2 is 0).
#
# gp is the number of the check: a failure ends the program with it; s6 is the devices' address.

  .option norvc
  .equ FROM_M, 0x1800
  .equ FROM_M_ENABLED, 0x1880
  .equ FROM_U, 0
  .equ FROM_U_ENABLED, 0x80
  .equ INTERRUPT, 0x80000000
  .equ MSI, INTERRUPT + 3
  .equ MTI, INTERRUPT + 7
  .equ MEI, INTERRUPT + 11
  .equ FAST, INTERRUPT + 16
  .equ MIE, 8
  .equ MPIE, 0x80
  .equ MPP, 0x1800
  .equ MPRV, 0x20000
  .equ TW, 0x200000
  .set number, 0

# The next check.
.macro check
  .set number, number + 1
  li gp, number
.endm

# A register must hold a value.
.macro equals register, value
  li t6, \value
  bne \register, t6, fail
.endm

# A CSR must read a value; t3.
.macro reads csr, value
  check
  csrr t3, \csr
  equals t3, \value
.endm

# An instruction in M-mode traps; mtval is a number, or "insn" for the instruction's bits.
.macro raises cause, tval, insn:vararg
  check
  li s0, \cause
  la s1, 91f
  la s2, 92f
  .ifc \tval,insn
  lw s3, 0(s1)
  .else
  li s3, \tval
  .endif
  li s4, FROM_M
91:
  \insn
  j fail
92:
.endm

# The same in U-mode.
.macro raises_in_user cause, tval, insn:vararg
  check
  li s0, \cause
  la s1, 91f
  la s2, 92f
  .ifc \tval,insn
  lw s3, 0(s1)
  .else
  li s3, \tval
  .endif
  li s4, FROM_U
  to_user s1
91:
  \insn
  j fail
92:
.endm

# To U-mode at the address in a register, with interrupts of lower modes off.
.macro to_user register
  csrw mepc, \register
  li t6, MPP | MPIE
  csrc mstatus, t6
  mret
.endm

  .section .text.start
  .org 0x80
  .globl _start
_start:
  la sp, stack
  li s5, 0
  li s6, 0x02000000
  la t0, vectors
  csrw mtvec, t0
  j main

# The end: all is well, or the check in gp is not.
pass:
  li gp, 0
fail:
  slli gp, gp, 1
  ori gp, gp, 1
  la t0, tohost
  sw gp, 0(t0)
1: j 1b

# Every entry tells which it is.
  .balign 256
vectors:
  .rept 32
  jal tp, handler
  .endr
  .balign 256
other_vectors:
  .rept 32
  jal tp, handler
  .endr

handler:
  csrr t6, mcause
  bne t6, s0, fail
  # an interrupt has its own entry, in either table
  csrr t5, mtvec
  andi t5, t5, -4
  addi t5, t5, 4
  bgez t6, 1f
  andi t6, t6, 31
  slli t6, t6, 2
  add t5, t5, t6
1: bne tp, t5, fail
  csrr t6, mtval
  bne t6, s3, fail
  csrr t6, mstatus
  li t5, MPP | MPIE | MIE
  and t6, t6, t5
  bne t6, s4, fail
  csrr t6, mepc
  beqz s1, 1f
  bne t6, s1, fail
1: addi s5, s5, 1
  bgez s0, 3f

  # the line of the interrupt falls
  andi t6, s0, 31
  addi t5, t6, -3
  bnez t5, 1f
  sw zero, 0(s6)
1: li t5, 0x8000
  add t5, s6, t5
  addi tp, t6, -11
  bnez tp, 1f
  sw zero, 0(t5)
1: addi tp, t6, -7
  bnez tp, 1f
  li tp, -1
  li t5, 0x4000
  add t5, s6, t5
  sw tp, 4(t5)
1: addi tp, t6, -16
  bltz tp, 3f
  li t5, 1
  sll t5, t5, tp
  not t5, t5
  la t6, fast
  lw tp, 0(t6)
  and tp, tp, t5
  sw tp, 0(t6)
  li t5, 0x9000
  add t5, s6, t5
  sw tp, 0(t5)

3: beqz s2, 4f
  csrw mepc, s2
  li t6, MPIE
  csrc mstatus, t6
  li t6, MPP
  csrs mstatus, t6
4: mret

  .balign 64
  .globl tohost
tohost: .dword 0
fast: .word 0
  .space 252
stack:
  .text
