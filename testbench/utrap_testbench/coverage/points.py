"""The cover points of a hart: every combination is a bin, reachable or forbidden by a named rule."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from utrap_testbench.golden import Config, Mode, irq_name
from utrap_testbench.golden.interrupts import TARGETS
from utrap_testbench.golden.isa import Cause
from utrap_testbench.golden.xret import returns_of

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
    unexpected,
    views,
    writes,
)
from .access import DEBUGGERS, access_bins, debugger_bins
from .axes import Axes, Bin, Point
from .rivals import is_open, may_be_for
from .traps import RESERVED

__all__ = ["Bin", "Point", "points"]

_ORDER = tuple(Mode(target.mode) for target in TARGETS)


def points(config: Config) -> list[Point]:
    """Every cover point of the hart."""
    modes = hart_modes(config)
    names = [mode.name for mode in modes]
    traps = [mode.name for mode in _ORDER if _takes_traps(config, mode)]
    exceptions = [cause.name for cause in Cause] + [RESERVED]
    irqs = hart_interrupts(config)

    def point(name: str, columns: str, axes: list[list[str]], rule: Callable[..., str | None]) -> Point:
        return Axes(name, columns, axes, rule).point(config)

    found = [
        point("exceptions", "from x to x cause", [names, traps, exceptions], _exception),
        point("interrupts", "from x to x interrupt", [names, traps, irqs], _interrupt),
        point(
            "delegation",
            "register x cause x bit",
            [_exception_registers(config), exceptions, ["0", "1"]],
            _delegation,
        ),
        point(
            "interrupt delegation",
            "register x interrupt x bit",
            [_interrupt_registers(config), irqs, ["0", "1"]],
            _interrupt_delegation,
        ),
        point("vectors", "to x kind x xtvec", [traps, ["exception", "interrupt"], ["direct", "vectored"]], _vector),
        Point("CSR access", ("class", "mode", "access", "verdict"), access_bins(config, modes)),
        Point(DEBUGGERS, ("class", "mode", "access", "verdict"), debugger_bins(config, modes)),
        point("addresses", "block of 16 x mode", [[f"{n:#05x}" for n in range(0, 4096, 16)], names], _always),
        point(
            "returns",
            "instruction x from x to",
            [[i.value for i in returns_of(config)], names, [*names, "fault"]],
            _return,
        ),
        point("interrupt priorities", "taken x waiting", [irqs, irqs], _priority),
        point("reset", "mode", [names], _always),
    ]
    if config.sstc:
        compares, by = ["stimecmp"] + ["vstimecmp"] * config.h, ["software", "compare register"]
        stce = ["0", "1"]
        found.append(point("timers", "register x menvcfg x henvcfg x time", [compares, stce, stce, TIMES], _timer))
        timed = ["STI"] + ["VSTI"] * config.h
        found.append(point("timer interrupts", "interrupt x by x from", [timed, by, names], _timer_interrupt))
    if config.smrnmi:
        found.append(point(unexpected.WITHOUT_NMIE, "from x to", [names, traps], _without_nmie))
    more = [*debugging.axes(config, names), *unexpected.axes(config, names)]
    found += [made.point(config) for made in more]
    found += status.points(config, names) + rivals.points(config, names) + writes.points(config)
    found += numbers.points(config) + judges.points(config, names) + views.points(config)
    found += masked.points(config) + levels.points(config) + causes.points(config)
    found += pointers.points(config, names) + addresses.points(config)
    if config.sscofpmf:
        at = [*REQUEST_EVENTS, "mip written", "sip written"] + ["vsip written"] * config.h
        found.append(point("counter requests", "with x LCOFIP before x request", [at, ["0", "1"], ["0", "1"]], _always))
        readers = [mode.name for mode in modes if mode in (Mode.M, Mode.S, Mode.VS)]
        found.append(point("scountovf", "read in x shown", [readers, ["all", "in part", "none"]], _scountovf))
    if config.shudeleg:
        windows = [f"window {number}" for number in range(config.windows)]
        found.append(point("windows", "case x fault", [[*windows, *WINDOW_CASES], list(GUEST_FAULTS)], _window))
    return found


#: How far the time is from a compare register; "wrapped" is a guest's, whose sum with htimedelta does not fit.
TIMES = ["before", "one before", "equal", "after", "wrapped"]
#: What is committed in the cycle of a counter's request, beside writes to what shows LCOFIP.
REQUEST_EVENTS = ["no event", "exception", "interrupt", "return"]
WINDOW_CASES = (
    "first page", "last page", "page before", "page after", "inside, not an edge", "every page (large ORDER)",
    "more than one", "disabled window", "miss", "implicit access", "windows off",
    "wider than a window",
)  # fmt: skip
GUEST_FAULTS = tuple(
    cause.name
    for cause in (
        Cause.INSTRUCTION_GUEST_PAGE_FAULT,
        Cause.LOAD_GUEST_PAGE_FAULT,
        Cause.STORE_GUEST_PAGE_FAULT,
    )
)


def hart_modes(config: Config) -> list[Mode]:
    """The modes of the hart."""
    return [Mode.M, *[Mode.S] * config.s, Mode.U, *[Mode.VS, Mode.VU] * config.h]


def hart_interrupts(config: Config) -> list[str]:
    """The interrupts of the hart by name, highest priority first."""
    rules = config.rules
    return [irq_name(irq) for irq in rules.priority if (rules.mie | rules.sgei) >> irq & 1]


def _irq(config: Config, name: str) -> int:
    """An interrupt's number by its name."""
    return next(irq for irq in config.rules.priority if irq_name(irq) == name)


