# Every interrupt, the fast ones among them: its vector, its masks, the order, WFI, what MRET lets in.
#include "harness.S"

# Turn an interrupt's line on; t0, t1.
.macro raise cause
  .if \cause == MSI
  li t0, 1
  sw t0, 0(s6)
  .elseif \cause == MEI
  li t0, 1
  li t1, 0x8000
  add t1, s6, t1
  sw t0, 0(t1)
  .elseif \cause == MTI
  li t1, 0x4000
  add t1, s6, t1
  sw zero, 0(t1)
  sw zero, 4(t1)
  .else
  la t1, fast
  lw t0, 0(t1)
  li t6, 1 << (\cause - FAST)
  or t0, t0, t6
  sw t0, 0(t1)
  li t1, 0x9000
  add t1, s6, t1
  sw t0, 0(t1)
  .endif
  # the device and the line take a few cycles
  .rept 4
  nop
  .endr
.endm

# The bit of an interrupt in mie and mip, in t2.
.macro bit_of cause
  li t2, 1 << (\cause & 31)
.endm

.macro every apply
  .irp cause, MSI, MTI, MEI
  \apply \cause
  .endr
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
  \apply (FAST+\n)
  .endr
.endm

# Pending alone, enabled alone, without MIE: nothing comes. With MIE it does, at the loop that waits for it.
.macro in_machine cause
  check
  li s0, \cause
  la s1, 91f
  la s2, 92f
  li s3, 0
  li s4, FROM_M_ENABLED
  csrw mie, zero
  csrsi mstatus, MIE
  raise \cause
  csrr t0, mip
  bit_of \cause
  bne t0, t2, fail
  csrci mstatus, MIE
  csrw mie, t2
  nop
  nop
  csrsi mstatus, MIE
91: j 91b
92: csrr t0, mip
  bnez t0, fail
.endm

# In U-mode MIE does not matter.
.macro in_user cause
  check
  li s0, \cause
  la s1, 91f
  la s2, 92f
  li s3, 0
  li s4, FROM_U
  bit_of \cause
  csrw mie, t2
  raise \cause
  to_user s1
91: j 91b
92:
.endm

# WFI in M-mode goes on without MIE, and the interrupt is not taken.
.macro wakes cause
  check
  csrci mstatus, MIE
  bit_of \cause
  csrw mie, t2
  raise \cause
  wfi
  csrr t0, mip
  bit_of \cause
  and t0, t0, t2
  beqz t0, fail
  # and with MIE it comes, behind the instruction that sets it
  li s0, \cause
  la s1, 91f
  la s2, 92f
  li s4, FROM_M_ENABLED
  csrsi mstatus, MIE
91: nop
  nop
  nop
  j fail
92:
.endm

# MRET lets it in: before the first instruction at mepc.
.macro by_return cause
  check
  bit_of \cause
  csrw mie, t2
  raise \cause
  li s0, \cause
  la s1, 91f
  la s2, 92f
  li s4, FROM_M_ENABLED
  csrw mepc, s1
  li t0, MPP | MPIE
  csrs mstatus, t0
  mret
91: nop
  nop
  nop
  j fail
92:
.endm

# All lines at once.
.macro raise_all
  .irp cause, MSI, MEI, MTI
  raise \cause
  .endr
  la t1, fast
  li t0, 0x7fff
  sw t0, 0(t1)
  li t1, 0x9000
  add t1, s6, t1
  sw t0, 0(t1)
  nop
  nop
.endm

# The next one in order; the others wait in the handler, which is left with interrupts off.
.macro in_order cause
  check
  li s0, \cause
  la s1, 91f
  la s2, 92f
  li s4, FROM_M_ENABLED
  csrsi mstatus, MIE
91: nop
  nop
  nop
  j fail
92:
.endm

main:
  every in_machine
  every in_user
  every wakes
  every by_return

  # The order.
  check
  li t0, -1
  csrw mie, t0
  raise_all
  reads mip, 0x7fff0888
  li s3, 0
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
  in_order (FAST+\n)
  .endr
  in_order MEI
  in_order MSI
  in_order MTI
  reads mip, 0

  # One is masked by mie and those behind it come.
  check
  li t0, 0x55550888
  csrw mie, t0
  raise_all
  .irp n, 0, 2, 4, 6, 8, 10, 12, 14
  in_order (FAST+\n)
  .endr
  in_order MEI
  in_order MSI
  in_order MTI
  csrw mie, zero
  reads mip, 0x2aaa0000
  sw zero, fast, t0
  li t1, 0x9000
  add t1, s6, t1
  sw zero, 0(t1)

  # A timer that is not yet due: WFI waits for it.
  check
  li t0, 0x80
  csrw mie, t0
  li t1, 0x4000
  add t1, s6, t1
  li t2, 0xbff8
  add t2, s6, t2
  lw t0, 0(t2)
  addi t0, t0, 100
  sw t0, 0(t1)
  sw zero, 4(t1)
  wfi
  csrr t0, mip
  equals t0, 0x80
  li s0, MTI
  la s1, 1f
  la s2, 2f
  li s4, FROM_M_ENABLED
  csrsi mstatus, MIE
1: nop
  nop
  j fail
2:
  # In U-mode WFI waits too, and the interrupt is taken behind it.
  check
  li t1, 0x4000
  add t1, s6, t1
  li t2, 0xbff8
  add t2, s6, t2
  lw t0, 0(t2)
  addi t0, t0, 200
  sw t0, 0(t1)
  sw zero, 4(t1)
  li s4, FROM_U
  la s1, 1f
  la s2, 2f
  la t0, 3f
  to_user t0
3: wfi
1: nop
  nop
  j fail
2:
  # A line that rises and falls while it is masked leaves nothing behind.
  check
  li t0, 8
  csrw mie, t0
  csrci mstatus, MIE
  raise MSI
  sw zero, 0(s6)
  nop
  nop
  csrsi mstatus, MIE
  nop
  nop
  nop
  csrci mstatus, MIE
  j pass
