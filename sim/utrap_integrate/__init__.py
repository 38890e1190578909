"""The trap unit in cores that the project did not write: builds them, runs programs on them, compares."""
