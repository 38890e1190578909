# User-level traps, for the core with URET: exceptions and interrupts delegated to U and returned from there.
#
# A trap that U takes is checked by U's handler, which goes on at label 92 with URET, in U. `back` leads to M.
  .include "traps.inc"
  start

  .equ USTATUS, 0x000
  .equ UIE, 0x004
  .equ UTVEC, 0x005
  .equ USCRATCH, 0x040
  .equ UEPC, 0x041
  .equ UCAUSE, 0x042
  .equ UTVAL, 0x043
  .equ UIP, 0x044
  .equ SEDELEG, 0x102
  .equ SIDELEG, 0x103
  .macro uret
  .word 0x00200073
  .endm
  .macro back
  la s2, 97f
  li s6, REPORT
  ecall
  j fail
97:
  .endm

# ---- The CSRs: M, S and U read and write them -----------------------------------------------------------------------
  next_step
  la t0, u_entry
  csrw UTVEC, t0
  csrr t1, UTVEC
  bne t0, t1, fail
  next_step                      # sedeleg and sideleg show what M delegates
  li t0, -1
  csrw SEDELEG, t0
  csrr t1, SEDELEG
  bnez t1, fail
  li t0, 0x13c
  csrw medeleg, t0
  csrr t1, SEDELEG
  bne t0, t1, fail
  next_step
  csrw SIDELEG, t0
  csrr t1, SIDELEG
  bnez t1, fail
  li t0, 0x111
  csrs mideleg, t0
  csrw SIDELEG, t0
  csrr t1, SIDELEG
  bne t0, t1, fail
  .irp csr, SEDELEG, SIDELEG
  li t0, 0
  csrw medeleg, t0
  expect 2, M
  from U
91: csrr t0, \csr
  j fail
92:
  .endr

# ---- Exceptions of U, to U and back ---------------------------------------------------------------------------------
  # illegal instruction, breakpoint, misaligned load and store go to U; ECALL leads out
  li t0, (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7)
  csrw medeleg, t0
  csrw SEDELEG, t0
  .macro user_takes cause, how:vararg
  expect \cause, U
  li s7, U
  from U
91: \how
  j fail
92: back
  .endm
  la a0, denied
  user_takes 3, ebreak
  user_takes 2, .word 0
  user_takes 2, csrr t0, mscratch
  user_takes 2, csrr t0, sscratch
  user_takes 2, mret
  user_takes 2, sret
  user_takes 2, wfi
  user_takes 4, lw t0, 1(a0)
  user_takes 5, ld t0, 0(a0)
  user_takes 6, sw t0, 1(a0)
  user_takes 7, sd t0, 0(a0)
  # 40 of them in a row without leaving U
  li a1, 40
  expect 3, U
  from U
91: ebreak
  j fail
92: addi a1, a1, -1
  bnez a1, 91b
  back

# ---- What is not delegated that far ---------------------------------------------------------------------------------
  li t0, 1 << 3
  csrc SEDELEG, t0
  expect 3, S                    # to S
  from U
91: ebreak
  j fail
92: li t0, 1 << 3
  csrs SEDELEG, t0
  csrc medeleg, t0
  expect 3, M                    # to M
  from U
91: ebreak
  j fail
92: li t0, 1 << 3
  csrs medeleg, t0
  expect 3, S                    # S's own never goes down
  from S
91: ebreak
  j fail
92: expect 3, M
91: ebreak
  j fail
92: li t0, 1 << 8                # ECALL may go to U, too: then an interrupt leads out
  csrs medeleg, t0
  csrs SEDELEG, t0
  li t0, 1 << 3
  csrw mie, t0
  expect 8, U
  from U
91: ecall
  j fail
92: csrr t0, UCAUSE
  li t1, 8
  bne t0, t1, fail
  interrupt 3, M
  li t0, MSIP
  li t1, 1
  sd t1, 0(t0)
  li s7, U
91: j 91b
92: li t0, MSIP
  sd zero, 0(t0)
  li t0, 1 << 8
  csrc medeleg, t0

# ---- URET ------------------------------------------------------------------------------------------------------------
  expect 8, M                    # from M: to U, UPIE comes to UIE
  li s7, U
  la t0, 91f
  csrw UEPC, t0
  li t0, 1 << 4
  csrw USTATUS, t0
  uret
  j fail
91: ecall
  j fail
92: next_step
  csrr t0, USTATUS
  li t1, (1 << 4) | 1
  bne t0, t1, fail
  csrw USTATUS, zero
  expect 8, M                    # from S
  li s7, S
  la t5, 1f
  jal t4, enter
1: la t0, 91f
  csrw UEPC, t0
  li s7, U
  uret
  j fail
91: ecall
  j fail
92:

# ---- Interrupts of U ------------------------------------------------------------------------------------------------
  li t0, 0x111
  csrw mideleg, t0
  csrw SIDELEG, t0
  # USI, UTI, UEI: M makes them pending, U's handler masks them in uie
  .macro user_interrupt number
  interrupt \number, U
  li t0, 1 << \number
  csrw mie, t0
  csrs mip, t0
  csrsi USTATUS, 1
  from U
91: j 91b
92: back
  li t0, 1 << \number
  csrc mip, t0
  .endm
  user_interrupt 0
  user_interrupt 4
  user_interrupt 8
  # U makes its own: uip.USIP
  .macro own_interrupt
  interrupt 0, U
  li t0, 1
  csrw mie, t0
  csrsi USTATUS, 1
  from U
91: csrsi UIP, 1
1: j 1b
92: csrci UIP, 1
  back
  .endm
  own_interrupt
  li a1, 20
3: own_interrupt
  addi a1, a1, -1
  bnez a1, 3b
  # masked: UIE clear, and never in S or M
  li t0, 1
  csrw mie, t0
  csrs mip, t0
  csrci USTATUS, 1
  expect 8, M
  la s1, 1f
  from U
91:
  .rept 8
  nop
  .endr
1: ecall
  j fail
92: csrsi USTATUS, 1
  expect 9, M
  la s1, 1f
  from S
91:
  .rept 8
  nop
  .endr
1: ecall
  j fail
92: csrsi mstatus, 8
  .rept 8
  nop
  .endr
  csrci mstatus, 8
  # not in sideleg: S takes it, from U whatever its SIE is
  csrw SIDELEG, zero
  interrupt 0, S
  from U
91: j 91b
92: # not in mideleg: M
  csrw mideleg, zero
  interrupt 0, M
  from U
91: j 91b
92: csrci mip, 1
  li t0, 0x111
  csrw mideleg, t0
  csrw SIDELEG, t0
  # vectored
  la t0, u_vectors + 1
  csrw UTVEC, t0
  user_interrupt 4
  user_interrupt 8
  user_takes 3, ebreak
  la t0, u_entry
  csrw UTVEC, t0
  # M's and S's interrupts come while U's handler runs
  interrupt 3, M
  li t0, 8
  csrw mie, t0
  li t0, MSIP
  li t1, 1
  sd t1, 0(t0)
  from U
91: j 91b
92: li t0, MSIP
  sd zero, 0(t0)
  until_clear 8

  finish
  .text

  .balign 512
u_entry:
  bnez s3, fail
  csrr t6, UCAUSE
  bne t6, s0, fail
  csrr t5, USTATUS               # UIE is clear in the handler
  andi t5, t5, 1
  bnez t5, fail
  bgez t6, 1f
  csrw UIE, zero
1: csrr t5, UEPC
  beqz s1, 1f
  bne t5, s1, fail
1: csrr t5, UTVAL
  li t6, -1
  beq s4, t6, 1f
  bne t5, s4, fail
1: addi s5, s5, 1
  csrw UEPC, s2
  uret
  j fail
  .org u_entry + 256
u_vectors:
  j u_entry
  .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  j u_vector_\number
  .endr
  .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
u_vector_\number:
  li t4, \number
  j u_vectored
  .endr
u_vectored:
  csrr t6, UCAUSE
  bgez t6, fail
  slli t6, t6, 1
  srli t6, t6, 1
  bne t6, t4, fail
  j u_entry
