"""The core: instructions, their data path, and what it tells the trap unit."""
