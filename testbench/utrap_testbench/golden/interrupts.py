"""Which interrupt would be taken now, into which mode, and whether a waiting hart wakes."""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .isa import IRQ_PRIORITY, Mode, Prv
from .outcome import Reason
from .rules import Rules
from .state import State
from .views import hideleg, mip, u_delegated

_M, _S, _U = Prv.M.value, Prv.S.value, Prv.U.value

_PENDING = ("norm:intr_mip_mie_op", "mip[{i}] and mie[{i}] are set")
_TO_M: Reason = (
    _PENDING,
    ("norm:intr_mip_mie_op", "mideleg[{i}] = 0: for M"),
    ("norm:intr_mip_mie_op", "the mode is below M, or mstatus.MIE = 1"),
)
_TO_HS: Reason = (
    _PENDING,
    ("norm:hideleg_hs", "mideleg[{i}] = 1 and neither hideleg[{i}] nor sideleg[{i}]: for HS"),
    ("norm:hideleg_hs", "the mode is below HS, or it is HS and sstatus.SIE = 1"),
)
_TO_U: Reason = (
    _PENDING,
    ("HU-25", "mideleg[{i}] = 1, and sideleg[{i}] = 1 where S exists: for U"),
    ("HU-25", "V = 0, the mode is U and UIE = 1; or V = 1 and hudcfg.EN = 1"),
)
_TO_VS: Reason = (
    _PENDING,
    ("norm:hideleg_op", "hideleg[{i}] = 1: for VS"),
    ("norm:hideleg_op", "the mode is VU, or it is VS and vsstatus.SIE = 1"),
    ("norm:hideleg_trans", "VS sees the code of the supervisor interrupt, one less"),
)


class InterruptRequest(NamedTuple):
    """The interrupt that is to be taken: `cause` is the code in xcause, `irq` the bit of mip it comes from."""

    pending: int
    irq: int
    cause: int
    mode: int
    reason: Reason


NOTHING = InterruptRequest(0, 0, 0, 0, ())


def pending_interrupt(config: Config, s: State) -> InterruptRequest:
    """norm:intr_mip_mie_op, norm:trap_del_intr_priv_lvl, norm:hideleg_hs, norm:hideleg_op, HU-25, HU-26

    The targets are asked from the highest down: M, HS, U, VS.
    """
    r = config.rules
    ready = mip(r, s) & s.mie
    if ready == 0:
        return NOTHING

    # M: what mideleg keeps, in any mode below M, in M with MIE.
    for_m = ready & (s.mideleg ^ r.xlen_mask)
    if for_m != 0 and (s.prv != _M or s.mstatus_mie == 1):
        return _highest(for_m, Mode.M.value, _TO_M)
    if s.prv == _M:
        return NOTHING

    # HS: delegated by mideleg, and neither to VS nor to U.
    delegated = ready & s.mideleg
    for_vs = delegated & hideleg(r, s)
    for_u = delegated & u_delegated(r, s)
    for_hs = delegated ^ for_vs ^ for_u
    if for_hs != 0 and (s.v == 1 or s.prv == _U or s.mstatus_sie == 1):
        return _highest(for_hs, Mode.S.value, _TO_HS)

    # U: from U itself with UIE; from a guest whenever HS has turned delegation on.
    if for_u != 0:
        if s.v == 0 and s.prv == _U and s.mstatus_uie == 1:
            return _highest(for_u, Mode.U.value, _TO_U)
        if s.v == 1 and s.hudcfg_en == 1:
            return _highest(for_u, Mode.U.value, _TO_U)

    # VS: never while V=0.
    if for_vs != 0 and s.v == 1 and (s.prv == _U or s.vsstatus_sie == 1):
        return _highest(for_vs, Mode.VS.value, _TO_VS)
    return NOTHING


def _highest(candidates: int, mode: int, reason: Reason) -> InterruptRequest:
    """norm:intr_M_mode_pri, norm:hsint_priority, HU-26: the order within one target."""
    for irq in _PRIORITY:
        if candidates >> irq & 1 == 1:
            return InterruptRequest(1, irq, irq - 1 if mode == _VS else irq, mode, reason)
    raise AssertionError("an interrupt that has no place in the priority order")


_PRIORITY = tuple(irq.value for irq in IRQ_PRIORITY)
_VS = Mode.VS.value


def wakes(config: Config, s: State) -> bool:
    """norm:wfi_unaffected_conditions: a locally enabled interrupt is pending, whatever the global enables."""
    return mip(config.rules, s) & s.mie != 0


def set_lines(r: Rules, s: State, lines: int, hgeip: int) -> State:
    """New levels of the input lines, at their bit numbers in mip; lines that the configuration lacks stay 0."""
    new = s.copy()
    new.line_msip = lines >> 3 & 1
    new.line_mtip = lines >> 7 & 1
    new.line_ueip = lines >> 8 & r.has_n
    new.line_seip = lines >> 9 & r.has_s
    new.line_meip = lines >> 11 & 1
    new.hgeip = hgeip & r.hgei
    return new
