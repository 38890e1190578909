"""The monitor: what the bench saw in one cycle, as one number to compare, or field by field."""

from __future__ import annotations

from utrap_testbench.boundary import Layout

__all__ = ["Monitor"]


class Monitor:
    """Reads the vector that the bench shows.

    Args:
        layout: What the bench sees: the answer, interrupt, extension, legality, hart and trace
            ports in the cycle, and the state that the cycle began with.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def value(self, text: str) -> int | None:
        """The whole vector; None where a bit is unknown."""
        try:
            return int(text, 16)
        except ValueError:
            return None

    def fields(self, text: str) -> dict[str, int | None]:
        """Every field; None where a bit of it is unknown."""
        fields: dict[str, int | None] = {}
        for field in self.layout.fields:
            low, length = self.layout.offset[field.name] // 4, -(-field.width // 4)
            digits = text[len(text) - low - length : len(text) - low]
            try:
                fields[field.name] = int(digits, 16)
            except ValueError:
                fields[field.name] = None
        return fields
