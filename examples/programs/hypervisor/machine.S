// SPDX-License-Identifier: Apache-2.0
// M-mode: delegates, keeps the timer for HS as an SBI does, and starts HS.

#include "layout.h"

#define CLINT_MTIMECMP 0x02004000
#define DELEGATED ((1 << UTRAP_CAUSE_INSTRUCTION_ADDRESS_MISALIGNED) | (1 << UTRAP_CAUSE_BREAKPOINT) \
    | (1 << UTRAP_CAUSE_ILLEGAL_INSTRUCTION) | (1 << UTRAP_CAUSE_LOAD_ADDRESS_MISALIGNED) \
    | (1 << UTRAP_CAUSE_STORE_ADDRESS_MISALIGNED) | (1 << UTRAP_CAUSE_ECALL_FROM_U) \
    | (1 << UTRAP_CAUSE_ECALL_FROM_VS) | (1 << UTRAP_CAUSE_INSTRUCTION_PAGE_FAULT) \
    | (1 << UTRAP_CAUSE_LOAD_PAGE_FAULT) | (1 << UTRAP_CAUSE_STORE_PAGE_FAULT) \
    | (1 << UTRAP_CAUSE_INSTRUCTION_GUEST_PAGE_FAULT) | (1 << UTRAP_CAUSE_LOAD_GUEST_PAGE_FAULT) \
    | (1 << UTRAP_CAUSE_VIRTUAL_INSTRUCTION) | (1 << UTRAP_CAUSE_STORE_GUEST_PAGE_FAULT))

    .section .text
    .global main
main:
    // Is there Shudeleg? hudcfg is an illegal instruction where not.
    la   t0, 1f
    csrw mtvec, t0
    li   a0, 0
    csrr t0, UTRAP_CSR_HUDCFG
    li   a0, 1
    .balign 4
1:
    la   t0, machine_trap
    csrw mtvec, t0
    la   t0, machine_frame
    csrw mscratch, t0
    li   t0, -1
    csrw mcounteren, t0
    li   t0, DELEGATED
    csrw medeleg, t0
    li   t0, (1 << UTRAP_IRQ_SSI) | (1 << UTRAP_IRQ_STI) | (1 << UTRAP_IRQ_SEI)
    csrw mideleg, t0
    // HS, at kernel_start, with translation still off and a0 = has Shudeleg.
    li   t0, UTRAP_MSTATUS_MPP_MASK | UTRAP_MSTATUS_MPV_MASK
    csrc mstatus, t0
    li   t0, 1 << UTRAP_MSTATUS_MPP_SHIFT
    csrs mstatus, t0
    la   t0, kernel_start
    csrw mepc, t0
    mret

    // The timer of HS: M's timer interrupt becomes STIP, which HS's next call takes back.
    .balign 4
machine_trap:
    csrrw sp, mscratch, sp
    sd   t0, 0(sp)
    sd   t1, 8(sp)
    csrr t0, mcause
    bltz t0, 2f
    li   t1, UTRAP_CAUSE_ECALL_FROM_S
    bne  t0, t1, machine_panic
    li   t0, CLINT_MTIMECMP
    sd   a0, 0(t0)
    li   t0, 1 << UTRAP_IRQ_STI
    csrc mip, t0
    li   t0, 1 << UTRAP_IRQ_MTI
    csrs mie, t0
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    j    3f
2:
    slli t0, t0, 1
    srli t0, t0, 1
    li   t1, UTRAP_IRQ_MTI
    bne  t0, t1, machine_panic
    li   t0, 1 << UTRAP_IRQ_MTI
    csrc mie, t0
    li   t0, 1 << UTRAP_IRQ_STI
    csrs mip, t0
3:
    ld   t0, 0(sp)
    ld   t1, 8(sp)
    csrrw sp, mscratch, sp
    mret

machine_panic:
    la   sp, machine_stack_top
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call kernel_panic

    .section .bss
    .balign 16
machine_frame:
    .space 16
