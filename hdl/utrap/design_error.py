"""The error of a design that does not hold together, as one has who edits the hardware: one line, no traceback."""

__all__ = ["DesignError"]


class DesignError(ValueError):
    """Hardware, CSR table and what is said about them do not fit each other; the message names what is wrong."""
