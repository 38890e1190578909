"""Which interrupt would be taken now, into which mode, and whether a waiting hart wakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import debug_mode, rnmi
from .config import Config
from .events import TakeInterrupt
from .isa import Irq, Mode, Prv, bits
from .reason import Because, Reason
from .rules import IRQ_VS, Rules
from .state import State
from .views import hideleg, mip, u_delegated

_M, _U = Prv.M.value, Prv.U.value
_VS = Mode.VS.value
_LCOFI = Irq.LCOFI.value

PENDING = Because("norm:intr_mip_mie_op", "pending and locally enabled", ("mip[{i}]", "mie[{i}]"))
NOT_PENDING = Because("norm:intr_mip_mie_op", "not pending", ("mip[{i}]",))
NOT_ENABLED = Because("norm:intr_mip_mie_op", "pending, but not locally enabled", ("mip[{i}]", "mie[{i}]"))


class InterruptRequest(NamedTuple):
    """The interrupt that is to be taken: `cause` is the code in xcause, `irq` the bit of mip it comes from."""

    pending: int
    irq: int
    cause: int
    mode: int
    reason: Reason


NOTHING = InterruptRequest(0, 0, 0, 0, ())


class Gate(NamedTuple):
    """Whether interrupts for a mode may be taken now, and why."""

    is_open: bool
    because: Because


_LEVEL = "norm:trap_del_intr_priv_lvl"
_M_FROM_BELOW = Gate(True, Because("norm:intr_mip_mie_op", "below M, interrupts for M are enabled", ("mode",)))
_M_ENABLED = Gate(True, Because("norm:intr_mip_mie_op", "in M, MIE enables them", ("mode", "mstatus.MIE")))
_M_DISABLED = Gate(False, Because("norm:intr_mip_mie_op", "in M, MIE disables them", ("mode", "mstatus.MIE")))
_HS_IN_M = Gate(False, Because(_LEVEL, "in M, interrupts for lower modes wait", ("mode",)))
_HS_FROM_BELOW = Gate(True, Because("norm:hideleg_hs", "below {S}, interrupts for {S} are enabled", ("mode",)))
_HS_ENABLED = Gate(True, Because("norm:hideleg_hs", "in {S}, SIE enables them", ("mode", "mstatus.SIE")))
_HS_DISABLED = Gate(False, Because("norm:hideleg_hs", "in {S}, SIE disables them", ("mode", "mstatus.SIE")))
_U_FROM_GUEST = Gate(True, Because("HU-25", "in a guest, EN enables them, whatever UIE", ("mode", "hudcfg.EN")))
_U_NOT_FROM_GUEST = Gate(False, Because("HU-25", "in a guest, they wait until EN is set", ("mode", "hudcfg.EN")))
_U_FROM_ABOVE = Gate(False, Because("HU-25", "above U, interrupts for U wait", ("mode",)))
_U_ENABLED = Gate(True, Because("HU-25", "in U, UIE enables them", ("mode", "mstatus.UIE")))
_U_DISABLED = Gate(False, Because("HU-25", "in U, UIE disables them", ("mode", "mstatus.UIE")))
_VS_OUTSIDE = Gate(False, Because("norm:hideleg_op", "interrupts for VS wait until a guest runs", ("mode",)))
_VS_FROM_BELOW = Gate(True, Because("norm:hideleg_op", "in VU, interrupts for VS are enabled", ("mode",)))
_VS_ENABLED = Gate(True, Because("norm:hideleg_op", "in VS, SIE enables them", ("mode", "vsstatus.SIE")))
_VS_DISABLED = Gate(False, Because("norm:hideleg_op", "in VS, SIE disables them", ("mode", "vsstatus.SIE")))


def gate_m(s: State) -> Gate:
    """norm:intr_mip_mie_op: always below M, in M with MIE."""
    if s.prv != _M:
        return _M_FROM_BELOW
    if s.mstatus_mie == 1:
        return _M_ENABLED
    return _M_DISABLED


def gate_hs(s: State) -> Gate:
    """norm:trap_del_intr_priv_lvl, norm:hideleg_hs: always below HS, in HS with SIE."""
    if s.prv == _M:
        return _HS_IN_M
    if s.v == 1 or s.prv == _U:
        return _HS_FROM_BELOW
    if s.mstatus_sie == 1:
        return _HS_ENABLED
    return _HS_DISABLED


def gate_u(s: State) -> Gate:
    """HU-25: from U itself with UIE; from a guest whenever HS has turned delegation on."""
    if s.v == 1:
        if s.hudcfg_en == 1:
            return _U_FROM_GUEST
        return _U_NOT_FROM_GUEST
    if s.prv != _U:
        return _U_FROM_ABOVE
    if s.mstatus_uie == 1:
        return _U_ENABLED
    return _U_DISABLED


def gate_vs(s: State) -> Gate:
    """norm:hideleg_op: never while V=0; always in VU, in VS with SIE."""
    if s.v == 0:
        return _VS_OUTSIDE
    if s.prv == _U:
        return _VS_FROM_BELOW
    if s.vsstatus_sie == 1:
        return _VS_ENABLED
    return _VS_DISABLED


class Target(NamedTuple):
    """A mode that interrupts may be for: why they are, and its gate."""

    mode: int
    because: Because
    gate: Callable[[State], Gate]


_DELEGATION = ("mideleg[{i}]", "hideleg[{i}]", "sideleg[{i}]")
_RENUMBERED = Because("norm:hideleg_trans", "VS sees the number of the supervisor interrupt, one less")

#: HU-26: from the highest down; `by_target` has the same order.
TARGETS = (
    Target(Mode.M.value, Because("norm:intr_mip_mie_op", "not delegated: for M", ("mideleg[{i}]",)), gate_m),
    Target(Mode.S.value, Because("norm:hideleg_hs", "delegated to {S} and no further", _DELEGATION), gate_hs),
    Target(Mode.U.value, Because("HU-25", "delegated to U", ("mideleg[{i}]", "sideleg[{i}]")), gate_u),
    Target(_VS, Because("norm:hideleg_op", "delegated to VS", ("mideleg[{i}]", "hideleg[{i}]")), gate_vs),
)


def by_target(r: Rules, s: State, interrupts: int) -> tuple[int, int, int, int]:
    """Whom each of the interrupts is for: M what mideleg keeps, VS by hideleg, U by sideleg, HS the rest."""
    delegated = interrupts & s.mideleg
    for_vs = delegated & hideleg(r, s)
    for_u = delegated & u_delegated(r, s)
    return interrupts ^ delegated, delegated ^ for_vs ^ for_u, for_u, for_vs


def pending_interrupt(config: Config, s: State) -> InterruptRequest:
    """norm:intr_mip_mie_op, norm:trap_del_intr_priv_lvl, norm:hideleg_hs, norm:hideleg_op, HU-25, HU-26

    The targets are asked from the highest down: M, HS, U, VS.
    """
    r = config.rules
    ready = mip(r, s) & s.mie
    if ready == 0 or rnmi.masks_interrupts(r, s) or debug_mode.masks_interrupts(r, s):
        return NOTHING
    for target, candidates in zip(TARGETS, by_target(r, s, ready), strict=True):
        if candidates != 0:
            gate = target.gate(s)
            if gate.is_open:
                irq = _highest(r, candidates)
                reason = (PENDING, target.because, gate.because)
                if target.mode == _VS and IRQ_VS >> irq & 1 == 1:
                    return InterruptRequest(1, irq, irq - 1, target.mode, (*reason, _RENUMBERED))  # norm:hideleg_trans
                return InterruptRequest(1, irq, irq, target.mode, reason)
    return NOTHING


def _highest(r: Rules, candidates: int) -> int:
    """norm:intr_M_mode_pri, norm:hsint_priority, HU-26, warl:local_interrupts: the order within one target."""
    for irq in r.priority:
        if candidates >> irq & 1 == 1:
            return irq
    raise AssertionError("an interrupt that has no place in the priority order")


class Standing(NamedTuple):
    """How one interrupt stands by itself: whom it is for, whether it could be taken now, and why."""

    mode: int
    is_ready: bool
    reason: Reason


def standing(config: Config, s: State, irq: int) -> Standing:
    """What `pending_interrupt` asks about one interrupt, the others aside: a ready one waits only for its betters."""
    r = config.rules
    owners = by_target(r, s, 1 << irq)
    target = next(target for target, mine in zip(TARGETS, owners, strict=True) if mine != 0)
    if mip(r, s) >> irq & 1 == 0:
        return Standing(target.mode, False, (NOT_PENDING,))
    if s.mie >> irq & 1 == 0:
        return Standing(target.mode, False, (NOT_ENABLED,))
    if rnmi.masks_interrupts(r, s):
        return Standing(target.mode, False, (PENDING, target.because, rnmi.MASKED))
    if debug_mode.masks_interrupts(r, s):
        return Standing(target.mode, False, (PENDING, target.because, debug_mode.why_masked(s)))
    gate = target.gate(s)
    return Standing(target.mode, gate.is_open, (PENDING, target.because, gate.because))


_WITHIN_M = Because("norm:intr_M_mode_pri", "the standard order among interrupts for one mode")
_WITHIN_HS = Because("norm:hsint_priority", "the standard order among interrupts for one mode")
_WITHIN_OTHERS = Because("HU-26", "the standard order among interrupts for one mode")
_HIGHER_TARGET = Because("HU-26", "it is for a higher mode")


def order_between(taken: int, waiting: int) -> Because:
    """Why an interrupt for the mode `taken` goes before another one for the mode `waiting`."""
    if taken != waiting:
        return _HIGHER_TARGET
    if taken == Mode.M.value:
        return _WITHIN_M
    if taken == Mode.S.value:
        return _WITHIN_HS
    return _WITHIN_OTHERS


def wakes(config: Config, s: State) -> bool:
    """norm:wfi_unaffected_conditions: a locally enabled interrupt is pending, whatever the global enables.

    norm:mnstatus_wfi: or an RNMI, whatever NMIE.
    """
    r = config.rules
    return bool(mip(r, s) & s.mie != 0 or (r.smrnmi and s.line_rnmi == 1))


def set_lines(r: Rules, s: State, lines: int, hgeip: int, time: int) -> State:
    """New levels of the input lines, at their bit numbers in mip, and the time; what the hart lacks stays 0."""
    new = s.copy()
    new.line_msip = lines >> 3 & 1
    new.line_mtip = lines >> 7 & 1
    new.line_ueip = lines >> 8 & r.has_n
    new.line_seip = lines >> 9 & r.has_s
    new.line_meip = lines >> 11 & 1
    new.line_local = lines & r.local
    new.hgeip = hgeip & r.hgei
    if r.sstc:
        new.time = time
    return new


def sensed(r: Rules, s: State, e: TakeInterrupt) -> State:
    """The state in which an interrupt is looked for: with the levels, the time and the overflow that come with it."""
    if e.lines is not None or e.hgeip is not None or e.time is not None:
        s = set_lines(
            r,
            s,
            lines_of(s) if e.lines is None else e.lines,
            s.hgeip if e.hgeip is None else e.hgeip,
            s.time if e.time is None else e.time,
        )
    return overflow(s) if e.lcofi == 1 else s


def overflow(s: State) -> State:
    """norm:LCOFIP_op: the counters set LCOFIP; software clears it."""
    new = s.copy()
    new.mip_software = s.mip_software | bits(_LCOFI)
    return new


def requested(s: State, request: int) -> State:
    """norm:LCOFIP_op: the state behind a step in which the input `lcofi_request` was as given."""
    return s.replace(mip_software=s.mip_software | request << _LCOFI)


def lines_of(s: State) -> int:
    """The levels of the input lines, at their bit numbers in mip."""
    standard = s.line_msip << 3 | s.line_mtip << 7 | s.line_ueip << 8 | s.line_seip << 9 | s.line_meip << 11
    return standard | s.line_local
