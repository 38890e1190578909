"""Recorded events, replayed on the model or on the RTL."""
