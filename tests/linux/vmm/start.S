// In the kernel's place: a stack, and then C.

    .text
    .globl _start
_start:
    la   sp, stack_end
    call disk_check_main

    .bss
    .balign 16
    .space 8192
stack_end:
