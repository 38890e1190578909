// The guest, and the VMM's trap handler: the one of the hypervisors, with the harness' emulation behind it.

#include "emulated_access.inc"

    .option arch, +h
    // Eight stores to the UART and eight loads from it, again and again: a0 is the sum of what was loaded.
    .text
    .balign 4
    .globl harness_guest
harness_guest:
    li   s0, GPA_UART
    li   s1, 0
    li   s2, 8
1:  sb   s2, 0(s0)
    lbu  t0, 5(s0)
    add  s1, s1, t0
    addi s2, s2, -1
    bnez s2, 1b
    mv   a0, s1
    ecall
    j    harness_guest

    .balign 4
    .globl harness_handler, harness_handler_end
harness_handler:
    emulated_access UTRAP_CSR_USCRATCH, , UTRAP_CSR_UEPC, UTRAP_CSR_UTVAL, UTRAP_CSR_HUTVAL, UTRAP_CSR_HUTINST, \
        harness_emulate, harness_unexpected, UTRAP_INSN_URET
    // The emulation: (gpa, size, is_write, data). Counts, answers a load with 3; executes an EBREAK where told to.
    .globl harness_emulate
harness_emulate:
    la   t0, stops
    lw   t1, 0(t0)
    beqz t1, 2f
    sw   zero, 0(t0)
    .globl harness_stop
harness_stop:
    ebreak
2:  la   t0, loads
    beqz a2, 3f
    la   t0, stores
3:  ld   t1, 0(t0)
    addi t1, t1, 1
    sd   t1, 0(t0)
    li   a0, 3
    ret
harness_unexpected:
    ebreak
harness_handler_end:
