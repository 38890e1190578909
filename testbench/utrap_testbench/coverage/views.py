"""The cover point of views: what a register shows of another, and what delegation keeps it from showing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from utrap_testbench.golden import Cause, Config, State, irq_name
from utrap_testbench.golden.rules import IRQ_U, IRQ_VS, Rules
from utrap_testbench.golden.views import hideleg, mip

from .axes import Bin, Point

__all__ = ["HIDELEG", "MIDELEG", "SIDELEG", "View", "Views", "mie", "points"]

_NAME = "views"
_SHOWN = "shown"


@dataclass(frozen=True)
class View:
    """A register that shows bits of another one, or writes them.

    Attributes:
        name: The register that is accessed.
        of: What is behind it.
        bits: Those that it may show, or change.
        masks: By which register they are masked, in this order.
    """

    name: str
    of: Callable[[Rules, State], int]
    bits: int
    masks: tuple[tuple[str, Callable[[Rules, State], int]], ...]


def mie(r: Rules, s: State) -> int:
    """Every enable."""
    return s.mie


MIDELEG = ("mideleg", lambda r, s: s.mideleg)
HIDELEG = ("hideleg", hideleg)
SIDELEG = ("sideleg", lambda r, s: s.sideleg)
_MEDELEG = ("medeleg", lambda r, s: s.medeleg)


def _views(config: Config) -> list[View]:
    """norm:sip_sie, norm:vsip_vsie_sei, HU-9, HU-24, HU-27, norm:mideleg_hroz"""
    r = config.rules
    by_u = (MIDELEG, SIDELEG) if config.s else (MIDELEG,)
    guests = IRQ_VS | r.kept & r.hideleg
    every = [
        View("sie", mie, r.sie, (MIDELEG,)),
        View("sip", mip, r.sie, (MIDELEG,)),
        View("vsie", mie, guests, (HIDELEG,)),
        View("vsip", mip, guests, (HIDELEG,)),
        View("uie", mie, IRQ_U, by_u),
        View("uip", mip, IRQ_U, by_u),
        View("hideleg", lambda r, s: s.hideleg, r.hideleg, (MIDELEG,)),
        View("sideleg", lambda r, s: s.sideleg, r.sideleg, (MIDELEG,)),
        View("sedeleg", lambda r, s: s.sedeleg, r.sedeleg, (_MEDELEG,)),
    ]
    there = {row.name for row in r.csrs.values()}
    return [view for view in every if view.name in there and view.bits]


def _always_one(config: Config, mask: str) -> int:
    """The bits that no state has at 0."""
    return config.rules.mideleg_read_only_ones if mask == "mideleg" else 0


def _bit(view: View, number: int) -> str:
    return Cause(number).name if view.name == "sedeleg" else irq_name(number)


def points(config: Config) -> list[Point]:
    """Every bit of every view, shown and hidden."""
    bins: dict[Bin, str | None] = {}
    for view in _views(config):
        for number in range(64):
            if view.bits >> number & 1:
                bins[view.name, _bit(view, number), _SHOWN] = None
                for mask, _ in view.masks:
                    if not _always_one(config, mask) >> number & 1:
                        bins[view.name, _bit(view, number), f"hidden by {mask}"] = None
    return [Point(_NAME, ("register", "bit", "is"), bins)] if bins else []


class Views:
    """Gathers the bits that were 1 behind a view when it was read, by what became of them."""

    def __init__(self, config: Config) -> None:
        self._rules = config.rules
        self._views = _views(config)
        address = {row.name: row.address for row in config.rules.csrs.values()}
        self._at = {address[view.name]: number for number, view in enumerate(self._views)}
        self.addresses = self._at.keys()
        self._seen = [[0] * (1 + len(view.masks)) for view in self._views]

    def sample(self, state: State, address: int) -> None:
        """Take in an access that was allowed, and was not to another register in a guest."""
        number = self._at.get(address)
        if number is None:
            return
        view, seen = self._views[number], self._seen[number]
        there = view.of(self._rules, state) & view.bits
        shown = there
        masks = [mask(self._rules, state) for _, mask in view.masks]
        for mask in masks:
            shown &= mask
        seen[0] |= shown
        for place, mask in enumerate(masks, 1):
            # Hidden by this one alone.
            others = there
            for other in masks:
                others &= other if other is not mask else -1
            seen[place] |= others & ~mask

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        found: dict[Bin, int] = {}
        for view, seen in zip(self._views, self._seen, strict=True):
            words = (_SHOWN, *(f"hidden by {mask}" for mask, _ in view.masks))
            for word, bits in zip(words, seen, strict=True):
                found |= {(view.name, _bit(view, number), word): 1 for number in range(64) if bits >> number & 1}
        return {_NAME: found}
