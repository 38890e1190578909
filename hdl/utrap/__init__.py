"""The trap unit in Amaranth, and what writes it out."""

__version__ = "0.1.0"
