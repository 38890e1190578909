"""Delegation windows: which guest-page faults U may have (HU-16 to HU-18)."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Mux, Value

from utrap.config import Config
from utrap_formal.properties.manual import Cause, Mode
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window, any_of

__all__ = ["PROPERTIES", "window_ok"]

PROPERTIES = Properties("windows", "no guest-page fault outside the windows reaches U")

_GUEST_FAULTS = (Cause.INSTRUCTION_GUEST_FAULT, Cause.LOAD_GUEST_FAULT, Cause.STORE_GUEST_FAULT)


def is_guest_fault(cycle: Cycle) -> Value:
    """The exception is one of the three guest-page faults."""
    return any_of(cycle.cause == cause for cause in _GUEST_FAULTS)


def matches(cycle: Cycle, number: int) -> Value:
    """HU-17: the page numbers are the same in all bits from bit ORDER up, those above a window's among them."""
    window = f"hugpaw{number}"
    if not cycle.has(window):
        return Const(0)
    page = cycle["commit_tval2"][10:]  # a GPA shifted right by 2, and a page of 4 KiB
    bits = cycle.config.gppn_bits
    number_there, order = cycle[f"{window}.GPPN"][:bits], cycle[f"{window}.ORDER"]
    same = any_of((order == low) & (page[low:] == number_there[low:]) for low in range(bits))
    return cycle[f"{window}.E"] & (same | (order >= bits))


def is_inside(cycle: Cycle) -> Value:
    """HU-18: one match is enough."""
    return any_of(matches(cycle, number) for number in range(8))


def is_implicit(cycle: Cycle) -> Value:
    """HU-16: the trap instruction value is a pseudoinstruction: not zero, with bits 1:0 = 00."""
    tinst = cycle["commit_tinst"]
    return (tinst != 0) & (tinst[0:2] == 0)


def window_ok(cycle: Cycle) -> Value:
    """HU-16."""
    if not cycle.has("hudcfg"):
        return Const(0)
    return ~is_guest_fault(cycle) | ~cycle["hudcfg.WEN"] | (is_inside(cycle) & ~is_implicit(cycle))


def _has_windows(config: Config) -> bool:
    return config.windows > 0


def _may_be_unbounded(config: Config) -> bool:
    return config.windows > 0 and config.window_max_order >= config.gppn_bits


def _is_limited(config: Config) -> bool:
    return config.windows > 0 and config.window_max_order < 63


def _fault_of_a_guest(cycle: Cycle) -> Value:
    return cycle.is_exception & cycle.v & is_guest_fault(cycle)


@PROPERTIES.add("HU-16 HU-17 HU-18", needs="shudeleg")
def nothing_outside_reaches_u(w: Window) -> Claim:
    """With WEN=1 a guest-page fault whose address is in no enabled window does not go to U."""
    now = w.now
    when = _fault_of_a_guest(now) & now["hudcfg.WEN"] & ~is_inside(now)
    return Claim(when=when, then=~w.next.is_in(Mode.U))


@PROPERTIES.add("HU-16", needs="shudeleg")
def no_implicit_access_reaches_u(w: Window) -> Claim:
    """With WEN=1 the fault of an implicit access does not go to U, wherever its address is."""
    now = w.now
    return Claim(when=_fault_of_a_guest(now) & now["hudcfg.WEN"] & is_implicit(now), then=~w.next.is_in(Mode.U))


@PROPERTIES.add("HU-17", needs="shudeleg")
def disabled_windows_let_nothing_through(w: Window) -> Claim:
    """With WEN=1 and every E 0, no guest-page fault goes to U."""
    now = w.now
    enabled = any_of(now[f"hugpaw{number}.E"] for number in range(8))
    return Claim(when=_fault_of_a_guest(now) & now["hudcfg.WEN"] & ~enabled, then=~w.next.is_in(Mode.U))


def _given(cycle: Cycle) -> Value:
    """All of HU-7 but the windows lets the exception through to U."""
    delegated = cycle.bit("medeleg", cycle.cause) & ~cycle.bit("hedeleg", cycle.cause)
    return cycle.is_exception & cycle.v & delegated & cycle["hudcfg.EN"] & cycle.bit("huedeleg", cycle.cause)


@PROPERTIES.add("HU-16", needs="shudeleg")
def without_wen_windows_do_not_matter(w: Window) -> Claim:
    """With WEN=0 a guest-page fault that is delegated goes to U, whatever the windows and tinst."""
    now = w.now
    return Claim(when=_given(now) & is_guest_fault(now) & ~now["hudcfg.WEN"], then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-16", needs="shudeleg")
def other_causes_do_not_look_at_windows(w: Window) -> Claim:
    """An exception without a guest-physical address that is delegated goes to U, with WEN=1 too."""
    now = w.now
    return Claim(when=_given(now) & ~is_guest_fault(now) & now["hudcfg.WEN"], then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-18", needs="shudeleg", where=_has_windows)
def one_match_is_enough(w: Window) -> Claim:
    """With WEN=1 a delegated fault of an explicit access inside any enabled window goes to U."""
    now = w.now
    inside = is_inside(now) & ~is_implicit(now)
    return Claim(when=_given(now) & is_guest_fault(now) & now["hudcfg.WEN"] & inside, then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-17", needs="shudeleg", where=_may_be_unbounded)
def a_large_order_matches_every_address(w: Window) -> Claim:
    """A window whose ORDER is at least the number of page-number bits lets every address through."""
    now = w.now
    bits = len(now["commit_tval2"]) - 10
    widest = any_of(
        now[f"hugpaw{number}.E"] & (now[f"hugpaw{number}.ORDER"] >= bits) for number in range(w.config.windows)
    )
    when = _given(now) & is_guest_fault(now) & now["hudcfg.WEN"] & widest & ~is_implicit(now)
    return Claim(when=when, then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-17 warl:ORDER", needs="shudeleg", where=_is_limited)
def no_order_is_larger_than_the_largest(w: Window) -> Claim:
    """ORDER of every window is at most what the configuration has as the largest."""
    orders = [w.now[f"hugpaw{number}.ORDER"] <= w.config.window_max_order for number in range(w.config.windows)]
    return Claim(then=Cat(orders).all())


@PROPERTIES.add("HU-17 warl:ORDER", needs="shudeleg", where=_is_limited)
def a_write_makes_no_window_larger(w: Window) -> Claim:
    """What M writes as ORDER is there, or a smaller one where it is larger than the largest."""
    now, most = w.now, w.config.window_max_order
    written = now["commit_csr_wdata"][1:7]
    wanted = Mux(written > most, most, written)
    writes = now.is_in(Mode.M) & (now["commit_csr_op"] == 1) & now.accesses("hugpaw0") & (now["answer_fault"] == 0)
    return Claim(when=writes, then=w.next["hugpaw0.ORDER"] == wanted)


@PROPERTIES.add("HU-7", needs="shudeleg")
def without_en_nothing_reaches_u(w: Window) -> Claim:
    """With EN=0 no trap of a guest goes to U."""
    return Claim(when=w.now.is_trap & w.now.v & ~w.now["hudcfg.EN"], then=~w.next.is_in(Mode.U))
