"""Mistakes that other cores and simulators shipped, put into the unit one at a time."""
