"""Every key of `--set`: what it means, what it may be, what it is in each profile, and what it costs."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from utrap.config import PRESETS, PROFILES, Config, as_setting
from utrap.docstrings import split
from utrap.form import FORMS, Form
from utrap.limits import BASES, CHOICES, LETTERS, RANGES, WORDS, mode_lists, range_in_words

__all__ = ["COSTS", "Cost", "Knob", "knobs"]

#: The file with the costs, which `benchmarks/knobs.py` measures.
COSTS = "knob_costs.json"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one change of a knob costs on RV64.

    Attributes:
        change: The key and the value, with all else that is changed for both sides in front of it.
        of: The profile that is changed.
        flip_flops: More flip-flops.
        luts: More six-input LUTs, mapped for area.
    """

    change: str
    of: str
    flip_flops: int
    luts: int

    @property
    def text(self) -> str:
        """The cost in a few words."""
        return f"{self.change} on {self.of}: {self.flip_flops:+,} flip-flops, {self.luts:+,} LUTs"


@dataclass(frozen=True, kw_only=True)
class Knob:
    """One key.

    Attributes:
        key: Its name.
        text: What it means, and what it needs.
        cost: What it costs; None where the hardware is the same.
    """

    key: str
    text: str
    cost: Cost | None

    def values(self, xlen: int) -> str:
        """What it may be."""
        if self.key in FORMS:
            return ", ".join(map(as_setting, FORMS[self.key]))
        words = "".join(f", {word}" for word in WORDS.get(self.key, ()))
        if self.key in RANGES:
            return f"{range_in_words(*RANGES[self.key](xlen))}{words}"
        if self.key in CHOICES:
            return ", ".join(map(str, CHOICES[self.key]))
        if self.key in ("satp_modes", "hgatp_modes"):
            first = ("bare",)
            lists = dict.fromkeys((first, *mode_lists(self.key, xlen)))
            return "; ".join(",".join(modes) for modes in lists)
        if self.key == "isa":
            return f"{' or '.join(BASES)}, then letters of {LETTERS}"
        return "true, false"

    def default(self, profile: str, xlen: int) -> str:
        """What it is where nobody sets it."""
        if self.key in FORMS:
            return as_setting(FORMS[self.key][0])
        return as_setting(getattr(Config.profile(profile, xlen), self.key))

    def defaults(self) -> str:
        """What it is in every profile: the commonest value, and those that have another."""
        names = [(name, 64) for name in (*PROFILES, *PRESETS)]
        values = {name: self.default(name, xlen) for name, xlen in names}
        narrow = self.default("full", 32)
        usual = values["full"]
        others: dict[str, list[str]] = {}
        for name, value in values.items():
            if value != usual:
                others.setdefault(value, []).append(name)
        said = [usual, *(f"{', '.join(members)}: {value}" for value, members in others.items())]
        return "; ".join([*said, *([f"RV32: {narrow}"] if narrow != usual else [])])


@cache
def knobs() -> tuple[Knob, ...]:
    """Return every key, in the order of the configuration's fields and then of the form's."""
    costs = {key: Cost(**cost) for key, cost in _costs().items()}
    texts = split(Config, "Attributes")[1] | split(Form, "Attributes")[1]
    names = [field.name for field in fields(Config) if field.name != "xlen"]
    return tuple(Knob(key=name, text=texts[name], cost=costs.get(name)) for name in (*names, *FORMS))


def _costs() -> dict[str, dict[str, Any]]:
    measured = files("utrap") / COSTS
    found: dict[str, dict[str, Any]] = json.loads(measured.read_text(encoding="utf-8"))
    return found
