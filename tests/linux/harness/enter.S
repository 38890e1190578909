// Into the guest or its handler, and out again: what KVM's __kvm_riscv_switch_to does, in a program without translation.

    .option arch, +h
    .equ CONTEXT_SEPC, 256
    .equ CONTEXT_SSTATUS, 264
    .equ CONTEXT_HSTATUS, 272

    .text
    .globl _start
_start:
    la   sp, harness_stack_top
    la   t0, harness_trap
    csrw stvec, t0
    csrw sscratch, zero
    call harness_main

    // (context): until the next trap; the trap's cause is in scause.
    .globl harness_enter
harness_enter:
    addi sp, sp, -128
    sd   ra, 0(sp)
    sd   x3, 8(sp)
    sd   x4, 16(sp)
    sd   x8, 24(sp)
    sd   x9, 32(sp)
    sd   x18, 40(sp)
    sd   x19, 48(sp)
    sd   x20, 56(sp)
    sd   x21, 64(sp)
    sd   x22, 72(sp)
    sd   x23, 80(sp)
    sd   x24, 88(sp)
    sd   x25, 96(sp)
    sd   x26, 104(sp)
    sd   x27, 112(sp)
    la   t0, host_sp
    sd   sp, 0(t0)
    csrw sscratch, a0
    ld   t0, CONTEXT_SEPC(a0)
    csrw sepc, t0
    ld   t0, CONTEXT_SSTATUS(a0)
    csrw sstatus, t0
    ld   t0, CONTEXT_HSTATUS(a0)
    csrw hstatus, t0
    mv   t6, a0
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    ld   x\number, 8 * \number(t6)
    .endr
    ld   t6, 248(t6)
    sret

    // sscratch is the context while a guest or its handler runs, 0 in the harness, whose own traps skip what trapped.
    .balign 4
harness_trap:
    csrrw t6, sscratch, t6
    beqz t6, 1f
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    sd   x\number, 8 * \number(t6)
    .endr
    csrrw t0, sscratch, zero
    sd   t0, 248(t6)
    csrr t0, sepc
    sd   t0, CONTEXT_SEPC(t6)
    csrr t0, sstatus
    sd   t0, CONTEXT_SSTATUS(t6)
    csrr t0, hstatus
    sd   t0, CONTEXT_HSTATUS(t6)
    la   sp, host_sp
    ld   sp, 0(sp)
    ld   ra, 0(sp)
    ld   x3, 8(sp)
    ld   x4, 16(sp)
    ld   x8, 24(sp)
    ld   x9, 32(sp)
    ld   x18, 40(sp)
    ld   x19, 48(sp)
    ld   x20, 56(sp)
    ld   x21, 64(sp)
    ld   x22, 72(sp)
    ld   x23, 80(sp)
    ld   x24, 88(sp)
    ld   x25, 96(sp)
    ld   x26, 104(sp)
    ld   x27, 112(sp)
    addi sp, sp, 128
    ret
1:  // The module's question whether hudcfg exists: to its fixup.
    la   t6, fixup_table
    ld   t6, 8(t6)
    csrw sepc, t6
    csrrw t6, sscratch, zero
    sret

    .bss
    .balign 16
    .globl harness_stack, harness_stack_top
harness_stack:
host_sp:
    .space 16
    .space 8192
harness_stack_top:
