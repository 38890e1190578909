// SPDX-License-Identifier: Apache-2.0
// M-mode's first instruction, its trap handler, and the way to the kernel.

#include "layout.h"

#define PMP_ALL 0x1f // a power of two of memory, to read, write and execute

    .section .start, "ax"
    .global _start
_start:
    csrw mie, zero
    la   sp, stack_top
    csrw mscratch, sp
    // All memory is HS's where there is physical memory protection; the hart has none, and the CSRs are illegal there.
    la   t0, 1f
    csrw mtvec, t0
    li   t0, -1
    csrw pmpaddr0, t0
    li   t0, PMP_ALL
    csrw pmpcfg0, t0
    .balign 4
1:
    la   t0, machine_trap
    csrw mtvec, t0
    call firmware_main
    // The kernel in HS, with translation off: a0 the hart, a1 the device tree.
    la   t0, kernel
    csrw mepc, t0
    csrr a0, mhartid
    la   a1, device_tree
    mret

    // A call of SBI keeps every register but a0 and a1: what C may overwrite is saved, a0 and a1 come back from it.
    .text
    .balign 4
machine_trap:
    csrrw sp, mscratch, sp
    addi sp, sp, -FRAME_SIZE
    sd   ra, FRAME_RA(sp)
    sd   t0, FRAME_T(0)(sp)
    sd   t1, FRAME_T(1)(sp)
    sd   t2, FRAME_T(2)(sp)
    sd   t3, FRAME_T(3)(sp)
    sd   t4, FRAME_T(4)(sp)
    sd   t5, FRAME_T(5)(sp)
    sd   t6, FRAME_T(6)(sp)
    sd   a0, FRAME_A(0)(sp)
    sd   a1, FRAME_A(1)(sp)
    sd   a2, FRAME_A(2)(sp)
    sd   a3, FRAME_A(3)(sp)
    sd   a4, FRAME_A(4)(sp)
    sd   a5, FRAME_A(5)(sp)
    sd   a6, FRAME_A(6)(sp)
    sd   a7, FRAME_A(7)(sp)
    mv   a0, sp
    call firmware_trap
    ld   ra, FRAME_RA(sp)
    ld   t0, FRAME_T(0)(sp)
    ld   t1, FRAME_T(1)(sp)
    ld   t2, FRAME_T(2)(sp)
    ld   t3, FRAME_T(3)(sp)
    ld   t4, FRAME_T(4)(sp)
    ld   t5, FRAME_T(5)(sp)
    ld   t6, FRAME_T(6)(sp)
    ld   a0, FRAME_A(0)(sp)
    ld   a1, FRAME_A(1)(sp)
    ld   a2, FRAME_A(2)(sp)
    ld   a3, FRAME_A(3)(sp)
    ld   a4, FRAME_A(4)(sp)
    ld   a5, FRAME_A(5)(sp)
    ld   a6, FRAME_A(6)(sp)
    ld   a7, FRAME_A(7)(sp)
    addi sp, sp, FRAME_SIZE
    csrrw sp, mscratch, sp
    mret

    // HTIF's, which the end of a program writes first.
    .section .tohost, "aw"
    .balign 8
    .global tohost, fromhost
tohost:
    .dword 0
fromhost:
    .dword 0

    .bss
    .balign 16
    .space 4096
stack_top:
