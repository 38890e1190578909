// SPDX-License-Identifier: Apache-2.0
// init's first instruction, the trap handler of the VMM, and what it carries with it.

#include "emulated_access.inc"

    .option arch, +h
    .section .text.start, "ax"
    .global _start
_start: // the kernel has set sp: argc, argv, ...
    .option push
    .option norelax
    la   gp, __global_pointer$
    .option pop
    mv   a0, sp
    andi sp, sp, -16
    call vmm_main // it does not return

    // The guest's access arrives here, without the kernel.
    .text
    .balign 4
    .global vmm_trap
vmm_trap:
    emulated_access UTRAP_CSR_USCRATCH, , UTRAP_CSR_UEPC, UTRAP_CSR_UTVAL, \
        UTRAP_CSR_HUTVAL, UTRAP_CSR_HUTINST, vmm_emulate, vmm_unexpected, UTRAP_INSN_URET

    // Nothing else is delegated. A breakpoint in the handler ends the run with an error and this address.
    .global vmm_unexpected
vmm_unexpected:
    ebreak

    .section .rodata
    .balign 4096
    .global guest_image, guest_image_end
guest_image:
    .incbin GUEST_IMAGE
guest_image_end:
