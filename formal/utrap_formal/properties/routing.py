"""Where a trap goes: HU-7, HU-25, HU-26 and the manual's delegation, mode by mode."""

from __future__ import annotations

from amaranth.hdl import Value

from utrap.config import Config
from utrap_formal.properties.manual import Mode
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.window import Cycle, Window
from utrap_formal.properties.windows import window_ok

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("routing", "a trap goes to the mode that delegation names, and to no other")


def has(cycle: Cycle, csr: str) -> Value:
    """The exception's bit in a delegation register, as it reads."""
    return cycle.bit(csr, cycle.cause)


def _delegated(cycle: Cycle) -> Value:
    """HU-7, first line: M does not take it."""
    return cycle.is_exception & ~cycle.is_in(Mode.M) & has(cycle, "medeleg")


def _without_s(config: Config) -> bool:
    return config.n and not config.s


# --- exceptions, in the order of HU-7's lines ----------------------------------------------------


@PROPERTIES.add("HU-7 HU-11 norm:trap_never_trans_lower")
def exceptions_in_m_stay_in_m(w: Window) -> Claim:
    """An exception in M goes to M, whatever is delegated."""
    return Claim(when=w.now.is_exception & w.now.is_in(Mode.M), then=w.next.is_in(Mode.M))


@PROPERTIES.add("HU-7 norm:medeleg_op")
def what_m_keeps_goes_to_m(w: Window) -> Claim:
    """An exception whose bit of medeleg is 0 goes to M from every mode."""
    return Claim(when=w.now.is_exception & ~has(w.now, "medeleg"), then=w.next.is_in(Mode.M))


@PROPERTIES.add("HU-7 norm:hedeleg_op", needs="h")
def what_the_guest_has_goes_to_vs(w: Window) -> Claim:
    """An exception of a guest whose bits of medeleg and hedeleg are 1 goes to VS."""
    now = w.now
    return Claim(when=_delegated(now) & now.v & has(now, "hedeleg"), then=w.next.is_in(Mode.VS))


@PROPERTIES.add("HU-7 HU-16", needs="shudeleg")
def what_hs_gives_u_goes_to_u(w: Window) -> Claim:
    """A guest's exception that hedeleg has not goes to U with hudcfg.EN, its bit of huedeleg and a window."""
    now = w.now
    given = now["hudcfg.EN"] & has(now, "huedeleg") & window_ok(now)
    return Claim(when=_delegated(now) & now.v & ~has(now, "hedeleg") & given, then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-7 HU-8 norm:hedeleg_op", needs="h")
def what_hs_keeps_of_the_guest_goes_to_hs(w: Window) -> Claim:
    """A guest's exception that hedeleg has not goes to HS where it does not go to U."""
    now = w.now
    given = now["hudcfg.EN"] & has(now, "huedeleg") & window_ok(now)
    return Claim(when=_delegated(now) & now.v & ~has(now, "hedeleg") & ~given, then=w.next.is_in(Mode.S))
