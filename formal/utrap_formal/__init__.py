"""Properties of the trap unit, their proofs, and its equivalence with the golden model."""
