"""A small RV64 hart around the trap unit, and what runs programs on it."""
