"""Replaying files of records: what must agree, and where their recorder is known to differ."""

from __future__ import annotations

from .replay import Report, chosen, judge, replay

__all__ = ["Report", "chosen", "judge", "replay"]