def _takes_traps(config: Config, mode: Mode) -> bool:
    return {Mode.M: True, Mode.S: config.s, Mode.U: config.n, Mode.VS: config.h}[mode]


def _exception_registers(config: Config) -> list[str]:
    names = ["medeleg"] * (config.s or config.n) + ["hedeleg"] * config.h + ["sedeleg"] * (config.s and config.n)
    return names + ["huedeleg"] * config.shudeleg


def _interrupt_registers(config: Config) -> list[str]:
    return ["mideleg"] * (config.s or config.n) + ["hideleg"] * config.h + ["sideleg"] * (config.s and config.n)


def _always(config: Config, *key: str) -> str | None:
    return None


def _scountovf(config: Config, reader: str, shown: str) -> str | None:
    """Of some OF bits that are 1."""
    return "norm:scountovf_mmode_read_access" if reader == Mode.M.name and shown != "all" else None


def _vector(config: Config, target: str, kind: str, mode: str) -> str | None:
    is_fixed = target == Mode.M.name and config.mtvec_modes not in ("both", mode)
    return "warl:mtvec_modes" if is_fixed else None


def _writable(config: Config, register: str, number: int) -> bool:
    mask: int = getattr(config.rules, register)
    return bool(mask >> number & 1)


#: The rule that says which bits of a delegation register there are.
_BITS_RULE = {
    "medeleg": "warl:medeleg",
    "hedeleg": "warl:hedeleg",
    "sedeleg": "HU-9",
    "huedeleg": "Shudeleg, section 3: huedeleg",
    "mideleg": "warl:mideleg",
    "hideleg": "warl:hideleg",
    "sideleg": "HU-24",
}


def _number(cause: str) -> int:
    return 24 if cause == RESERVED else Cause[cause].value


def _lacks(config: Config, number: int, *registers: str) -> str | None:
    """The rule that keeps one of the registers from having the bit."""
    for register in registers:
        if not _writable(config, register, number):
            return _BITS_RULE[register]
    return None


def _exception(config: Config, source: str, target: str, cause: str) -> str | None:
    """norm:trap_never_trans_lower, norm:H_trap_deleg, HU-7, HU-8"""
    came, to, number = Mode[source], Mode[target], _number(cause)
    if to is Mode.M:
        return None
    if came is Mode.M:
        return "norm:trap_never_trans_lower"
    if to is Mode.U and not config.s:
        return _lacks(config, number, "medeleg")
    if to is Mode.S:
        return _lacks(config, number, "medeleg")
    if to is Mode.VS:
        return "norm:H_trap_deleg" if came < Mode.VU else _lacks(config, number, "medeleg", "hedeleg")
    if came is Mode.S:
        return "norm:trap_never_trans_lower"
    if came is Mode.U:
        return _lacks(config, number, "medeleg", "sedeleg")
    return _lacks(config, number, "medeleg", "huedeleg") if config.shudeleg else "HU-8"


def _without_nmie(config: Config, source: str, target: str) -> str | None:
    """norm:mnstatus_nmie_disable: it masks interrupts; exceptions go where delegation says, for one cause at least."""
    if config.smdbltrp and source == target == Mode.M.name:
        return "norm:trap_unexp_mnstatus_nmie_0"  # which stops the hart
    rules = [_exception(config, source, target, cause.name) for cause in Cause]
    return None if None in rules else rules[0]


def _interrupt(config: Config, source: str, target: str, irq: str) -> str | None:
    """norm:trap_del_intr_priv_lvl, norm:hideleg_op, HU-24, HU-25"""
    came, to = Mode[source], Mode[target]
    if to not in may_be_for(config, _irq(config, irq)):
        return {
            Mode.M: "norm:mideleg_acc_h",
            Mode.S: "warl:mideleg",
            Mode.VS: "warl:hideleg",
            Mode.U: "HU-24",
        }[to]
    if not is_open(config, came, to):
        return {Mode.VS: "norm:hideleg_op", Mode.U: "HU-25"}.get(to, "norm:trap_del_intr_priv_lvl")
    return None


