"""The platform's devices, at the addresses where QEMU's `virt` has them."""
