// In the kernel's place: makes each call of SBI that Linux makes, and leaves what it gave in memory for its checks.
// Ends with the number of the first check that failed, or with the firmware's shutdown, which is status 0.

    .macro check number, register, value
    li   t0, \value
    li   s11, \number
    bne  \register, t0, failed
    .endm

    .macro sbi extension, function
    li   a7, \extension
    li   a6, \function
    ecall
    .endm

    .option arch, +h
    .globl _start
_start:
    // The hart's number and the device tree, which begins with its magic number.
    check 1, a0, 0
    lwu  t1, 0(a1)
    check 2, t1, 0xedfe0dd0
    la   t0, trapped
    csrw stvec, t0

    // Base: version 1.0, an implementation, what is there and what is not.
    sbi  0x10, 0
    check 3, a0, 0
    check 4, a1, 0x01000000
    li   a0, 0x54494d45
    sbi  0x10, 3
    check 5, a1, 1
    li   a0, 0x48534d
    sbi  0x10, 3
    check 6, a1, 0
    sbi  0x10, 6
    check 7, a0, 0
    sbi  0x10, 7
    check 8, a0, -2
    sbi  0x48534d, 0
    check 9, a0, -2

    // Every other register is kept.
    li   s2, 0x123
    li   t6, 0x456
    li   a5, 0x789
    sbi  0x10, 0
    check 10, s2, 0x123
    check 11, t6, 0x456
    check 12, a5, 0x789

    // The timer: due at once, it is pending; set far ahead, it is not.
    li   a0, 0
    sbi  0x54494d45, 0
    check 13, a0, 0
1:  csrr t1, sip
    andi t1, t1, 32
    beqz t1, 1b
    li   a0, -1
    sbi  0x54494d45, 0
    csrr t1, sip
    andi t1, t1, 32
    check 14, t1, 0
    li   a0, -1
    sbi  0, 0
    check 15, a0, 0
    // It interrupts, and is delegated.
    li   t1, 32
    csrw sie, t1
    rdtime a0
    addi a0, a0, 200
    sbi  0x54494d45, 0
    csrsi sstatus, 2
2:  beqz s10, 2b
    li   t1, -1
    srli t1, t1, 1
    and  t1, s10, t1
    check 16, t1, 5

    // The fences, and an interrupt of the other kind from oneself.
    li   s9, 0
3:  li   a0, 1
    li   a1, 0
    mv   a6, s9
    li   a7, 0x52464e43
    ecall
    check 17, a0, 0
    addi s9, s9, 1
    li   t0, 7
    bne  s9, t0, 3b
    sbi  0x52464e43, 7
    check 18, a0, -2
    li   a0, 1
    sbi  0x735049, 0
    check 19, a0, 0
    csrr t1, sip
    andi t1, t1, 2
    check 20, t1, 2
    csrci sip, 2

    // The console: what comes in goes out.
4:  sbi  2, 0
    bltz a0, 4b
    sbi  1, 0
    check 21, a0, 0

    // What HS handles by itself: an illegal instruction, a misaligned load where it traps.
    li   s10, 0
    csrr t1, mhartid
    check 22, s10, 2
    li   s10, 0
    la   t1, _start
    lw   t2, 1(t1)
    beqz s10, 7f // QEMU makes it
    check 23, s10, 4
7:

    // The end: an unknown one is refused.
    li   a0, 9
    li   a1, 0
    sbi  0x53525354, 0
    check 24, a0, -3
    li   a0, 0
    li   a1, 0
    sbi  0x53525354, 0
failed:
    li   t0, 0x100000
    slli s11, s11, 16
    li   t1, 0x3333
    or   t1, t1, s11
    sw   t1, 0(t0)
5:  j    5b

    .balign 4
trapped:
    csrr s10, scause
    bltz s10, 6f
    csrr t5, sepc
    addi t5, t5, 4
    csrw sepc, t5
    sret
6:  csrw sie, zero
    sret
