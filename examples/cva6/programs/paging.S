# Sv39: page faults of fetch, load and store, from S and U, to M and to S; SUM, MXR, MPRV; A and D; superpages.
#
#   0x0_8000_0000  1 GiB, S: the program as it is
#   0x1_0000_0000  1 GiB, U: the same again
#   0x1_4000_0000  pages of 4 KiB, each with a fault of its own; the tables are made below
#   0x1_8000_0000  nothing
  .include "traps.inc"
  start

  .equ PAGES, 0x140000000
  .equ NOTHING, 0x180000000
  .equ USER, 0x80000000          # from the program's addresses to U's
  # A and D, U, X, W, R, V
  .equ V, 1
  .equ R, 2
  .equ W, 4
  .equ X, 8
  .equ UP, 16
  .equ AD, 0xc0
  .equ A, 0x40

  .macro entry table, index, page, flags
  la t0, \table
  la t1, \page
  srli t1, t1, 12
  slli t1, t1, 10
  ori t1, t1, \flags
  li t2, \index * 8
  add t0, t0, t2
  sd t1, 0(t0)
  .endm

  entry root, 2, _start, (AD | X | W | R | V)
  entry root, 4, _start, (AD | UP | X | W | R | V)
  entry root, 5, middle, V
  entry middle, 0, leaves, V
  entry middle, 1, page, (AD | X | W | R | V)          # a superpage that is not aligned
  entry leaves, 0, page, 0
  entry leaves, 1, page, (AD | R | V)
  entry leaves, 2, page, (A | W | R | V)               # D is clear
  entry leaves, 3, page, (0x80 | X | W | R | V)        # A is clear
  entry leaves, 4, page, (AD | X | V)
  entry leaves, 5, page, (AD | UP | X | W | R | V)
  entry leaves, 6, page, (AD | W | V)                  # reserved
  entry leaves, 7, page, (AD | W | R | V)
  entry leaves, 8, page, V                             # a pointer where none can be
  la t0, root
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrw satp, t0
  sfence.vma
  li s8, USER

  .macro load_faults mode, handler, at
  li a0, \at
  expect 13, \handler
  mv s4, a0
  from \mode
91: ld t1, 0(a0)
  j fail
92:
  .endm
  .macro store_faults mode, handler, at
  li a0, \at
  expect 15, \handler
  mv s4, a0
  from \mode
91: sd t1, 0(a0)
  j fail
92:
  .endm
  .macro fetch_faults mode, handler, at
  li a0, \at
  expect 12, \handler
  mv s4, a0
  mv s1, a0
  .if \mode == U
  sub s1, s1, s8
  .endif
  from \mode
91: jr a0
  j fail
92:
  .endm
  # The access succeeds and an ECALL follows.
  .macro works mode, at, access:vararg
  li a0, \at
  .if \mode == U
  expect 8, M
  .else
  expect 9, M
  .endif
  la s1, 95f
  from \mode
91: \access
95: ecall
  j fail
