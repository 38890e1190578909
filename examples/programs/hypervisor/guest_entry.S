// SPDX-License-Identifier: Apache-2.0
// The guest's first instruction in VS, its way to its own page tables, its trap handler.

#include "layout.h"

// KVM of Linux 6.1 forgets to extend the sign of what a VMM gives to a load.
#ifdef UNSIGNED_LOADS
#define LOAD_BYTE lbu
#define WRAPS 256
#else
#define LOAD_BYTE lb
#define WRAPS 0
#endif

    .option arch, +h
    .section .text.start, "ax"
    la   sp, guest_stack_top
    call guest_tables // returns satp
    csrw satp, a0
    sfence.vma
    // The same instructions once more, where they are linked.
    la   t0, 1f
    li   t1, GUEST_OFFSET
    add  t0, t0, t1
    add  sp, sp, t1
    jr   t0
1:
    la   t0, guest_trap
    csrw stvec, t0
    call guest_main

    .text
    // Only the timer interrupts; everything else is a bug, which the hypervisor is told.
    .balign 4
guest_trap:
    addi sp, sp, -128
    sd   ra, 0(sp)
    sd   t0, 8(sp)
    sd   t1, 16(sp)
    sd   t2, 24(sp)
    sd   a0, 32(sp)
    sd   a1, 40(sp)
    sd   a2, 48(sp)
    sd   a3, 56(sp)
    sd   a4, 64(sp)
    sd   a5, 72(sp)
    sd   a6, 80(sp)
    sd   a7, 88(sp)
    sd   t3, 96(sp)
    sd   t4, 104(sp)
    sd   t5, 112(sp)
    sd   t6, 120(sp)
    csrr a0, scause
    call guest_interrupt
    ld   ra, 0(sp)
    ld   t0, 8(sp)
    ld   t1, 16(sp)
    ld   t2, 24(sp)
    ld   a0, 32(sp)
    ld   a1, 40(sp)
    ld   a2, 48(sp)
    ld   a3, 56(sp)
    ld   a4, 64(sp)
    ld   a5, 72(sp)
    ld   a6, 80(sp)
    ld   a7, 88(sp)
    ld   t3, 96(sp)
    ld   t4, 104(sp)
    ld   t5, 112(sp)
    ld   t6, 120(sp)
    addi sp, sp, 128
    sret

    .global guest_call
guest_call: // (argument, extension)
    mv   a7, a1
    ecall
    ret

    // (a register of a device that holds a byte): every register as a store's source and a load's destination.
    // Returns 0, or the number of the first one that did not keep its value.
    .global guest_registers
guest_registers:
    addi sp, sp, -256
    .irp number, 1, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd   x\number, (8 * \number)(sp)
    .endr
    csrw sscratch, sp
    mv   a1, a0
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .if \number == 10
    li   a0, -\number
    sb   a0, 0(a1)
    li   a0, 0
    LOAD_BYTE a0, 0(a1)
    addi a0, a0, \number - WRAPS
    bnez a0, 9f
    .else
    li   x\number, -\number
    sb   x\number, 0(a1)
    li   x\number, 0
    LOAD_BYTE x\number, 0(a1)
    li   a0, \number - WRAPS
    add  x\number, x\number, a0
    bnez x\number, 9f
    .endif
    .endr
    mv   a0, a1
    li   a1, -11
    sb   a1, 0(a0)
    li   a1, 0
    lbu  a1, 0(a0)
    li   a0, 11
    addi a1, a1, 11 - 256
    bnez a1, 9f
    li   a0, 0
9:
    csrr sp, sscratch
    .irp number, 1, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld   x\number, (8 * \number)(sp)
    .endr
    addi sp, sp, 256
    ret

    .bss
    .balign 4096
    .space 4096
guest_stack_top:
