"""What a trap or a return leaves behind, as a function of the whole state before.

Written from the manual's sections on trap entry and return, the N chapter and
shudeleg.md. A state is what `Bench.state` gives: every CSR and the mode. All
that an event does not write stays, so that comparing whole states shows what
it must not touch.
"""

from __future__ import annotations

from utrap.config import Config
from utrap.isa import Mode

from .manual import address, bits

__all__ = ["State", "field", "mret", "sret", "sret_v1", "trap", "uret", "vector", "with_field"]

State = dict[str, int]

UIE, SIE, MIE, UPIE, SPIE, MPIE, SPP, MPP, MPRV = 0, 1, 3, 4, 5, 7, 8, 11, 17
HSTATUS_GVA, SPV, SPVP = 6, 7, 8
HUSTATUS_GVA, UPV, UPVP = 6, 7, 8
GUEST_PAGE_FAULTS = (20, 21, 23)


def field(state: State, csr: str, position: int, width: int = 1) -> int:
    return state[csr] >> position & (1 << width) - 1


def with_field(state: State, csr: str, position: int, value: int, width: int = 1) -> None:
    mask = (1 << width) - 1 << position
    state[csr] = state[csr] & ~mask | value << position & mask


def _mpv_gva(config: Config) -> tuple[str, int, int]:
    """norm:mstatush_enc: MPV and GVA are in mstatush on RV32."""
    return ("mstatus", 39, 38) if config.xlen == 64 else ("mstatush", 7, 6)


def _mirror(config: Config, state: State) -> State:
    """norm:sstatus: the views of mstatus follow it."""
    supervisor = bits(0, 1, 4, 5, 8, (10, 9), (14, 13), 18, 19, config.xlen - 1)
    supervisor |= bits((33, 32)) if config.xlen == 64 else 0
    if "sstatus" in state:
        state["sstatus"] = state["mstatus"] & supervisor
    if "ustatus" in state:
        state["ustatus"] = state["mstatus"] & bits(UIE, UPIE)
    return state


def trap(
    config: Config,
    before: State,
    to: Mode,
    cause: int,
    *,
    is_interrupt: bool = False,
    pc: int = 0,
    tval: int = 0,
    gva: int = 0,
    tval2: int = 0,
    tinst: int = 0,
) -> State:
    """norm:mstatus_xpie_xie_xpp_trap_op, norm:H_trap_m_csrwrites, norm:H_trap_hs_csrwrites, norm:H_trap_vs_csrwrites,
    HU-12, HU-13, warl:xcause, norm:mtval_rdonly0, warl:va_bits."""
    state, mode = dict(before), before["mode"]
    is_virtual, is_supervisor = mode >> 2, mode & 1
    prefix = {Mode.M: "m", Mode.S: "s", Mode.U: "u", Mode.VS: "vs"}[to]
    state[f"{prefix}epc"] = address(config, pc & ~(1 if config.ialign == 16 else 3))
    state[f"{prefix}cause"] = cause & (1 << config.cause_bits) - 1 | (1 << config.xlen - 1 if is_interrupt else 0)
    if is_interrupt:
        tval = gva = tval2 = tinst = 0
    state[f"{prefix}tval"] = address(config, tval) if config.tval == "all" else 0
    gpa = tval2 if cause in GUEST_PAGE_FAULTS and not is_interrupt else 0
    if to is Mode.M:
        with_field(state, "mstatus", MPIE, field(before, "mstatus", MIE))
        with_field(state, "mstatus", MIE, 0)
        with_field(state, "mstatus", MPP, mode & 3, 2)
        if config.h:
            csr, mpv, gva_at = _mpv_gva(config)
            with_field(state, csr, mpv, is_virtual)
            with_field(state, csr, gva_at, gva)
            state |= {"mtval2": gpa, "mtinst": tinst}
    if to is Mode.S:
        with_field(state, "mstatus", SPIE, field(before, "mstatus", SIE))
        with_field(state, "mstatus", SIE, 0)
        with_field(state, "mstatus", SPP, is_supervisor)
        if config.h:
            with_field(state, "hstatus", SPV, is_virtual)
            if is_virtual:
                with_field(state, "hstatus", SPVP, is_supervisor)
            with_field(state, "hstatus", HSTATUS_GVA, gva)
            state |= {"htval": gpa, "htinst": tinst}
    if to is Mode.VS:
        with_field(state, "vsstatus", SPIE, field(before, "vsstatus", SIE))
        with_field(state, "vsstatus", SIE, 0)
        with_field(state, "vsstatus", SPP, is_supervisor)
    if to is Mode.U:
        with_field(state, "mstatus", UPIE, field(before, "mstatus", UIE))
        with_field(state, "mstatus", UIE, 0)
        if config.shudeleg:
            with_field(state, "hustatus", UPV, is_virtual)
            if is_virtual:
                with_field(state, "hustatus", UPVP, is_supervisor)
            with_field(state, "hustatus", HUSTATUS_GVA, gva)
            state |= {"hutval": gpa, "hutinst": tinst}
    state["mode"] = to
    return _mirror(config, state)


