"""Regressions: random and directed sequences on the Verilog, every cycle against the golden model."""
