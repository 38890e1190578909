"""Linux with its own KVM on the hart: what it boots from, and what its accesses cost."""