def vector(config: Config, before: State, to: Mode, cause: int, *, is_interrupt: bool = False) -> int:
    """norm:mtvec_mode_direct_op, norm:mtvec_mode_vectored_op, HU-14."""
    tvec = before[{Mode.M: "mtvec", Mode.S: "stvec", Mode.U: "utvec", Mode.VS: "vstvec"}[to]]
    base = tvec & ~3
    offset = 4 * cause if tvec & 1 and is_interrupt else 0
    return (base + offset) % (1 << config.xlen)


def mret(config: Config, before: State) -> State:
    """norm:mstatus_xret_op, norm:mret_h, norm:mstatus_mprv_clr_mret_sret_less_priv."""
    state = dict(before)
    mpp = field(before, "mstatus", MPP, 2)
    mpv = 0
    if config.h:
        csr, mpv_at, _ = _mpv_gva(config)
        mpv = field(before, csr, mpv_at)
        with_field(state, csr, mpv_at, 0)
    with_field(state, "mstatus", MIE, field(before, "mstatus", MPIE))
    with_field(state, "mstatus", MPIE, 1)
    with_field(state, "mstatus", MPP, 0, 2)
    if mpp != 3:
        with_field(state, "mstatus", MPRV, 0)
    state["mode"] = 3 if mpp == 3 else mpp | mpv << 2
    return _mirror(config, state)


def sret(config: Config, before: State) -> State:
    """norm:sret_h, norm:sret_v0, norm:hstatus_spv_sret: in M and HS."""
    state = dict(before)
    spv = field(before, "hstatus", SPV) if config.h else 0
    with_field(state, "mstatus", SIE, field(before, "mstatus", SPIE))
    with_field(state, "mstatus", SPIE, 1)
    with_field(state, "mstatus", SPP, 0)
    with_field(state, "mstatus", MPRV, 0)
    if config.h:
        with_field(state, "hstatus", SPV, 0)
    state["mode"] = field(before, "mstatus", SPP) | spv << 2
    return _mirror(config, state)


def sret_v1(config: Config, before: State) -> State:
    """norm:sret_v1: in VS."""
    state = dict(before)
    with_field(state, "vsstatus", SIE, field(before, "vsstatus", SPIE))
    with_field(state, "vsstatus", SPIE, 1)
    with_field(state, "vsstatus", SPP, 0)
    with_field(state, "mstatus", MPRV, 0)
    state["mode"] = field(before, "vsstatus", SPP) | 4
    return _mirror(config, state)


def uret(config: Config, before: State) -> State:
    """HU-20, HU-21."""
    state = dict(before)
    with_field(state, "mstatus", UIE, field(before, "mstatus", UPIE))
    with_field(state, "mstatus", UPIE, 1)
    with_field(state, "mstatus", MPRV, 0)
    state["mode"] = 0
    if config.shudeleg and before["hudcfg"] & 1 and field(before, "hustatus", UPV):
        state["mode"] = 4 | field(before, "hustatus", UPVP)
        with_field(state, "hustatus", UPV, 0)
    return _mirror(config, state)
