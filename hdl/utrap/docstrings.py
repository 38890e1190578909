"""Lists in docstrings: what a signature or a class says about each of its members."""

from __future__ import annotations

import inspect
import re

__all__ = ["split"]


def split(documented: object, heading: str) -> tuple[str, dict[str, str]]:
    """Return the paragraphs of a docstring before a heading, and what stands under it about each name.

    Args:
        documented: What has the docstring.
        heading: The line above the list, without its colon.
    """
    prose, _, listing = (inspect.getdoc(documented) or "").partition(f"\n{heading}:\n")
    members: dict[str, str] = {}
    for entry in re.findall(r"^    (\S.*(?:\n     +\S.*)*)", listing.partition("\n\n")[0], re.MULTILINE):
        names, _, text = " ".join(entry.split()).partition(": ")
        members |= dict.fromkeys(names.split(", "), text)
    return prose, members
