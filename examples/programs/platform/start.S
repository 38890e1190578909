// SPDX-License-Identifier: Apache-2.0
// The first instruction at 0x80000000, in M-mode: opens memory to the modes below, makes a stack, calls main.

#include "utrap_csr.h"

    .section .start, "ax"
    .global _start
_start:
    // Where there is physical memory protection nothing is allowed until M allows it; where there is none
    // these CSRs are illegal instructions, and the next line is the trap handler.
    la   t0, 1f
    csrw mtvec, t0
    li   t0, -1
    csrw pmpaddr0, t0
    li   t0, 0x1f
    csrw pmpcfg0, t0
    .balign 4
1:
    csrw mstatus, zero
    csrw medeleg, zero
    csrw mideleg, zero
    csrw mie, zero
    // What has no bytes in the file the loader has made zero.
    la   sp, machine_stack_top
    call main
    call platform_exit

    .section .bss
    .balign 16
    .space 4096
    .global machine_stack_top
machine_stack_top:

    // HTIF: a doubleword written here ends the simulation. Debuggers and loaders find it by its name.
    .section .tohost, "aw"
    .balign 64
    .global tohost
tohost:
    .dword 0
    .global fromhost
fromhost:
    .dword 0
