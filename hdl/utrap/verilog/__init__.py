"""Netlists as Verilog that a person can read: the printer."""
