// SPDX-License-Identifier: Apache-2.0
// What the firmware starts, and what that finds. The Makefile says which files.

    .section .kernel, "ax"
    .global kernel
kernel:
    .incbin KERNEL_IMAGE
    .section .initrd, "a"
    .incbin INITRD
    .section .device_tree, "a"
    .balign 8
    .global device_tree
device_tree:
    .incbin DEVICE_TREE