92:
  .endm

  .macro faults handler
  .irp mode, S, U
  load_faults \mode, \handler, NOTHING
  store_faults \mode, \handler, NOTHING
  fetch_faults \mode, \handler, NOTHING
  load_faults \mode, \handler, (PAGES + 0x0008)
  store_faults \mode, \handler, (PAGES + 0x0010)
  fetch_faults \mode, \handler, (PAGES + 0x0000)
  store_faults \mode, \handler, (PAGES + 0x1000)
  fetch_faults \mode, \handler, (PAGES + 0x1000)
  store_faults \mode, \handler, (PAGES + 0x2000)
  load_faults \mode, \handler, (PAGES + 0x3000)
  store_faults \mode, \handler, (PAGES + 0x3000)
  fetch_faults \mode, \handler, (PAGES + 0x3000)
  load_faults \mode, \handler, (PAGES + 0x4000)
  load_faults \mode, \handler, (PAGES + 0x6000)
  store_faults \mode, \handler, (PAGES + 0x6000)
  load_faults \mode, \handler, (PAGES + 0x8000)
  load_faults \mode, \handler, (PAGES + 0x200000)
  store_faults \mode, \handler, (PAGES + 0x200000)
  fetch_faults \mode, \handler, (PAGES + 0x200000)
  .endr
  # U's page: not for S, unless SUM says so, and never to execute
  load_faults S, \handler, (PAGES + 0x5000)
  store_faults S, \handler, (PAGES + 0x5000)
  fetch_faults S, \handler, (PAGES + 0x5000)
  # S's page: not for U
  load_faults U, \handler, (PAGES + 0x7000)
  store_faults U, \handler, (PAGES + 0x7000)
  fetch_faults U, \handler, (PAGES + 0x7000)
  .endm

  csrw medeleg, zero
  faults M
  li t0, (1 << 12) | (1 << 13) | (1 << 15)
  csrw medeleg, t0
  faults S

# ---- What works -----------------------------------------------------------------------------------------------------
  works S, (PAGES + 0x1000), ld t1, 0(a0)
  works S, (PAGES + 0x7000), sd t1, 0(a0)
  works U, (PAGES + 0x5000), sd t1, 0(a0)
  li t0, 1 << 18                 # SUM
  csrs mstatus, t0
  works S, (PAGES + 0x5000), ld t1, 0(a0)
  fetch_faults S, S, (PAGES + 0x5000)
  li t0, 1 << 18
  csrc mstatus, t0
  li t0, 1 << 19                 # MXR
  csrs mstatus, t0
  works S, (PAGES + 0x4000), ld t1, 0(a0)
  store_faults S, S, (PAGES + 0x4000)
  li t0, 1 << 19
  csrc mstatus, t0

# ---- MPRV: M's loads and stores as MPP says ------------------------------------------------------------------------
  .equ MPRV, 1 << 17
  .macro as_mode mode
  li t0, MPP
  csrc mstatus, t0
  li t0, MPRV | (\mode << 11)
  csrs mstatus, t0
  .endm
  .macro as_m
  li t0, MPRV
  csrc mstatus, t0
  .endm
  li a0, PAGES + 0x7000
  li a1, 0x123456789
  next_step
  as_mode S
  sd a1, 0(a0)
  ld a2, 0(a0)
  as_m
  bne a1, a2, fail
  la t0, page
  ld a2, 0(t0)
  bne a1, a2, fail
  .irp mode, S, U
  li a0, NOTHING
  expect 13, M
  mv s4, a0
  as_mode \mode
91: ld t1, 0(a0)
  j fail
92: as_m
  expect 15, M
  mv s4, a0
  as_mode \mode
91: sd t1, 0(a0)
  j fail
92: as_m
  .endr
  li a0, PAGES + 0x5000
  expect 13, M
  mv s4, a0
  as_mode S
91: ld t1, 0(a0)
  j fail
92: as_m
  next_step
  as_mode U
  ld a2, 0(a0)
  as_m
  bne a1, a2, fail
  # MPP=M: no translation
  next_step
  la a0, page
  li t0, MPP | MPRV
  csrs mstatus, t0
  ld a2, 0(a0)
  as_m
  bne a1, a2, fail

# ---- A table is changed: SFENCE.VMA ---------------------------------------------------------------------------------
  entry leaves, 0, page, (AD | W | R | V)
  expect 9, M
  la s1, 1f
  li a0, PAGES
  from S
91: sfence.vma
  ld t1, 0(a0)
1: ecall
  j fail
92: entry leaves, 0, page, 0
  sfence.vma
  load_faults S, S, PAGES
  csrw satp, zero

  finish

  .balign 4096
root: .fill 512, 8, 0
middle: .fill 512, 8, 0
leaves: .fill 512, 8, 0
page: .fill 512, 8, 0
