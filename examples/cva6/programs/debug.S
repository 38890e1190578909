# Debug Mode: entered by a request from M, S and U, by EBREAK, by a single step; left by DRET; exceptions in it.
#
# The debugger's code is copied to the last page of memory, which CVA6 sees at 0. It notes dcsr, dpc and
# how often it has run, and does what a2 asks for.
  .include "traps.inc"
  start

  .equ REQUEST, 0x02008008
  .equ DEBUGGER, 0x803ff800
  # What the debugger is asked for.
  .equ GO_ON, 0
  .equ BREAKS, 1                 # ebreakm, ebreaks, ebreaku
  .equ STEP, 2                   # for a3 steps
  .equ FAULT, 3                  # an access to a CSR that does not exist
  # s9 visits, s10 dcsr, s11 dpc

  la t0, debugger
  la t1, debugger_end
  li t2, DEBUGGER
1: ld t3, 0(t0)
  sd t3, 0(t2)
  addi t0, t0, 8
  addi t2, t2, 8
  bltu t0, t1, 1b
  fence.i
  li s9, 0

  .macro request what
  next_step
  li a2, \what
  li a1, 0
  li t0, REQUEST
  li t1, 1
  .endm
  # dcsr.cause and dcsr.prv
  .macro entered cause, mode
  srli t0, s10, 6
  andi t0, t0, 7
  li t1, \cause
  bne t0, t1, fail
  andi t0, s10, 3
  li t1, \mode
  bne t0, t1, fail
  .endm

# ---- A request from each mode --------------------------------------------------------------------------------------
  request GO_ON
  sd t1, 0(t0)
1: beqz s9, 1b
  entered 3, M
  .macro request_in mode, cause
  expect \cause, M
  li s7, \mode
  li s9, 0
  la t5, 1f
  jal t4, enter
1: request GO_ON
  sd t1, 0(t0)
2: beqz s9, 2b
91: ecall                        # the mode is as before
  j fail
92: entered 3, \mode
  .endm
  request_in S, 9
  request_in U, 8

# ---- EBREAK ---------------------------------------------------------------------------------------------------------
  request BREAKS
  li s9, 0
  sd t1, 0(t0)
1: beqz s9, 1b
  next_step
  li a2, GO_ON
  li s9, 0
  ebreak                         # the debugger goes on behind it
2: li t0, 1
  bne s9, t0, fail
  entered 1, M
  la t0, 2b - 4
  bne s11, t0, fail

# ---- Single steps ---------------------------------------------------------------------------------------------------
  request STEP
  li s9, 0
  li a3, 4
  li a4, 0
  sd t1, 0(t0)
1: beqz s9, 1b
2: bnez a3, 2b                   # the debugger counts down
  entered 4, M

# ---- An exception in Debug Mode: the debugger is told, and nothing else changes -------------------------------------
  next_step
  li t0, 0x1234
  csrw mepc, t0
  csrwi mcause, 7
  request FAULT
  li s9, 0
  li a5, 0
  sd t1, 0(t0)
1: beqz s9, 1b
  li t0, 1
  bne a5, t0, fail
  csrr t0, mepc
  li t1, 0x1234
  bne t0, t1, fail
  csrr t0, mcause
  li t1, 7
  bne t0, t1, fail

  finish
  .text

  .balign 8
debugger:
  j halted                       # 0x800
  nop
  li a5, 1                       # 0x808: an exception
  j leave
halted:
  csrw dscratch0, t0
  csrw dscratch1, t1
  csrr s10, dcsr
  csrr s11, dpc
  li t0, REQUEST
  sd zero, 0(t0)
  fence
  li t0, 1
  beq a2, t0, breaks
  li t0, 2
  beq a2, t0, steps
  li t0, 3
  beq a2, t0, faults
  # an EBREAK is stepped over
  srli t0, s10, 6
  andi t0, t0, 7
  li t1, 1
  bne t0, t1, leave
  addi t0, s11, 4
  csrw dpc, t0
leave:
  addi s9, s9, 1
  csrr t0, dscratch0
  csrr t1, dscratch1
  dret
breaks:
  li t0, 0xb000
  csrs dcsr, t0
  j leave
steps:
  li t0, 4
  csrs dcsr, t0
  beqz s9, leave
  addi a3, a3, -1
  bnez a3, leave
  csrc dcsr, t0
  j leave
faults:
  csrr t0, 0x5c0
  j leave
  .balign 8
debugger_end:
