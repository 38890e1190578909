"""Cover points of interrupts that the mode masks, pending and enabled beside one that it takes."""

from __future__ import annotations

from collections import Counter
from itertools import product

from utrap_testbench.golden import Config, Mode, State, irq_name
from utrap_testbench.golden.interrupts import TARGETS, by_target

from .axes import Bin, Point

__all__ = ["Rivals", "is_open", "may_be_for", "points"]

_TARGET = [Mode(target.mode) for target in TARGETS]
_FIRST, _LAST = "before it by number", "after it by number"


def may_be_for(config: Config, irq: int) -> list[Mode]:
    """The modes to which the interrupt can be delegated, or left."""
    rules = config.rules
    found = [] if rules.mideleg_read_only_ones >> irq & 1 else [Mode.M]
    if (rules.mideleg | rules.mideleg_read_only_ones) >> irq & 1:
        found += [Mode.S] * config.s
        found += [Mode.VS] * (rules.hideleg >> irq & 1)
        found += [Mode.U] * ((rules.sideleg if config.s else rules.mideleg) >> irq & 1)
    return found


def is_open(config: Config, came: Mode, to: Mode) -> bool:
    """Whether interrupts for a mode can be taken in another, in some state."""
    if to is Mode.M:
        return True
    if to is Mode.S:
        return came is not Mode.M
    if to is Mode.VS:
        return came >= Mode.VU
    return came is Mode.U or (came >= Mode.VU and config.shudeleg)


def _can_be_shut(came: Mode, to: Mode) -> bool:
    """Whether interrupts for a mode can wait in another: M's and S's never below them, VS's never in VU."""
    if to is Mode.M:
        return came is Mode.M
    if to is Mode.S:
        return came in (Mode.M, Mode.S)
    return to is Mode.U or came is not Mode.VU


def points(config: Config, modes: list[str]) -> list[Point]:
    """Who waits beside whom in which mode, and every interrupt as the one that waits."""
    rules = config.rules
    order = [irq for irq in rules.priority if (rules.mie | rules.sgei) >> irq & 1]
    owners = {irq: may_be_for(config, irq) for irq in order}
    there = [target for target in _TARGET if any(target in some for some in owners.values())]
    beside: dict[Bin, str | None] = {}
    for came, to, rival, place in product([Mode[name] for name in modes], there, there, (_FIRST, _LAST)):
        beside[came.name, to.name, rival.name, place] = _why_not(config, owners, (came, to, rival), place)
    waiting: dict[Bin, str | None] = {}
    for irq, rival in product(order, there):
        can_wait = rival in owners[irq] and any(
            beside[came, to.name, rival.name, place] is None
            and any(other != irq and to in owners[other] and _place(order, other, irq) == place for other in order)
            for came, to, place in product(modes, there, (_FIRST, _LAST))
        )
        waiting[irq_name(irq), rival.name] = None if can_wait else "norm:trap_del_intr_priv_lvl"
    return [
        Point("masked rivals", ("in", "taken for", "waiting for", "which is"), beside),
        Point("masked interrupts", ("interrupt", "waiting for"), waiting),
    ]


def _why_not(config: Config, owners: dict[int, list[Mode]], who: tuple[Mode, Mode, Mode], place: str) -> str | None:
    """norm:trap_del_intr_priv_lvl, norm:hideleg_op, HU-25: can the one be taken while the other waits?"""
    came, to, rival = who
    if to is rival:
        return "norm:intr_mip_mie_op: one gate for both"
    if not is_open(config, came, to):
        return {Mode.VS: "norm:hideleg_op", Mode.U: "HU-25"}.get(to, "norm:trap_del_intr_priv_lvl")
    if not _can_be_shut(came, rival):
        return {Mode.VS: "norm:hideleg_op", Mode.U: "HU-25"}.get(rival, "norm:hideleg_hs")
    order = list(owners)
    for irq, other in product(order, order):
        if irq != other and to in owners[irq] and rival in owners[other] and _place(order, irq, other) == place:
            return None
    return "norm:hsint_priority: none of their interrupts is so"


def _place(order: list[int], taken: int, waiting: int) -> str:
    return _FIRST if order.index(waiting) < order.index(taken) else _LAST


class Rivals:
    """Counts by mode, interrupt taken, and the interrupts that wait for each of the modes."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._seen: Counter[tuple[int, int, int, tuple[int, ...]]] = Counter()

    def sample(self, state: State, mode: int, to: int, irq: int, ready: int) -> None:
        """Count an interrupt that was taken with others ready: pending and locally enabled."""
        waiting = by_target(self._config.rules, state, ready)
        shut = tuple(
            0 if candidates and target.gate(state).is_open else candidates
            for target, candidates in zip(TARGETS, waiting, strict=True)
        )
        if any(shut):
            self._seen[mode, to, irq, shut] += 1

    def hits(self) -> dict[str, dict[Bin, int]]:
        """What was counted, by cover point."""
        rank = {irq: number for number, irq in enumerate(self._config.rules.priority)}
        beside: Counter[Bin] = Counter()
        interrupts: Counter[Bin] = Counter()
        for (mode, to, taken, shut), count in self._seen.items():
            for rival, candidates in zip(_TARGET, shut, strict=True):
                for irq in rank:
                    if candidates >> irq & 1:
                        place = _FIRST if rank[irq] < rank[taken] else _LAST
                        beside[Mode(mode).name, Mode(to).name, rival.name, place] += count
                        interrupts[irq_name(irq), rival.name] += count
        return {"masked rivals": beside, "masked interrupts": interrupts}