def _priority(config: Config, taken: str, waiting: str) -> str | None:
    """norm:intr_M_mode_pri, norm:hsint_priority, HU-26: could the one be taken while the other could too?"""
    if taken == waiting:
        return "one interrupt cannot wait for itself"
    first, second = _irq(config, taken), _irq(config, waiting)
    order = config.rules.priority
    for came in hart_modes(config):
        for to, other in product(may_be_for(config, first), may_be_for(config, second)):
            if not (is_open(config, came, to) and is_open(config, came, other)):
                continue
            if _ORDER.index(to) < _ORDER.index(other):
                return None
            if to is other and order.index(first) < order.index(second):
                return None
    return "HU-26"


def _delegation(config: Config, register: str, cause: str, bit: str) -> str | None:
    """A bit that the route of some trap depends on."""
    number = _number(cause)
    if not _writable(config, register, number) and bit == "1":
        return _BITS_RULE[register]
    if register != "medeleg" and not _writable(config, "medeleg", number):
        return "norm:H_trap_deleg" if register != "sedeleg" else "HU-9"
    return None


def _interrupt_delegation(config: Config, register: str, irq: str, bit: str) -> str | None:
    """A bit that the route of some interrupt that was taken depended on."""
    rules, number = config.rules, _irq(config, irq)
    one = rules.mideleg_read_only_ones >> number & 1
    if register == "mideleg":
        if bit == "0" and one:
            return "norm:mideleg_acc_h"
        return _BITS_RULE[register] if bit == "1" and not (one or rules.mideleg >> number & 1) else None
    if not (one or rules.mideleg >> number & 1):
        return "warl:mideleg"
    return _BITS_RULE[register] if bit == "1" and not _writable(config, register, number) else None


def _return(config: Config, insn: str, source: str, target: str) -> str | None:
    """norm:mret_h, norm:sret_v0, norm:sret_v1, HU-19, HU-20, HU-22"""
    came = Mode[source]
    if insn == "mnret" and came is not Mode.M:
        return None if target == "fault" else "norm:mnret_mode"
    if insn == "mnret":
        return "norm:mnret_mode" if target == "fault" and not config.sdext else None
    if insn == "mret":
        if came is not Mode.M:
            return None if target == "fault" else "norm:xret_in_lower_mode"
        # In Debug Mode it is illegal.
        return "norm:xret_in_lower_mode" if target == "fault" and not config.sdext else None
    if insn == "sret":
        return _sret(config, came, target)
    if not config.n or came >= Mode.VU:
        return None if target == "fault" else "HU-19"
    if target == "fault":
        return None if config.sdext and came is Mode.M else "HU-19"
    to = Mode[target]
    if to is Mode.U:
        return None
    return None if to >= Mode.VU and config.shudeleg else "HU-22"


def _sret(config: Config, came: Mode, target: str) -> str | None:
    if not config.s:
        return None if target == "fault" else "norm:sret_presence"
    if target == "fault":
        return "norm:xret_in_higher_mode" if came is Mode.M and not config.sdext else None
    if came is Mode.U:
        return "norm:xret_in_lower_mode"
    if came is Mode.VU:
        return "norm:H_virtinst_vu_sret_sfence"
    to = Mode[target]
    if came is Mode.VS:
        return None if to >= Mode.VU else "norm:sret_v1"
    return "norm:sret_v0" if to is Mode.M else None


def _timer(config: Config, register: str, menvcfg: str, henvcfg: str, time: str) -> str | None:
    """norm:mip_sip_stip_op, norm:hip_vstip_op"""
    if henvcfg == "1" and not config.h:
        return "norm:henvcfg_stce"
    return "norm:mip_sip_stip_op" if register == "stimecmp" and time == "wrapped" else None


def _timer_interrupt(config: Config, irq: str, by: str, source: str) -> str | None:
    """What makes it pending does not matter to who may take it."""
    rules = [_interrupt(config, source, to.name, irq) for to in _ORDER if _takes_traps(config, to)]
    return None if None in rules else rules[0]


def _window(config: Config, case: str, fault: str) -> str | None:
    if case == "wider than a window" and not config.shtvala:
        return "warl:tval2: htval takes no address that is wider than the widest guest mode's"
    if config.windows == 0 and case not in ("miss", "implicit access", "windows off"):
        return "HU-17: no window"
    if case == "every page (large ORDER)" and config.window_max_order < config.rules.page_bits:
        return "warl:ORDER: no window has every page"
    return "HU-18: one window" if config.windows == 1 and case == "more than one" else None
