// SPDX-License-Identifier: Apache-2.0
// A process's first instruction.

    .section .text.start, "ax"
    .global _start
_start: // the kernel has set sp: argc, argv, ...
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    mv   a0, sp
    andi sp, sp, -16
    call process_main // it does not return
