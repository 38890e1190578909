"""The xenvcfg registers: what they hold, and whether they let cache-block instructions execute."""

from __future__ import annotations

from typing import NamedTuple

from .isa import Prv
from .reason import Because, Verdict, allowed, illegal, virtual
from .rules import Rules
from .state import State

_U, _M = Prv.U.value, Prv.M.value

_CBIE, _CBCFE, _CBZE = 4, 6, 7


def henvcfg(r: Rules, s: State) -> int:
    """norm:menvcfg_stce_op2, norm:menvcfg_adue_henvcfg_adue_rdonly0, norm:menvcfg_pbmte_henvcfg_pbmte_rdonly0

    A field that menvcfg withholds reads and acts as 0, and is kept (warl:henvcfg).
    norm:henvcfg_sz_acc_op, norm:menvcfg_DTE, norm:henvcfg_DTE, norm:menvcfg_pbmte_op, norm:menvcfg_adue_op,
    norm:henvcfg_pbmte_op, norm:henvcfg_adue_op.
    """
    return s.henvcfg & (r.henvcfg_own | s.menvcfg)


def legal(w: int, mask: int) -> int:
    """norm:menvcfg_cbie_warl_op, norm:menvcfg_pmm_enc: of CBIE 2 and of PMM 1 are reserved, and stored as 0.

    norm:menvcfg_sz_acc, norm:henvcfg_cbie, norm:mseccfg_pmm_enc, norm:pmlen_supported_values,
    norm:pmlen_future_reserved, norm:pmlen_illegal_warl.
    """
    kept = w & mask
    if kept >> _CBIE & 3 == 2:
        kept = kept & (mask ^ 3 << _CBIE & mask)
    if kept >> 32 & 3 == 1:
        kept = kept & (mask ^ 3 << 32 & mask)
    return kept


_IN_M = allowed(Because("norm:menvcfg_op", "menvcfg acts on the modes below M", ("mode",)))


class _Field:
    """The verdict by one field of menvcfg, senvcfg and henvcfg: 0 keeps the instruction from the modes below."""

    def __init__(self, name: str, lsb: int, mask: int, mrule: str, hrule: str, srule: str) -> None:
        self.lsb, self.mask = lsb, mask
        m = Because(mrule, f"menvcfg.{name} lets the modes below M execute it", ("mode", f"menvcfg.{name}"))
        h = Because(hrule, f"henvcfg.{name} lets the guest execute it", ("V", f"henvcfg.{name}"))
        u = Because(srule, f"senvcfg.{name} lets user mode execute it", ("mode", f"senvcfg.{name}"))
        self.not_below_m = illegal(Because(mrule, f"menvcfg.{name} is 0", ("mode", f"menvcfg.{name}")))
        self.not_in_guest = virtual(m, Because(hrule, f"henvcfg.{name} is 0", ("V", f"henvcfg.{name}")))
        denied = Because(srule, f"senvcfg.{name} is 0", ("mode", f"senvcfg.{name}"))
        self.not_in_vu, self.not_in_u = virtual(m, h, denied), illegal(m, denied)
        self.in_vs, self.in_vu, self.in_u, self.below_m = allowed(m, h), allowed(m, h, u), allowed(m, u), allowed(m)

    def judge(self, r: Rules, s: State) -> Verdict:
        """HS-qualified (norm:henvcfg_cbze) is what menvcfg allows."""
        if s.prv == _M:
            return _IN_M
        if s.menvcfg >> self.lsb & self.mask == 0:
            return self.not_below_m
        if s.v == 1:
            if s.henvcfg >> self.lsb & self.mask == 0:
                return self.not_in_guest
            if s.prv != _U:
                return self.in_vs
            if s.senvcfg >> self.lsb & self.mask == 0:
                return self.not_in_vu
            return self.in_vu
        if s.prv != _U or not r.has_s:
            return self.below_m
        if s.senvcfg >> self.lsb & self.mask == 0:
            return self.not_in_u
        return self.in_u


CBO_INVAL = _Field("CBIE", _CBIE, 3, "norm:menvcfg_cbie_warl_op", "norm:cbo-inval_h-mode_veq1_op", "norm:senvcfg_cbie")
CBO_CLEAN = _Field("CBCFE", _CBCFE, 1, "norm:menvcfg_cbcfe_op", "norm:henvcfg_cbcfe", "norm:senvcfg_cbcfe")
CBO_ZERO = _Field("CBZE", _CBZE, 1, "norm:menvcfg_cbze_op", "norm:henvcfg_cbze", "norm:senvcfg_cbze")


class Invalidation(NamedTuple):
    """What a CBO.INVAL that may execute does, and why."""

    flushes: bool
    because: Because


_CBIE_OP, _CBIE_OP_H = "norm:menvcfg_cbie_cbo-inval_op_list", "norm:cbo-inval_h-mode_op0"
_INVALIDATES_IN_M = Invalidation(False, Because(_CBIE_OP, "in M it invalidates", ("mode",)))
_INVALIDATES = Invalidation(False, Because(_CBIE_OP, "no CBIE above is 1: it invalidates", ("mode",)))
_M_FLUSHES = Invalidation(True, Because(_CBIE_OP, "menvcfg.CBIE is 1: it flushes", ("mode", "menvcfg.CBIE")))
_HS_FLUSHES = Invalidation(
    True, Because(_CBIE_OP_H, "henvcfg.CBIE is 1: it flushes in the guest", ("V", "henvcfg.CBIE"))
)
_S_FLUSHES = Invalidation(
    True, Because(_CBIE_OP, "senvcfg.CBIE is 1: it flushes in user mode", ("mode", "senvcfg.CBIE"))
)


def cbo_inval_does(r: Rules, s: State) -> Invalidation:
    """norm:menvcfg_cbie_cbo-inval_op_list, norm:cbo-inval_h-mode_op0: one register above that says flush decides.

    norm:cbo-inval_s-mode_op0, norm:cbo-inval_s-mode_op1, norm:cbo-inval_s-mode_op2, norm:cbo-inval_h-mode_op1,
    norm:cbo-inval_h-mode_op2.
    """
    if s.prv == _M:
        return _INVALIDATES_IN_M
    if s.menvcfg >> _CBIE & 3 == 1:
        return _M_FLUSHES
    if s.v == 1 and s.henvcfg >> _CBIE & 3 == 1:
        return _HS_FLUSHES
    if s.prv == _U and s.senvcfg >> _CBIE & 3 == 1:
        return _S_FLUSHES
    return _INVALIDATES


def cbo_inval_flushes(r: Rules, s: State) -> bool:
    """Whether a CBO.INVAL that may execute writes back as CBO.FLUSH does."""
    return cbo_inval_does(r, s).flushes
