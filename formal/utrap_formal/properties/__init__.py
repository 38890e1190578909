"""Theorems about the trap unit, in the manual's words: a condition and what follows from it, proved by SymbiYosys."""
