"""The oracles that we did not write: Spike's records and QEMU, and where each is known to differ."""
