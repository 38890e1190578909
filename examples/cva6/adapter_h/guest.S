# A guest's accesses to a device go straight to U and straight back, with Shudeleg and one window (HU-17).
#
# VS loads and stores 20 times at a guest-physical address that nothing maps; each guest-page fault enters
# U's handler, which looks at ucause, hutval and hustatus, steps over the instruction and returns with URET
# into VS. Neither HS nor M sees them.
  .include "traps.inc"
  start

  .equ HUDCFG, 0x6c0
  .equ HUEDELEG, 0x6c2
  .equ HUGPAW0, 0x6e0
  .equ HUSTATUS, 0x800
  .equ HUTVAL, 0x843
  .equ UTVEC, 0x005
  .equ UEPC, 0x041
  .equ UCAUSE, 0x042
  .equ HEDELEG, 0x602
  .equ HGATP, 0x680
  .equ VSATP, 0x280
  .equ UART, 0x10000000

  la t0, u_entry
  csrw UTVEC, t0
  # GPA 0x8000_0000: 1 GiB as it is; nothing else
  la t0, groot
  la t1, _start
  srli t1, t1, 12
  slli t1, t1, 10
  ori t1, t1, 0xdf
  sd t1, 16(t0)
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrw HGATP, t0
  .word 0x62000073               # HFENCE.GVMA
  csrw VSATP, zero
  li t0, (1 << 21) | (1 << 23)
  csrw medeleg, t0
  csrw HEDELEG, zero
  csrw HUEDELEG, t0
  li t0, 3                       # EN, WEN
  csrw HUDCFG, t0
  li t0, (UART >> 12 << 10) | 1
  csrw HUGPAW0, t0
  li a1, 20
  expect 10, M
  li s7, 1
  la t0, guest
  csrw mepc, t0
  li t6, MPP | MPIE
  csrc mstatus, t6
  li t6, (1 << 11) | (1 << 39)
  csrs mstatus, t6
  la s1, 91f
  mret
guest:
  li a0, UART + 8
2: ld a2, 0(a0)
  li t0, 0x5a
  bne a2, t0, fail
  sd a2, 0(a0)
  addi a1, a1, -1
  bnez a1, 2b
91: ecall
  j fail
92: next_step
  li t0, 41                      # and the ECALL
  bne s5, t0, fail
  finish
  .text
  .balign 256
u_entry:
  csrr t6, UCAUSE
  li t5, 21
  beq t6, t5, 1f
  li t5, 23
  bne t6, t5, fail
1: csrr t5, HUTVAL
  li t6, (UART + 8) >> 2
  bne t5, t6, fail
  csrr t5, HUSTATUS
  andi t5, t5, 0x180
  li t6, 0x180
  bne t5, t6, fail
  li a2, 0x5a
  addi s5, s5, 1
  csrr t5, UEPC
  addi t5, t5, 4
  csrw UEPC, t5
  .word 0x00200073               # URET
  .section .data
  .balign 16384
groot: .fill 2048, 8, 0
