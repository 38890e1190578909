"""How loads, stores, HLV and HSV reach memory now: as which mode, through which tables, with which permission bits."""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .effective import ActsIn, hlsv_act_in, loads_act_in
from .isa import Mode, Prv
from .reason import Because, Reason
from .rules import Rules
from .state import State

_M, _S = Prv.M.value, Prv.S.value
_VS = Mode.VS.value

_IN_M = Because("norm:satp_mode", "in M addresses are physical")
_PHYSICAL = Because("norm:svbare_satp_mode_bare", "satp is Bare: addresses are physical", ("satp",))
_SATP = Because("norm:satp_mode", "satp translates", ("satp",))
_NO_FIRST = Because("norm:vsatp_sz_acc_op", "vsatp is Bare: no first stage", ("vsatp",))
_FIRST = Because("norm:vsatp_sz_acc_op", "vsatp translates, to guest-physical addresses", ("vsatp",))
_NO_SECOND = Because("norm:hgatp_mode_bare_trans", "hgatp is Bare: no second stage", ("hgatp",))
_SECOND = Because("norm:hgatp_mode_sv", "hgatp translates guest-physical addresses", ("hgatp",))
_NO_SUM = Because("norm:mstatus_sum_op", "SUM is 0: pages of user mode fault", ("mstatus.SUM",))
_SUM = Because("norm:mstatus_sum_op", "SUM is 1: pages of user mode, too", ("mstatus.SUM",))
_NO_VS_SUM = Because("norm:sstatus_sum", "the guest's SUM is 0: pages of user mode fault", ("vsstatus.SUM",))
_VS_SUM = Because("norm:sstatus_sum", "the guest's SUM is 1: pages of user mode, too", ("vsstatus.SUM",))
_NO_MXR = Because("norm:mstatus_mxr_op", "MXR is 0: pages for execution alone are not read", ("mstatus.MXR",))
_MXR = Because("norm:mstatus_mxr_op", "MXR is 1: what may be executed may be read", ("mstatus.MXR",))
_NO_MXR_AT_ALL = Because("norm:sstatus_mxr_vm", "MXR is 0, for both stages", ("mstatus.MXR",))
_MXR_OF_BOTH = Because("norm:sstatus_mxr_vm", "MXR is 1: both stages read what may be executed", ("mstatus.MXR",))
_NO_VS_MXR = Because("norm:vsstatus_mxr_vm", "the guest's MXR is 0, for its own stage", ("vsstatus.MXR",))
_VS_MXR = Because(
    "norm:vsstatus_mxr_vm", "the guest's MXR is 1: its stage reads what may be executed", ("vsstatus.MXR",)
)


class Translation(NamedTuple):
    """The mode that accesses act in; the CSRs that translate, and the bits that permit more, in order; and why."""

    mode: int
    tables: tuple[str, ...]
    bits: tuple[str, ...]
    reason: Reason


def translation(config: Config, s: State) -> Translation:
    """norm:mstatus_mprv_ldst_op, norm:mstatus_mprv_hypervisor: of loads and stores."""
    return _of(config.rules, s, loads_act_in(config, s))


def hlsv_translation(config: Config, s: State) -> Translation:
    """norm:hlsv_trans, norm:mstatus_mprv_hlsv, HU-28: of HLV and HSV."""
    return _of(config.rules, s, hlsv_act_in(s))


def _of(r: Rules, s: State, acts_in: ActsIn) -> Translation:
    mode, why = acts_in
    if mode == _M:
        return Translation(mode, (), (), (why, _IN_M))
    if mode & 4:
        return _of_guest(r, s, acts_in)
    if s.satp >> r.atp_mode_shift == 0:
        return Translation(mode, (), (), (why, _PHYSICAL))
    bits, reason = _set(("SUM", s.mstatus_sum, _NO_SUM, _SUM)) if mode == _S else _NOTHING
    more, because = _set(("MXR", s.mstatus_mxr, _NO_MXR, _MXR))
    return Translation(mode, ("satp",), bits + more, (why, _SATP, *reason, *because))


def _of_guest(r: Rules, s: State, acts_in: ActsIn) -> Translation:
    """norm:hlsv_sstatus_mxr, norm:hlsv_vsstatus_mxr: HS's MXR acts on both stages, the guest's on its own."""
    mode, why = acts_in
    first, second = s.vsatp >> r.atp_mode_shift != 0, s.hgatp >> r.atp_mode_shift != 0
    tables = ("vsatp",) * first + ("hgatp",) * second
    stages = (_FIRST if first else _NO_FIRST, _SECOND if second else _NO_SECOND)
    bits, reason = _NOTHING
    if first and mode == _VS:
        bits, reason = _set(("guest's SUM", s.vsstatus_sum, _NO_VS_SUM, _VS_SUM))
    if tables:
        more, because = _set(("MXR", s.mstatus_mxr, _NO_MXR_AT_ALL, _MXR_OF_BOTH))
        bits, reason = bits + more, reason + because
    if first:
        more, because = _set(("guest's MXR", s.vsstatus_mxr, _NO_VS_MXR, _VS_MXR))
        bits, reason = bits + more, reason + because
    return Translation(mode, tables, bits, (why, *stages, *reason))


_NOTHING: tuple[tuple[str, ...], Reason] = ((), ())


def _set(bit: tuple[str, int, Because, Because]) -> tuple[tuple[str, ...], Reason]:
    """A bit's name where it is 1, and what it means."""
    name, value, no, yes = bit
    return ((name,), (yes,)) if value else ((), (no,))
