"""Counts the bins that a run hits; nothing but sums, so that it costs little in every cycle."""

from __future__ import annotations

from collections import Counter, defaultdict

from utrap_testbench.env import Expected
from utrap_testbench.golden import (
    Config,
    CsrAccess,
    CsrOp,
    Event,
    Mode,
    Outcome,
    Retire,
    State,
    TakeException,
    TrapReturn,
    irq_name,
)
from utrap_testbench.golden.interrupts import TARGETS, by_target
from utrap_testbench.golden.isa import Irq, ones
from utrap_testbench.golden.route import guest_page, matches
from utrap_testbench.golden.views import hideleg, mip, sideleg

from . import (
    addresses,
    causes,
    debugging,
    judges,
    levels,
    masked,
    numbers,
    pointers,
    rivals,
    status,
    traps,
    unexpected,
    views,
    writes,
)
from .access import DEBUGGERS, VERDICTS, address_class, ungated_class
from .axes import Bin
from .traps import CAUSES

__all__ = ["Collector", "Hits"]

#: point -> bin -> how often.
Hits = dict[str, dict[Bin, int]]
_MODE = {mode.value: mode.name for mode in Mode}
_IRQ = {irq: irq_name(irq) for irq in range(64)}


class Collector:
    """Collects hits for one hart."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._hits: Hits = defaultdict(lambda: defaultdict(int))
        self._statuses, self._rivals = status.Statuses(config), rivals.Rivals(config)
        self._changes, self._numbers = writes.Changes(config), numbers.Numbers(config)
        self._views, self._masked = views.Views(config), masked.MaskedWrites(config)
        self._levels, self._undelegated = levels.Levels(config), causes.Undelegated(config)
        self._pointers, self._traps = pointers.Pointers(config), traps.Traps(config)
        self._addresses = addresses.Addresses(config)
        self._lines, self._orders, self._judged = numbers.Lines(config), numbers.Orders(config), judges.Judged(config)
        self._pending = {
            number for number, row in config.rules.csrs.items() if row.name in ("mip", "sip", "hip", "vsip")
        }
        self._delegated = self._views.addresses | self._masked.addresses | self._levels.addresses | self._pending
        # By address, whether there is such a CSR outside, whether it is written, mode and verdict: named at the end.
        self._accesses: Counter[tuple[int, int, bool, int, int]] = Counter()
        self._double_or_rnmi = config.ssdbltrp or config.smdbltrp or config.smrnmi

    @property
    def hits(self) -> Hits:
        """What was hit so far: point -> bin -> how often, of some points 1."""
        gathered = (
            self._statuses, self._rivals, self._changes, self._numbers, self._lines, self._orders, self._judged,
            self._views, self._masked, self._levels, self._undelegated, self._pointers, self._traps,
            self._addresses,
        )  # fmt: skip
        found = {point: dict(bins) for point, bins in self._hits.items()} | self._accessed()
        for one in gathered:
            found |= {point: dict(bins) for point, bins in one.hits().items() if bins}
        return found

    def sample(self, expected: Expected) -> None:
        """Count what happened in a cycle."""
        state, outcome, event = expected.before, expected.outcome, expected.cycle.event
        if expected.cycle.reset:
            self._hits["reset"][(_MODE[outcome.from_mode],)] += 1
            return
        if self.config.sdext:
            debugging.sample(self._hits, self.config, state, event, outcome)
        if self._double_or_rnmi:
            unexpected.sample(self._hits, self.config, state, event, outcome)
        if state.critical and not state.debug:
            return  # the hart has stopped, and the event is none
        if self.config.sscofpmf:
            self._request(state, event, outcome)
        if isinstance(event, Retire):
            self._pointers.sample(state)
        elif isinstance(event, CsrAccess):
            if not outcome.fault:
                if event.op is not CsrOp.READ:
                    self._changes.sample(event, outcome, expected.after)
                    if event.debug or not state.v:  # a guest's may be to another CSR
                        self._numbers.sample(event, outcome)
                        self._addresses.write(event, outcome)
                if event.address in self._delegated:
                    self._view(state, event, outcome)
            if event.debug:
                if event.address not in self.config.rules.csrs:
                    self._debuggers(event, outcome)
            else:
                is_write = event.op is not CsrOp.READ
                self._accesses[event.address, event.ext_exists, is_write, outcome.from_mode, outcome.fault] += 1
                self._judged.sample(state, event, outcome.from_mode)
                if self.config.sstc and event.address in self._pending and not outcome.fault:
                    self._timers(state)
        elif isinstance(event, TrapReturn):
            to = "fault" if outcome.fault else _MODE[outcome.to_mode]
            self._hits["returns"][event.insn.value, _MODE[outcome.from_mode], to] += 1
            if not state.debug:
                self._statuses.sample(state, event.insn, outcome.from_mode)
        elif outcome.trap and not (outcome.double or outcome.rnmi):
            self._traps.trap(state, outcome)
            self._addresses.trap(outcome)
            if isinstance(event, TakeException):
                if outcome.from_mode != Mode.M:
                    self._undelegated.sample(state, event)
                if self._traps.exception(state, event, outcome):
                    self._window(state, event, CAUSES[event.cause])
            else:
                self._interrupt(state, outcome)

    def _accessed(self) -> Hits:
        classes: Counter[Bin] = Counter()
        blocks: Counter[Bin] = Counter()
        for (address, exists, is_write, mode, fault), count in self._accesses.items():
            name, kind = address_class(self.config, address, exists), "write" if is_write else "read"
            classes[name, _MODE[mode], kind, VERDICTS[fault]] += count
            blocks[f"{address & ~15:#05x}", _MODE[mode]] += count
        return {"CSR access": classes, "addresses": blocks} if classes else {}

    def _view(self, state: State, event: CsrAccess, outcome: Outcome) -> None:
        """An access to what delegation or lines are seen in."""
        if event.op is not CsrOp.READ:
            self._masked.sample(state, event, outcome)
        if event.debug or not state.v:
            self._views.sample(state, event.address)
            self._levels.sample(state, event)
        if event.address in self._pending:
            self._lines.sample(state)

    def _debuggers(self, event: CsrAccess, outcome: Outcome) -> None:
        kind = "read" if event.op is CsrOp.READ else "write"
        name = ungated_class(self.config, event.address, event.ext_exists)
        self._hits[DEBUGGERS][name, _MODE[outcome.from_mode], kind, VERDICTS[outcome.fault]] += 1

    def _request(self, state: State, event: Event, outcome: Outcome) -> None:
        """What is committed beside a counter's request or without one, and what scountovf shows."""
        if isinstance(event, CsrAccess):
            if outcome.fault:
                return
            name = self.config.rules.csrs[event.address].name if event.address in self.config.rules.csrs else ""
            if name == "scountovf" and not event.debug:
                self._shown(state, outcome)
            if event.op is CsrOp.READ or name not in ("mip", "sip", "vsip"):
                return
            is_guests = name == "sip" and state.v and not event.debug
            what = f"{'vsip' if is_guests else name} written"
        elif isinstance(event, TrapReturn):
            what = "return"
        else:
            what = ("interrupt" if outcome.is_interrupt else "exception") if outcome.trap else "no event"
        pending = str(state.mip_software >> Irq.LCOFI & 1)
        self._hits["counter requests"][what, pending, str(state.lcofi_request)] += 1

    def _shown(self, state: State, outcome: Outcome) -> None:
        there = state.counter_overflow & ones(32) & ~7
        if there:
            shown = "none" if outcome.rdata == 0 else "all" if outcome.rdata == there else "in part"
            self._hits["scountovf"][_MODE[outcome.from_mode], shown] += 1

    def _timers(self, state: State) -> None:
        """Where the time is, when software looks at what is pending."""
        stce = str(state.menvcfg >> 63), str(state.henvcfg >> 63)
        hits = self._hits["timers"]
        hits["stimecmp", *stce, _distance(state.time, state.stimecmp)] += 1
        if self.config.h:
            time = state.time + state.htimedelta
            hits["vstimecmp", *stce, _distance(time & ones(64), state.vstimecmp)] += 1
            if time >> 64:
                hits["vstimecmp", *stce, "wrapped"] += 1

    def _timer_interrupt(self, state: State, number: int, came: int) -> None:
        is_timed = state.menvcfg >> 63 == 1 if number == Irq.STI else state.hvip >> number & 1 == 0
        self._hits["timer interrupts"][_IRQ[number], "compare register" if is_timed else "software", _MODE[came]] += 1

    def _window(self, state: State, event: TakeException, fault: str) -> None:
        """HU-16 to HU-18: where the page lies."""
        hits, config = self._hits["windows"], self.config
        if not state.hudcfg_wen:
            hits["windows off", fault] += 1
            return
        if event.tinst != 0 and event.tinst & 3 == 0:
            hits["implicit access", fault] += 1
            return
        self._orders.sample(state, event)
        page = guest_page(config, event.tval2)
        if page >> config.rules.page_bits:
            hits["wider than a window", fault] += 1
        number_of = 0
        for number, name in enumerate(config.rules.windows):
            window = getattr(state, name)
            size = 1 << min(window >> 1 & 63, config.rules.page_bits)
            first = (window >> 10) & ~(size - 1)
            if matches(config, window, page):
                number_of += 1
                hits[f"window {number}", fault] += 1
                if size >> config.rules.page_bits:
                    hits["every page (large ORDER)", fault] += 1
                elif page == first:
                    hits["first page", fault] += 1
                elif page == first + size - 1:
                    hits["last page", fault] += 1
                else:
                    hits["inside, not an edge", fault] += 1
            elif not window & 1:
                if (window >> 10 ^ page) // size == 0:
                    hits["disabled window", fault] += 1
            elif page == first - 1:
                hits["page before", fault] += 1
            elif page == first + size:
                hits["page after", fault] += 1
        if number_of > 1:
            hits["more than one", fault] += 1
        elif number_of == 0:
            hits["miss", fault] += 1

    def _interrupt(self, state: State, outcome: Outcome) -> None:
        config, rules, number = self.config, self.config.rules, outcome.irq
        irq, to = _IRQ[number], outcome.to_mode
        self._hits["interrupts"][_MODE[outcome.from_mode], _MODE[to], irq] += 1
        if config.sstc and number in (Irq.STI, Irq.VSTI):
            self._timer_interrupt(state, number, outcome.from_mode)
        if config.s or config.n:
            delegation = self._hits["interrupt delegation"]
            bit = state.mideleg >> number & 1
            delegation["mideleg", irq, str(bit)] += 1
            if bit and config.h:
                delegation["hideleg", irq, str(hideleg(rules, state) >> number & 1)] += 1
            if bit and config.s and config.n:
                delegation["sideleg", irq, str(sideleg(rules, state) >> number & 1)] += 1
        ready = mip(rules, state) & state.mie
        if ready != 1 << number:
            self._rivals.sample(state, outcome.from_mode, to, number, ready)
            priorities = self._hits["interrupt priorities"]
            for target, candidates in zip(TARGETS, by_target(rules, state, ready), strict=True):
                if candidates and target.gate(state).is_open:
                    for other in rules.priority:
                        if candidates >> other & 1 and other != number:
                            priorities[irq, _IRQ[other]] += 1


def _distance(time: int, compare: int) -> str:
    """Where the time is, seen from a compare register."""
    if time >= compare:
        return "equal" if time == compare else "after"
    return "one before" if time + 1 == compare else "before"
