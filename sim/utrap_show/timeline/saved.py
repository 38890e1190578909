"""What a trap saves and a return restores: the CSR fields that each may write.

norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites, norm:H_trap_vs_csrwrites, HU-13; norm:xret_op,
norm:mret_h, norm:sret_v0, norm:sret_v1, HU-20, HU-21; of SDT and MDT norm:sstatus_sdt_trap, norm:trap_exp,
norm:mstatus_mdt_clr_mret_sret, norm:sstatus_sdt_clr_mret_sret, norm:vsstatus_sdt_clr_mret_sret, HU-31.
The fields are named as the software of the
mode sees them: a trap into HS writes sstatus.SPP, which is mstatus.SPP.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from utrap.isa import Mode

from .event import Kind

__all__ = ["Place", "places"]


class Place(NamedTuple):
    """Where a field is.

    Attributes:
        csr: The CSR.
        field: The field's name; "" for the whole CSR.
        lsb, width: Its lowest bit, and its width.
        is_rare: Not every hart has it, or not every event of this kind writes it: it is told where it changes.
    """

    csr: str
    field: str = ""
    lsb: int = 0
    width: int = 64
    is_rare: bool = False


class _Features(NamedTuple):
    xlen: int
    h: bool
    shudeleg: bool


@cache
def places(kind: Kind, from_mode: Mode, to_mode: Mode, xlen: int, h: bool, shudeleg: bool) -> tuple[Place, ...]:
    """The fields that a trap or a return writes, on a hart of XLEN `xlen` with or without H and Shudeleg."""
    features = _Features(xlen, h, shudeleg)
    if kind is Kind.RNMI:
        return tuple(_rnmi(features))
    if kind.is_trap:
        return tuple(_trap(from_mode, to_mode, features))
    if kind is Kind.HALT:
        return tuple(_halt(features))
    if kind.is_return:
        return tuple(_return(kind, from_mode, to_mode, features))
    return ()


def _halt(features: _Features) -> Iterator[Place]:
    """Sdext: Halt."""
    yield from (Place("dpc"), Place("dcsr", "CAUSE", 6, 3), Place("dcsr", "NMIP", 3, 1), Place("dcsr", "PRV", 0, 2))
    if features.h:
        yield Place("dcsr", "V", 5, 1)


def _rnmi(features: _Features) -> Iterator[Place]:
    """norm:rnmi_entry, norm:rnmi_entry_cause, norm:rnmi_entry_priv, norm:rnmi_entry_nmie_clear"""
    yield from (Place("mnepc"), Place("mncause"), Place("mnstatus", "MNPP", 11, 2), Place("mnstatus", "NMIE", 3, 1))
    if features.h:
        yield Place("mnstatus", "MNPV", 7, 1)


def _trap(from_mode: Mode, to_mode: Mode, features: _Features) -> Iterator[Place]:
    prefix = {Mode.M: "m", Mode.S: "s", Mode.VS: "vs", Mode.U: "u"}.get(to_mode)
    if prefix is None:  # no trap enters VU; a unit that says so is broken
        return
    for register in ("epc", "cause", "tval"):
        yield Place(prefix + register)
    from_guest = bool(from_mode & 4)
    if to_mode is Mode.M:
        if features.h:
            yield from (Place("mtval2"), Place("mtinst"))
        yield from (
            Place("mstatus", "MPP", 11, 2),
            Place("mstatus", "MPIE", 7, 1),
            Place("mstatus", "MIE", 3, 1),
        )
        if features.h:
            yield from (_mpv(features), _gva(features))
        else:
            yield Place("mtval2", is_rare=True)  # with Ssdbltrp
        yield _mdt(features)
    elif to_mode is Mode.S:
        if features.h:
            yield from (Place("htval"), Place("htinst"))
        yield from (*_supervisor("sstatus"), _sdt("sstatus"))
        if features.h:
            yield Place("hstatus", "SPV", 7, 1)
            if from_guest:  # norm:hstatus_spvp_op
                yield Place("hstatus", "SPVP", 8, 1)
            yield Place("hstatus", "GVA", 6, 1)
    elif to_mode is Mode.VS:
        yield from (*_supervisor("vsstatus"), _sdt("vsstatus"))
    else:
        if features.shudeleg:
            yield from (Place("hutval"), Place("hutinst"))
        yield from (Place("ustatus", "UPIE", 4, 1), Place("ustatus", "UIE", 0, 1))
        if features.shudeleg:
            yield Place("hustatus", "UPV", 7, 1)
            if from_guest:
                yield Place("hustatus", "UPVP", 8, 1)
            yield Place("hustatus", "GVA", 6, 1)


def _return(kind: Kind, from_mode: Mode, to_mode: Mode, features: _Features) -> Iterator[Place]:
    yield from _restored(kind, from_mode, to_mode, features)
    leads_out = kind in (Kind.MNRET, Kind.RESUME) and to_mode is Mode.M
    if from_mode is Mode.M and not leads_out:
        yield _mdt(features)
    if from_mode & 4 == 0 and not leads_out and (kind is Kind.SRET or to_mode not in (Mode.M, Mode.S)):
        yield _sdt("sstatus")
    if features.h and ((kind is Kind.SRET and from_mode & 4) or to_mode is Mode.VU):
        yield _sdt("vsstatus")


def _restored(kind: Kind, from_mode: Mode, to_mode: Mode, features: _Features) -> Iterator[Place]:
    if kind is Kind.MRET:
        yield from (Place("mstatus", "MIE", 3, 1), Place("mstatus", "MPIE", 7, 1), Place("mstatus", "MPP", 11, 2))
        if features.h:
            yield _mpv(features)
        if to_mode is not Mode.M:  # norm:mstatus_mprv_clr_mret_sret_less_priv
            yield _MPRV
    elif kind is Kind.SRET:
        csr = "vsstatus" if from_mode & 4 else "sstatus"
        yield from (Place(csr, "SIE", 1, 1), Place(csr, "SPIE", 5, 1), Place(csr, "SPP", 8, 1))
        if features.h and not from_mode & 4:
            yield Place("hstatus", "SPV", 7, 1)
        yield _MPRV
    elif kind is Kind.MNRET:
        yield Place("mnstatus", "NMIE", 3, 1)
        if to_mode is not Mode.M:  # norm:mnret_mprv
            yield _MPRV
    elif kind is Kind.RESUME:
        if to_mode is not Mode.M:  # Sdext: Resume
            yield _MPRV
    else:
        yield from (Place("ustatus", "UIE", 0, 1), Place("ustatus", "UPIE", 4, 1))
        if to_mode & 4:  # HU-20
            yield Place("hustatus", "UPV", 7, 1)
        yield _MPRV


_MPRV = Place("mstatus", "MPRV", 17, 1)


def _supervisor(csr: str) -> tuple[Place, ...]:
    return Place(csr, "SPP", 8, 1), Place(csr, "SPIE", 5, 1), Place(csr, "SIE", 1, 1)


def _sdt(csr: str) -> Place:
    return Place(csr, "SDT", 24, 1, is_rare=True)


def _mdt(features: _Features) -> Place:
    csr, lsb = ("mstatus", 42) if features.xlen == 64 else ("mstatush", 10)
    return Place(csr, "MDT", lsb, 1, is_rare=True)


def _mpv(features: _Features) -> Place:
    return Place("mstatus", "MPV", 39, 1) if features.xlen == 64 else Place("mstatush", "MPV", 7, 1)


def _gva(features: _Features) -> Place:
    return Place("mstatus", "GVA", 38, 1) if features.xlen == 64 else Place("mstatush", "GVA", 6, 1)
