// SPDX-License-Identifier: Apache-2.0
// HS between its three worlds: the VMM in U, itself, the guest in VS.
//
// sscratch is the vcpu whenever HS has had its say; the kernel's stack grows down from it.

#include "emulated_access.inc"

// All that C code may overwrite, but sp.
.macro caller_saved operation
    overwritten \operation
    .irp number, 14, 15, 16, 17, 28, 29, 30, 31
    \operation x\number, VCPU_GPR(\number)(sp)
    .endr
.endm

    .option arch, +h
    .section .text

.macro user_registers operation
    \operation ra, VCPU_USER(0)(sp)
    \operation gp, VCPU_USER(2)(sp)
    \operation tp, VCPU_USER(3)(sp)
    \operation s0, VCPU_USER(4)(sp)
    \operation s1, VCPU_USER(5)(sp)
    \operation s2, VCPU_USER(6)(sp)
    \operation s3, VCPU_USER(7)(sp)
    \operation s4, VCPU_USER(8)(sp)
    \operation s5, VCPU_USER(9)(sp)
    \operation s6, VCPU_USER(10)(sp)
    \operation s7, VCPU_USER(11)(sp)
    \operation s8, VCPU_USER(12)(sp)
    \operation s9, VCPU_USER(13)(sp)
    \operation s10, VCPU_USER(14)(sp)
    \operation s11, VCPU_USER(15)(sp)
.endm

.macro guest_registers operation
    .irp number, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation x\number, VCPU_GPR(\number)(sp)
    .endr
.endm

    // The first instruction of HS, a0 = has Shudeleg.
    .global kernel_start
kernel_start:
    la   sp, vcpu
    csrw sscratch, sp
    la   t0, from_user
    csrw stvec, t0
    call kernel_main
    // To the VMM for the first time.
    mv   t0, sp
    ld   t1, VCPU_USER_PC(t0)
    csrw sepc, t1
    ld   sp, VCPU_USER(1)(t0)
    sret

    // From the VMM: a system call. A call may overwrite the caller-saved registers, so they are not kept: less than
    // Linux does, which makes path (a) cheaper than it is there.
    .balign 4
from_user:
    csrrw sp, sscratch, sp
    sd   t0, VCPU_USER_T0(sp)
    csrr t0, scause
    bltz t0, user_interrupted
    user_registers sd
    csrr t0, sscratch
    sd   t0, VCPU_USER(1)(sp)
    csrw sscratch, sp
    csrr t0, sepc
    addi t0, t0, 4
    sd   t0, VCPU_USER_PC(sp)
    csrr t0, scause
    li   t1, UTRAP_CAUSE_ECALL_FROM_U
    bne  t0, t1, unexpected
    bnez a7, 1f
    mv   a0, sp
    call complete_access
    j    to_guest
1:
    mv   a2, a7
    call system_call
    // To the VMM, with a0 as the result of its call.
to_user:
    ld   t0, VCPU_USER_PC(sp)
    csrw sepc, t0
    user_registers ld
    ld   sp, VCPU_USER(1)(sp)
    sret

    // An interrupt of the VMM: every register that C code may overwrite is kept.
user_interrupted:
    ld   t0, VCPU_USER_T0(sp)
    addi sp, sp, -VCPU_GPR(32)
    caller_saved sd
    call host_interrupt
    caller_saved ld
    addi sp, sp, VCPU_GPR(32)
    csrrw sp, sscratch, sp
    sret

unexpected:
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call kernel_panic

    // To the guest: the CSRs that it shares with the host are exchanged, then its registers loaded.
to_guest:
    ld   t0, VCPU_GUEST_SSTATUS(sp)
    ld   t1, VCPU_GUEST_HSTATUS(sp)
    ld   t2, VCPU_GUEST_SCOUNTEREN(sp)
    ld   t3, VCPU_EXIT_VECTOR(sp)
    ld   t4, VCPU_GUEST_SEPC(sp)
    csrrw t0, sstatus, t0
    csrrw t1, hstatus, t1
    csrrw t2, scounteren, t2
    csrrw t3, stvec, t3
    csrw sepc, t4
    sd   t0, VCPU_HOST_SSTATUS(sp)
    sd   t1, VCPU_HOST_HSTATUS(sp)
    sd   t2, VCPU_HOST_SCOUNTEREN(sp)
    sd   t3, VCPU_HOST_STVEC(sp)
    guest_registers ld
    ld   sp, VCPU_GPR(2)(sp)
    sret

    // From the guest, or from the VMM's trap handler, which runs in the guest's place: everything changes sides.
    .balign 4
    .global from_guest
from_guest:
    csrrw sp, sscratch, sp
    guest_registers sd
    csrr t0, sscratch
    sd   t0, VCPU_GPR(2)(sp)
    csrw sscratch, sp
    ld   t0, VCPU_HOST_SSTATUS(sp)
    ld   t1, VCPU_HOST_HSTATUS(sp)
    ld   t2, VCPU_HOST_SCOUNTEREN(sp)
    ld   t3, VCPU_HOST_STVEC(sp)
    csrrw t0, sstatus, t0
    csrrw t1, hstatus, t1
    csrrw t2, scounteren, t2
    csrw stvec, t3
    csrr t4, sepc
    sd   t0, VCPU_GUEST_SSTATUS(sp)
    sd   t1, VCPU_GUEST_HSTATUS(sp)
    sd   t2, VCPU_GUEST_SCOUNTEREN(sp)
    sd   t4, VCPU_GUEST_SEPC(sp)
    mv   a0, sp
    call guest_exit
    beqz a0, to_guest
    j    to_user

    // From the guest when the kernel itself emulates.
    .balign 4
    .global from_guest_in_kernel
from_guest_in_kernel:
    emulated_access sscratch, scause, sepc, stval, htval, htinst, kernel_access, from_guest, UTRAP_INSN_SRET

    .section .bss
    .balign 4096
    .space 4096
    .global vcpu
vcpu:
    .space VCPU_SIZE
