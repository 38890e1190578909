// What the VMM carries with it in the bundled guest's place: nobody executes it.

    .section .rodata
    .global guest_image, guest_image_end
guest_image:
    .ascii "the guest's image"
guest_image_end:
