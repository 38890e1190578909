# Every interrupt, in M or delegated to S, from each mode, direct and vectored; masks, order, WFI.
  .include "traps.inc"
  start

  .macro line address, value
  li t0, \address
  li t1, \value
  sd t1, 0(t0)
  .endm
  # The timer's line comes after some cycles.
  .macro timer after
  li t0, MTIME
  ld t1, 0(t0)
  addi t1, t1, \after
  li t0, MTIMECMP
  sd t1, 0(t0)
  .endm
  .macro raise cause
  .if \cause == 3
  line MSIP, 1
  .elseif \cause == 7
  timer 40
  .elseif \cause == 11
  line LINES, 1
  .elseif \cause == 9
  line LINES, 2
  .elseif \cause == 1
  csrsi mip, 2
  .elseif \cause == 5
  li t0, 1 << 5
  csrs mip, t0
  .endif
  .endm
  .macro lower cause
  .if \cause == 3
  line MSIP, 0
  .elseif \cause == 7
  line MTIMECMP, -1
  .elseif \cause == 11
  line LINES, 0
  .elseif \cause == 9
  line LINES, 0
  .elseif \cause == 1
  csrci mip, 2
  .elseif \cause == 5
  li t0, 1 << 5
  csrc mip, t0
  .endif
  until_clear (1 << \cause)
  .endm

  # One interrupt from one mode: it waits in a loop, or in WFI where that is allowed.
  .macro take cause, mode, handler
  interrupt \cause, \handler
  li t0, 1 << \cause
  csrw mie, t0
  raise \cause
  .if \mode == M
  csrsi mstatus, 8
  .else
  csrsi mstatus, 2
  from \mode
  .endif
91: nop
  .if \mode == S
  wfi
  .endif
  j 91b
92: lower \cause
  .endm

  .macro all
  .irp cause, 3, 7, 11
  take \cause, M, M
  take \cause, S, M
  take \cause, U, M
  .endr
  .endm
  .macro supervisors handler
  .irp cause, 1, 5, 9
  take \cause, S, \handler
  take \cause, U, \handler
  .endr
  .endm

# ---- Direct, nothing delegated -------------------------------------------------------------------------------------
  csrw mideleg, zero
  all
  supervisors M
  take 1, M, M
  take 5, M, M
  take 9, M, M
# ---- Delegated ------------------------------------------------------------------------------------------------------
  li t0, 0x222
  csrw mideleg, t0
  csrr t1, mideleg
  next_step
  bne t0, t1, fail
  supervisors S
# ---- Vectored -------------------------------------------------------------------------------------------------------
  la t0, m_vectors + 1
  csrw mtvec, t0
  la t0, s_vectors + 1
  csrw stvec, t0
  all
  supervisors S
  expect 8, M                    # exceptions go to BASE
  from U
91: ecall
  j fail
92: li t0, 1 << 8
  csrw medeleg, t0
  expect 8, S
  from U
91: ecall
  j fail
92: csrw medeleg, zero
  la t0, m_entry
  csrw mtvec, t0
  la t0, s_entry
  csrw stvec, t0

# ---- Masked: nothing comes ------------------------------------------------------------------------------------------
  # delegated: not in M; in S not with SIE clear
  li t0, 0x222
  csrw mie, t0
  csrs mip, t0
  csrsi mstatus, 8
  nop
  nop
  nop
  csrci mstatus, 8
  expect 9, M
  csrci mstatus, 2
  from S
91:
  .rept 8
  nop
  .endr
  la s1, 1f
1: ecall
  j fail
92: # not M's with MIE clear
  line MSIP, 1
  li t0, 8
  csrw mie, t0
  .rept 20
  nop
  .endr
  line MSIP, 0
  until_clear 8
  li t0, 0x222
  csrc mip, t0

# ---- Order: MEI, MSI, MTI, SEI, SSI, STI ---------------------------------------------------------------------------
  csrw mideleg, zero
  li t0, 0xaaa
  csrw mie, t0
  li t0, 0x22
  csrs mip, t0
  line MSIP, 1
  line MTIMECMP, 0
  line LINES, 3
  .rept 30
  nop
  .endr
  .macro first cause, down:vararg
  interrupt \cause, M
  csrsi mstatus, 8
91: j 91b
92: \down
  fence
  .rept 30
  nop
  .endr
  .endm
  first 11, line LINES, 2
  first 3, line MSIP, 0
  first 7, line MTIMECMP, -1
  first 9, line LINES, 0
  first 1, csrci mip, 2
  interrupt 5, M
  csrsi mstatus, 8
91: j 91b
92: lower 5

# ---- WFI: wakes by a line that is enabled, taken or not ------------------------------------------------------------
  next_step
  li t0, 1 << 7
  csrw mie, t0
  timer 100
  wfi                            # MIE is clear: goes on behind
  csrr t0, mip
  andi t0, t0, 1 << 7
  beqz t0, fail
  interrupt 7, M
  csrsi mstatus, 8
91: j 91b
92: lower 7
  interrupt 7, M                 # MIE is set: taken behind WFI
  la s1, 1f
  timer 200
  csrsi mstatus, 8
91: wfi
1: j 1b
92: lower 7

# ---- sip and sie show what is delegated, and no more ---------------------------------------------------------------
  li t0, 0x22
  csrw mideleg, t0
  li t0, 0x222
  csrw mie, t0
  csrs mip, t0
  next_step
  csrr t0, sie
  li t1, 0x22
  bne t0, t1, fail
  next_step
  csrr t0, sip
  bne t0, t1, fail
  next_step
  csrw sip, zero                 # S may clear its software interrupt alone
  csrr t0, sip
  li t1, 0x20
  bne t0, t1, fail
  li t0, 0x222
  csrc mip, t0
  csrw mie, zero

# ---- 30 software interrupts -----------------------------------------------------------------------------------------
  li a1, 30
3: take 3, M, M
  addi a1, a1, -1
  bnez a1, 3b

  finish
