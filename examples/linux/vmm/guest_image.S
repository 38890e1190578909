// SPDX-License-Identifier: Apache-2.0
// The bundled guest, which the VMM carries with it.

    .section .rodata
    .balign 4096
    .global guest_image, guest_image_end
guest_image:
    .incbin GUEST_IMAGE
guest_image_end:
