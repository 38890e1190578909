"""Makers of rows, and of the fields that registers of several privilege levels have."""
