"""A timeline as files: a picture, a page, and JSON for programs."""

from __future__ import annotations

from .document import document_text
from .page import html
from .picture import svg
from .timeline import Timeline

__all__ = ["timeline_files"]


def timeline_files(timeline: Timeline, name: str) -> dict[str, bytes]:
    """What the files `name`.svg, .html and .json hold."""
    texts = {"svg": svg(timeline), "html": html(timeline), "json": document_text(timeline)}
    return {f"{name}.{suffix}": text.encode() for suffix, text in texts.items()}
