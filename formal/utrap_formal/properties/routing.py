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


@PROPERTIES.add("HU-7 norm:trap_def_M_mode norm:medeleg_mideleg_op1")
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


@PROPERTIES.add("HU-7 HU-9", needs="n s")
def what_sedeleg_has_goes_from_u_to_u(w: Window) -> Claim:
    """An exception in U whose bits of medeleg and sedeleg are 1 goes to U."""
    now = w.now
    return Claim(when=_delegated(now) & now.is_in(Mode.U) & has(now, "sedeleg"), then=w.next.is_in(Mode.U))


@PROPERTIES.add("HU-7 HU-8 norm:trap_del_S_mode_op norm:trap_horiz", needs="s")
def everything_else_goes_to_s(w: Window) -> Claim:
    """An exception in S or U that medeleg has goes to S, unless it is one of U's that sedeleg has."""
    now = w.now
    when = _delegated(now) & (now.is_in(Mode.S) | (now.is_in(Mode.U) & ~has(now, "sedeleg")))
    return Claim(when=when, then=w.next.is_in(Mode.S))


@PROPERTIES.add("HU-10", needs="n", where=_without_s)
def without_s_medeleg_leads_to_u(w: Window) -> Claim:
    """With M and U alone an exception in U whose bit of medeleg is 1 goes to U."""
    return Claim(when=_delegated(w.now), then=w.next.is_in(Mode.U))


# --- interrupts ----------------------------------------------------------------------------------


def code(cycle: Cycle) -> Value:
    """The interrupt's own number: a guest sees VSEI, VSSI and VSTI as the supervisor's, one lower."""
    # Others keep their number there, and those are above 12 (norm:vsip_vsie_lcofi).
    return cycle["interrupt_cause"] + ((cycle["interrupt_target"] == Mode.VS) & (cycle["interrupt_cause"] < 13))


def chosen(cycle: Cycle, csr: str) -> Value:
    """The taken interrupt's bit in a delegation register, as it reads."""
    return cycle.bit(csr, code(cycle))


@PROPERTIES.add("norm:trap_def_M_mode norm:intr_mip_mie_op")
def what_m_keeps_interrupts_m(w: Window) -> Claim:
    """An interrupt whose bit of mideleg is 0 is taken into M."""
    return Claim(when=w.now.is_interrupt & ~chosen(w.now, "mideleg"), then=w.next.is_in(Mode.M))


@PROPERTIES.add("norm:medeleg_mideleg_op1 norm:hideleg_op HU-25", needs="s")
def what_s_keeps_interrupts_s(w: Window) -> Claim:
    """An interrupt that mideleg has, and neither hideleg nor sideleg, is taken into S."""
    now = w.now
    kept = chosen(now, "mideleg") & ~chosen(now, "hideleg") & ~chosen(now, "sideleg")
    return Claim(when=now.is_interrupt & kept, then=w.next.is_in(Mode.S))


@PROPERTIES.add("norm:hideleg_op norm:hideleg_trans", needs="h")
def what_the_guest_has_interrupts_vs(w: Window) -> Claim:
    """An interrupt that mideleg and hideleg have is taken into VS, from V=1."""
    now = w.now
    when = now.is_interrupt & chosen(now, "mideleg") & chosen(now, "hideleg")
    return Claim(when=when, then=now.v & w.next.is_in(Mode.VS))


@PROPERTIES.add("HU-25", needs="n s")
def what_sideleg_has_interrupts_u(w: Window) -> Claim:
    """An interrupt that mideleg and sideleg have is taken into U."""
    now = w.now
    return Claim(when=now.is_interrupt & chosen(now, "mideleg") & chosen(now, "sideleg"), then=w.next.is_in(Mode.U))


# --- privilege -----------------------------------------------------------------------------------

#: Where a trap from a mode may go, and the rule; from a guest to U only where HS has set EN.
_UPWARD = {
    Mode.M: (Mode.M,),
    Mode.S: (Mode.M, Mode.S),
    Mode.U: (Mode.M, Mode.S, Mode.U),
    Mode.VS: (Mode.M, Mode.S, Mode.VS),
    Mode.VU: (Mode.M, Mode.S, Mode.VS),
}
_NEEDS = {Mode.M: "", Mode.S: "s", Mode.U: "", Mode.VS: "h", Mode.VU: "h"}


def _never_down(origin: Mode, targets: tuple[Mode, ...]) -> None:
    words = ", ".join(target.name for target in targets)

    @PROPERTIES.add(
        "norm:trap_never_trans_lower HU-7 HU-25",
        needs=_NEEDS[origin],
        kind="privilege is never lowered",
        name=f"traps_from_{origin.name.lower()}_go_up",
        says=f"A trap from {origin.name} goes to {words}" + (", or to U with EN." if origin >= Mode.VU else "."),
    )
    def claim(w: Window) -> Claim:
        now, after = w.now, w.next
        allowed = after.is_in(*targets)
        if origin >= Mode.VU:
            allowed = allowed | (after.is_in(Mode.U) & now["hudcfg.EN"])
        return Claim(when=now.is_trap & now.is_in(origin), then=allowed)


for _origin, _targets in _UPWARD.items():
    _never_down(_origin, _targets)


@PROPERTIES.add("HU-11")
def a_double_trap_goes_to_m(w: Window) -> Claim:
    """A double trap (16) goes to M from every mode."""
    return Claim(when=w.now.is_exception & (w.now.cause == 16), then=w.next.is_in(Mode.M))
