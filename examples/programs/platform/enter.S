// SPDX-License-Identifier: Apache-2.0
// Into a mode and back to M: the context of M, and a handler for each mode that has one.

#include "traps.h"

    .option arch, +h
    .text
    // attempt_enter(mepc, a0, a1, sp): MRET with mstatus as it is; returns when a trap has been recorded.
    .global attempt_enter
attempt_enter:
    la   t0, machine_context
    .irp number, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd   x\number, (8 * \number)(t0)
    .endr
    csrw mepc, a0
    mv   a0, a1
    mv   a1, a2
    mv   sp, a3
    mret

    // Sixteen entries, so that a vectored interrupt shows which one it took. Code may lose t3 to t6 when it traps.
.macro vectors name
    .balign 256
    .global \name
\name:
    .rept 16
    jal  t6, \name\()_record
    .endr
.endm

.macro entry_offset vector
    la   t4, \vector + 4
    sub  t6, t6, t4
    sd   t6, TRAP_ENTRY(t5)
.endm

.macro keep csr, offset
    csrr t4, \csr
    sd   t4, \offset(t5)
.endm

vectors machine_vectors
machine_vectors_record:
    la   t5, trap_record
    ld   t4, TRAP_BY(t5)
    bnez t4, 1f // a handler below has recorded the trap and asks for M
    entry_offset machine_vectors
    li   t4, 1
    sd   t4, TRAP_BY(t5)
    keep mcause, TRAP_CAUSE
    keep mepc, TRAP_EPC
    keep mtval, TRAP_TVAL
    keep UTRAP_CSR_MTVAL2, TRAP_TVAL2
    keep UTRAP_CSR_MTINST, TRAP_TINST
    keep mstatus, TRAP_STATUS
    sd   a0, TRAP_RESULT(t5)
1:
    la   t0, machine_context
    .irp number, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld   x\number, (8 * \number)(t0)
    .endr
    ret

    // To M: with ECALL, or EBREAK where ECALL is what was delegated.
escape:
    ld   t4, TRAP_CAUSE(t5)
    addi t4, t4, -UTRAP_CAUSE_ECALL_FROM_U
    li   t6, UTRAP_CAUSE_ECALL_FROM_VS - UTRAP_CAUSE_ECALL_FROM_U
    bleu t4, t6, 1f
    ecall
1:
    ebreak

vectors supervisor_vectors
supervisor_vectors_record:
    la   t5, trap_record
    entry_offset supervisor_vectors
    li   t4, 2
    sd   t4, TRAP_BY(t5)
    keep scause, TRAP_CAUSE
    keep sepc, TRAP_EPC
    keep stval, TRAP_TVAL
    keep htval, TRAP_TVAL2
    keep htinst, TRAP_TINST
    keep sstatus, TRAP_STATUS
    keep hstatus, TRAP_HSTATUS
    sd   a0, TRAP_RESULT(t5)
    j    escape

vectors guest_vectors
guest_vectors_record:
    la   t5, trap_record
    entry_offset guest_vectors
    li   t4, 4
    sd   t4, TRAP_BY(t5)
    keep scause, TRAP_CAUSE
    keep sepc, TRAP_EPC
    keep stval, TRAP_TVAL
    keep sstatus, TRAP_STATUS
    sd   a0, TRAP_RESULT(t5)
    j    escape

vectors user_vectors
user_vectors_record:
    la   t5, trap_record
    entry_offset user_vectors
    li   t4, 3
    sd   t4, TRAP_BY(t5)
    keep UTRAP_CSR_UCAUSE, TRAP_CAUSE
    keep UTRAP_CSR_UEPC, TRAP_EPC
    keep UTRAP_CSR_UTVAL, TRAP_TVAL
    keep UTRAP_CSR_USTATUS, TRAP_STATUS
    // hustatus and what belongs to it exist in U while hudcfg.EN is 1: M reads them after a trap from U.
    sd   a0, TRAP_RESULT(t5)
    j    escape

    .bss
    .balign 16
machine_context:
    .space 8 * 32
