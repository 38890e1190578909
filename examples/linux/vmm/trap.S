// SPDX-License-Identifier: Apache-2.0
// The trap handler of the VMM.

#include "emulated_access.inc"

    .option arch, +h

    // The guest's access arrives here, without the kernel.
    .text
    .balign 4
    .global vmm_trap
vmm_trap:
    emulated_access UTRAP_CSR_USCRATCH, , UTRAP_CSR_UEPC, UTRAP_CSR_UTVAL, \
        UTRAP_CSR_HUTVAL, UTRAP_CSR_HUTINST, device_access, vmm_unexpected, UTRAP_INSN_URET

    // Nothing else is delegated. A breakpoint in the handler ends the run with an error and this address.
    .global vmm_unexpected
vmm_unexpected:
    ebreak
