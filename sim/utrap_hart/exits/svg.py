"""Figures that become SVG files: the same bytes for the same figures, legible on light and on dark."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape

from utrap_testbench.golden import Mode

__all__ = ["FAINT", "INK", "MODE_INK", "SOFT", "figure", "finish"]

#: Colours by what they are for, on light; `_DARK` has the same on dark.
INK, SOFT, FAINT = "#1d2430", "#5d6878", "#c9d1dc"
MODE_INK = {Mode.M: "#b03060", Mode.S: "#9c5c00", Mode.U: "#1f7f55"}
_DARK = {
    INK: "#e8ecf2",
    SOFT: "#9aa6b6",
    FAINT: "#3a4454",
    MODE_INK[Mode.M]: "#f080a8",
    MODE_INK[Mode.S]: "#f0b050",
    MODE_INK[Mode.U]: "#5fcf9a",
}
_FONT = "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Arial, sans-serif"
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "utrap",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the layout is the same everywhere
    "font.size": 9.5,
    "axes.titlesize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "path.simplify": False,
}
_COLOUR = re.compile(r"\b(fill|stroke): (#[0-9a-f]{6})(; )?")


def figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure of a size in inches, and its axes.

    Raises:
        ModuleNotFoundError: Without matplotlib; the command line says how to install it.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_SETTINGS):
        made = Figure(figsize=(width, height), layout="constrained")
        return made, made.add_subplot()


def finish(made: Any, description: str) -> str:
    """The figure as a whole SVG file, with a description for those who do not see it."""
    import matplotlib

    stream = StringIO()
    with matplotlib.rc_context(_SETTINGS):
        made.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = _in_both_lights(stream.getvalue())
    return re.sub(r"(<svg [^>]*>)", rf"\1\n <title>{escape(description)}</title>", text, count=1)


def _in_both_lights(text: str) -> str:
    """Colours become attributes, which a style sheet for dark pages outranks."""
    text = re.sub(r'style="([^"]*)"', lambda match: _attributes(match[1]), text)
    rules = "\n".join(
        f'  [{what}="{light}"] {{ {what}: {dark} }}' for light, dark in _DARK.items() for what in ("fill", "stroke")
    )
    sheet = (
        f"<style>\n text {{ font-family: {_FONT} }}\n @media (prefers-color-scheme: dark) {{\n{rules}\n }}\n</style>"
    )
    return text.replace("</svg>", f"{sheet}\n</svg>")


def _attributes(style: str) -> str:
    colours = [f'{match[1]}="{match[2]}"' for match in _COLOUR.finditer(style)]
    rest = _COLOUR.sub("", style).strip("; ")
    return " ".join([*colours, *([f'style="{rest}"'] if rest else [])])
