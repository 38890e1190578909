"""States that a recorder holds and ours cannot: the registers whose width is a choice (warl:mtval2, warl:mtinst)."""

from __future__ import annotations

from utrap_testbench.golden import Config

from .record import Record


def narrow(config: Config, record: Record) -> None:
    """Take from `pre` what ours cannot hold, and name the deviation; what follows is compared as ever."""
    r = config.rules
    widths = {
        "mtval2": ("tval2_width", r.mtval2), "htval": ("tval2_width", r.tval2),
        "mtinst": ("tinst_width", r.tinst), "htinst": ("tinst_width", r.tinst),
    }  # fmt: skip
    for name, (deviation, mask) in widths.items():
        if record.pre.get(name, 0) & ~mask:
            record.pre[name] &= mask
            record.narrowed = tuple(dict.fromkeys((*record.narrowed, deviation)))
