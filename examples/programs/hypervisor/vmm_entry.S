// SPDX-License-Identifier: Apache-2.0
// The VMM's first instruction, its system calls, and its trap handler of path (c).

#include "emulated_access.inc"

    .option arch, +h
    .section .text.start, "ax"
    call vmm_main // the kernel has set sp; it does not return

    .text
    .global vmm_call
vmm_call: // (first, second, number)
    mv   a7, a2
    ecall
    ret

    // The guest's access arrives here, without the kernel.
    .balign 4
    .global vmm_trap
vmm_trap:
    emulated_access UTRAP_CSR_USCRATCH, , UTRAP_CSR_UEPC, UTRAP_CSR_UTVAL, \
        UTRAP_CSR_HUTVAL, UTRAP_CSR_HUTINST, vmm_emulate, vmm_unexpected, UTRAP_INSN_URET

vmm_unexpected: // HS delegates nothing else
    li   a0, 1
    li   a7, CALL_EXIT
    ecall
