"""The cover point of lines beside software's bits: what a line alone makes pending is read, and never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Irq, State, irq_name
from utrap_testbench.golden.rules import Rules
from utrap_testbench.golden.views import hideleg, u_delegated

from .axes import Axes, Bin, Point

__all__ = ["Levels", "points"]

_NAME = "lines beside software"
_BY = {CsrOp.READ: "read", CsrOp.WRITE: "CSRRW of 0", CsrOp.SET: "CSRRS of others", CsrOp.CLEAR: "CSRRC of others"}
_IRQS = (Irq.SEI, Irq.UEI, Irq.VSEI)
_OPS = tuple(_BY)


@dataclass(frozen=True)
class _Shows:
    """Which of the interrupts a register shows.

    Attributes:
        name: The register.
        irqs: The interrupts, where the hart has their lines.
        mask: What lets it show them.
        lower: How many places lower they are there.
    """

    name: str
    irqs: tuple[Irq, ...]
    mask: Callable[[Rules, State], int]
    lower: int = 0


#: norm:mip_seip_rdcsr, norm:mip_seip_wrcsr, norm:sip_sie, norm:hip_vseip_vseie_op, norm:vsip_vsie_sei, HU-27
_REGISTERS = (
    _Shows("mip", _IRQS, lambda r, s: -1),
    _Shows("sip", (Irq.SEI, Irq.UEI), lambda r, s: s.mideleg),
    _Shows("uip", (Irq.UEI,), u_delegated),
    _Shows("hip", (Irq.VSEI,), lambda r, s: -1),
    _Shows("hvip", (Irq.VSEI,), lambda r, s: -1),
    _Shows("vsip", (Irq.VSEI,), hideleg, 1),
)


def _has(config: Config, irq: Irq) -> bool:
    return {Irq.SEI: config.s, Irq.UEI: config.n}.get(irq, config.geilen > 0)


def points(config: Config) -> list[Point]:
    """Every register that shows such an interrupt, or keeps software's bit of it, by every kind of access."""
    there = {row.name for row in config.rules.csrs.values()}
    found = [
        Axes(_NAME, "register x bit x by", [[shows.name], [irq_name(irq)], [*_BY.values()]], lambda c, *key: None)
        for shows in _REGISTERS
        if shows.name in there
        for irq in shows.irqs
        if _has(config, irq)
    ]
    bins = {key: rule for axes in found for key, rule in axes.point(config).bins.items()}
    return [Point(_NAME, ("register", "bit", "by"), bins)] if bins else []


class Levels:
    """Gathers accesses while a line alone makes an interrupt pending."""

    def __init__(self, config: Config) -> None:
        self._rules = config.rules
        address = {row.name: row.address for row in config.rules.csrs.values()}
        self._at = {address[shows.name]: shows for shows in _REGISTERS if shows.name in address}
        self.addresses = self._at.keys()
        self._seen: set[tuple[int, Irq, CsrOp]] = set()

    def sample(self, state: State, event: CsrAccess) -> None:
        """Take in an access that was allowed, and was not to another register in a guest."""
        shows = self._at.get(event.address)
        if shows is None:
            return
        for irq in shows.irqs:
            bit = 1 << irq
            is_named = event.op is not CsrOp.READ and event.wdata << shows.lower & bit
            is_stored = (state.mip_software | state.hvip) & bit
            if self._line(state, irq) and not is_stored and not is_named and shows.mask(self._rules, state) & bit:
                self._seen.add((event.address, irq, event.op))

    def _line(self, state: State, irq: Irq) -> int:
        if irq is Irq.VSEI:
            return state.hgeip >> state.hstatus_vgein & 1
        return state.line_seip if irq is Irq.SEI else state.line_ueip

    def hits(self) -> dict[str, dict[Bin, int]]:
        """By cover point."""
        found = product([*self._at], _IRQS, _OPS)
        return {_NAME: {(self._at[a].name, irq_name(i), _BY[op]): 1 for a, i, op in found if (a, i, op) in self._seen}}
