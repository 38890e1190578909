"""The cover point of masked writes: what a view hides stays as it was when the view is written."""

from __future__ import annotations

from utrap_testbench.golden import Config, CsrAccess, Irq, Outcome, State, irq_name
from utrap_testbench.golden.isa import bits
from utrap_testbench.golden.rules import IRQ_U, IRQ_VS, Rules

from .axes import Bin, Point
from .views import HIDELEG, MIDELEG, SIDELEG, View, mie

__all__ = ["MaskedWrites", "points"]

_NAME = "masked writes"
_KEPT = ("kept at 0", "kept at 1")
_OWN, _GUEST, _DEBUGGER = "CSR instruction", "guest", "debugger"


def _software(r: Rules, s: State) -> int:
    return s.mip_software | s.hvip


def _views(config: Config) -> list[View]:
    """norm:sie_acc, norm:sip_acc, norm:vsip_vsie_sei, norm:vsip_vsie_ssi, norm:vsip_vsie_lcofi, HU-27"""
    r = config.rules
    by_u = (MIDELEG, SIDELEG) if config.s else (MIDELEG,)
    pending = bits(Irq.SSI, Irq.USI, Irq.UEI) | r.lcofi
    every = [
        View("sie", mie, r.sie, (MIDELEG,)),
        View("sip", _software, r.sie & pending, (MIDELEG,)),
        View("vsie", mie, IRQ_VS | r.kept & r.hideleg, (HIDELEG,)),
        View("vsip", _software, bits(Irq.VSSI) | r.lcofi & r.hideleg, (HIDELEG,)),
        View("uie", mie, IRQ_U, by_u),
        View("uip", _software, bits(Irq.USI), by_u),
    ]
    there = {row.name for row in r.csrs.values()}
    return [view for view in every if view.name in there]


def _is_guests(view: View) -> bool:
    """A guest writes it under another name, and it has the bits of `IRQ_VS` one place lower."""
    return view.name in ("vsie", "vsip")


def _ways(view: View) -> dict[str, str]:
    """The ways to the register, each with the name that the instruction has for it."""
    ways = {_OWN: view.name, _DEBUGGER: view.name}
    return ways | {_GUEST: f"{view.name[1:]} as {view.name}"} if _is_guests(view) else ways


def points(config: Config) -> list[Point]:
    """Every bit of every view, hidden by each register that hides it, by each way to the view, kept at 0 and at 1."""
    bins: dict[Bin, str | None] = {
        (way, name, irq_name(irq), mask, kept): None
        for view in _views(config)
        for way, name in _ways(view).items()
        for irq in range(64)
        for mask, _ in view.masks
        for kept in _KEPT
        if view.bits >> irq & 1 and not (mask == "mideleg" and config.rules.mideleg_read_only_ones >> irq & 1)
    }
    return [Point(_NAME, ("way", "register", "bit", "hidden by", "is"), bins)] if bins else []


class MaskedWrites:
    """Gathers the bits that a write would have changed but for one mask."""

    def __init__(self, config: Config) -> None:
        self._rules = config.rules
        self._views = _views(config)
        address = {row.name: row.address for row in config.rules.csrs.values()}
        self._own = {address[view.name]: number for number, view in enumerate(self._views)}
        self._guest = {
            address[view.name[1:]]: self._own[address[view.name]] for view in self._views if _is_guests(view)
        }
        self.addresses = self._own.keys() | self._guest.keys()
        self._seen = {
            (way, number, mask): [0, 0]
            for number, view in enumerate(self._views)
            for way in _ways(view)
            for mask, _ in view.masks
        }

    def sample(self, state: State, event: CsrAccess, outcome: Outcome) -> None:
        """Take in a write that was allowed."""
        is_guests = state.v and not event.debug
        number = (self._guest if is_guests else self._own).get(event.address)
        if number is None:
            return
        view, written = self._views[number], outcome.written
        if _is_guests(view):
            written = (written << 1 & IRQ_VS) | (written & self._rules.kept)
        way = _GUEST if is_guests else _DEBUGGER if event.debug else _OWN
        behind = view.of(self._rules, state)
        masks = [(name, mask(self._rules, state)) for name, mask in view.masks]
        for name, mask in masks:
            hidden = view.bits & ~mask
            for other, more in masks:
                hidden &= more if other != name else -1
            seen = self._seen[way, number, name]
            seen[0] |= hidden & written & ~behind
            seen[1] |= hidden & behind & ~written

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        found: dict[Bin, int] = {}
        for (way, number, mask), both in self._seen.items():
            name = _ways(self._views[number])[way]
            for kept, seen in zip(_KEPT, both, strict=True):
                found |= {(way, name, irq_name(irq), mask, kept): 1 for irq in range(64) if seen >> irq & 1}
        return {_NAME: found}
