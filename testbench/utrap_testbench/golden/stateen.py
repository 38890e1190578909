"""Smstateen: which state the modes below may reach, by mstateen, hstateen and sstateen.

A bit that is 0 in mstateen reads and acts as 0 in hstateen and sstateen
(norm:mstateen_lower_priv_roz); one that is 0 in hstateen does so in sstateen
with V=1 (norm:sstateen_vsmode_access_roz). What a write cannot see it keeps
(warl:stateen).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .isa import Prv
from .reason import Because, Verdict, allowed, illegal, virtual
from .rules import Rules
from .state import State

_U, _M = Prv.U.value, Prv.M.value

#: The bits of mstateen0, hstateen0, sstateen0.
C: Final = 0
FCSR: Final = 1
JVT: Final = 2
CTR: Final = 54
SRMCFG: Final = 55
P1P13: Final = 56
CONTEXT: Final = 57
IMSIC: Final = 58
AIA: Final = 59
CSRIND: Final = 60
ENVCFG: Final = 62
SE: Final = 63


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """One bit of the registers with this number, and which of hstateen and sstateen have it for the state behind."""

    register: int
    bit: int
    rule: str
    by_h: bool = True
    by_s: bool = False

    def judge(self, r: Rules, s: State, prv: int, v: int, judged: Verdict) -> Verdict:
        """norm:stateen_illegal_state_access: `judged` is the verdict without this extension.

        What HS may not do is an illegal instruction for everyone below M, the
        virtual instruction among them (warl:stateen).
        """
        if prv == _M or judged.fault == 2:
            return judged
        told = _told(self)
        if mstateen(s, self.register) >> self.bit & 1 == 0:
            return told.below_m
        if judged.fault != 0:
            return Verdict(judged.fault, told.by_m + judged.reason)
        passed = judged.reason + told.by_m
        if v == 1 and self.by_h:
            if hstateen(s, self.register) >> self.bit & 1 == 0:
                return told.in_guest
            passed = passed + told.by_h
        # norm:sstateen_rv64_csrs: without S there is none, and mstateen alone is for U.
        if prv == _U and self.by_s and r.has_s == 1:
            if sstateen(s, self.register, v) >> self.bit & 1 == 0:
                return told.in_vu if v == 1 else told.in_u
            passed = passed + told.by_s
        return Verdict(0, passed)


class _Told:
    """What a gate can say: by whose leave, or by whom it is refused."""

    def __init__(self, gate: Gate) -> None:
        number, bit, rule = gate.register, gate.bit, gate.rule
        m = ("mode", f"mstateen{number}[{bit}]")
        h = ("V", f"hstateen{number}[{bit}]")
        s = ("mode", f"sstateen{number}[{bit}]")
        self.by_m = (Because(rule, "M lets the modes below have it", m),)
        self.by_h = (Because(rule, "HS lets the guest have it", h),)
        self.by_s = (Because(rule, "{S} lets user mode have it", s),)
        by_guest_s = (Because(rule, "the guest keeps it from VU", ("V", *s)),)
        self.below_m = illegal(Because(rule, "M keeps it from the modes below", m))
        self.in_guest = virtual(*self.by_m, Because(rule, "HS keeps it from the guest", h))
        self.in_vu = virtual(*self.by_m, *(self.by_h if gate.by_h else ()), *by_guest_s)
        self.in_u = illegal(*self.by_m, Because(rule, "{S} keeps it from user mode", s))


_KNOWN: dict[Gate, _Told] = {}


def _told(gate: Gate) -> _Told:
    if gate not in _KNOWN:
        _KNOWN[gate] = _Told(gate)
    return _KNOWN[gate]


def mstateen(s: State, number: int) -> int:
    """norm:mstateen_rv64_csrs"""
    value: int = getattr(s, f"mstateen{number}")
    return value


def hstateen(s: State, number: int) -> int:
    """norm:mstateen_lower_priv_roz, norm:hstateen_rv64_csrs"""
    value: int = getattr(s, f"hstateen{number}")
    return value & mstateen(s, number)


def sstateen(s: State, number: int, v: int) -> int:
    """norm:mstateen_lower_priv_roz, norm:sstateen_vsmode_access_roz; sstateen1 to 3 have no bits yet."""
    if number:
        return 0
    if v == 1:
        return s.sstateen0 & hstateen(s, 0)
    return s.sstateen0 & s.mstateen0


def write_sstateen0(r: Rules, s: State, w: int) -> None:
    """warl:stateen: what is hidden from the writer is kept."""
    seen = r.sstateen0 & (hstateen(s, 0) if s.v == 1 else s.mstateen0)
    s.sstateen0 = s.sstateen0 ^ (s.sstateen0 ^ w) & seen


def write_hstateen(number: int, shift: int) -> Callable[[Rules, State, int], None]:
    """The writer of hstateen or, with a shift of 32, of its high half."""

    def write(r: Rules, s: State, w: int) -> None:
        old = getattr(s, f"hstateen{number}")
        seen = r.hstateen[number] & mstateen(s, number) & r.xlen_mask << shift
        setattr(s, f"hstateen{number}", old ^ (old ^ w << shift) & seen)

    return write


def gates(r: Rules) -> dict[int, Gate]:
    """What is behind which bit, by CSR address; a bit that mstateen cannot have gates nothing.

    In guests hstateen has its say (norm:hstateen0_envcfg_op, norm:hstateen0_csrind_op, norm:hstateen0_imsic_op,
    norm:hstateen0_aia_op, norm:hstateen0_context_op, norm:hstateen0_SE0_op, norm:hstateen_bit_63_op), in user modes
    sstateen (norm:sstateen_user_access_control); norm:mstateen0_se0_op is bit 63 of register 0.
    """
    found: dict[int, Gate] = {}

    def add(gate: Gate, *addresses: int) -> None:
        if r.mstateen[gate.register] >> gate.bit & 1:
            found.update(dict.fromkeys(addresses, gate))

    # HU-29, norm:stateen0_c_op: what N and Shudeleg add.
    own = (0x000, 0x004, 0x005, *range(0x040, 0x045), 0x102, 0x103)
    add(Gate(0, C, "norm:stateen0_c_op", by_s=True), *own)
    add(Gate(0, C, "norm:stateen0_c_op", by_s=True), 0x6C0, 0x6C2, 0x6D2, *range(0x6E0, 0x6E8), 0x800, 0x843, 0x84A)
    add(Gate(0, FCSR, "norm:stateen0_fcsr_op", by_s=True), 0x001, 0x002, 0x003)
    add(Gate(0, JVT, "norm:stateen0_jvt_op", by_s=True), 0x017)
    add(Gate(0, CTR, "norm:mstateen_ctr0_except1"), 0x14E, 0x14F, 0x15F, 0x24E)
    add(Gate(0, SRMCFG, "norm:mstateen0_srmcfg_op", by_h=False), 0x181)
    add(Gate(0, P1P13, "norm:mstateen0_p1p13_op", by_h=False), 0x612)
    add(Gate(0, CONTEXT, "norm:mstateen0_context_op"), 0x5A8)
    add(Gate(0, CONTEXT, "norm:mstateen0_context_op", by_h=False), 0x6A8)
    add(Gate(0, IMSIC, "norm:mstateen0_imsic_op"), 0x15C)
    add(Gate(0, IMSIC, "norm:mstateen0_imsic_op", by_h=False), 0x25C)
    # In guests siph, sieh and stopi (really vsiph, vsieh, vstopi); siph and sieh are there on RV32 alone.
    add(Gate(0, AIA, "norm:mstateen0_aia_op"), 0xDB0, *((0x114, 0x154) if r.xlen == 32 else ()))
    add(Gate(0, AIA, "norm:mstateen0_aia_op", by_h=False), 0x608, 0x609, 0x646, 0x647, 0xEB0)
    if r.xlen == 32:
        add(
            Gate(0, AIA, "norm:mstateen0_aia_op", by_h=False),
            *(0x613, 0x618, 0x655, 0x656, 0x657, 0x214, 0x254),
        )
    add(Gate(0, CSRIND, "norm:mstateen0_csrind_op"), 0x150, 0x151, 0x152, 0x153, 0x155, 0x156, 0x157)
    add(Gate(0, CSRIND, "norm:mstateen0_csrind_op", by_h=False), 0x250, 0x251, 0x252, 0x253, 0x255, 0x256, 0x257)
    add(Gate(0, ENVCFG, "norm:mstateen0_envcfg_op"), 0x10A)
    for number in range(4):
        add(Gate(number, SE, "norm:mstateen_bit_63_op"), 0x10C + number)
    if r.has_h:
        add(Gate(0, ENVCFG, "norm:mstateen0_envcfg_op", by_h=False), 0x60A, 0x61A)
        for number in range(4):
            add(Gate(number, SE, "norm:mstateen_bit_63_op", by_h=False), 0x60C + number, 0x61C + number)
    return found


_CUSTOM = Gate(0, C, "norm:stateen0_c_op", by_s=True)


def gate_outside(r: Rules, known: Mapping[int, Gate], address: int) -> Gate | None:
    """What is behind which bit of the CSRs outside the trap unit; norm:stateen0_c_op: all that is custom behind C.

    The addresses for custom use are 0x800 to 0x8FF, and of the other levels'
    those with bits 7:6 set; those of M nothing gates.
    """
    if address in known:
        return known[address]
    if r.mstateen[0] >> C & 1:
        page = address >> 8
        if page == 8 or (address & 0xC0 == 0xC0 and page & 3 != 3 and (page > 8 or page == 5 or page == 6)):
            return _CUSTOM
    return None


_UNGATED = allowed(Because("norm:stateen_op", "no state enable has a bit for it"))
_IN_M = allowed(Because("norm:stateen_op", "in M no state enable acts", ("mode",)))
_CTR_REACHED = allowed(Because("norm:sctrclr_exceptions", "{S} and above may execute it", ("mode",)))
_NOT_U = illegal(Because("norm:sctrclr_exceptions", "U may not execute it", ("mode",)))
_NOT_VU = virtual(Because("norm:sctrclr_exceptions", "VU may not execute it", ("mode",)))
_CTR = Gate(0, CTR, "norm:mstateen_ctr0_except3")
_JVT = Gate(0, JVT, "norm:stateen0_jvt_op", by_s=True)
_FCSR = Gate(0, FCSR, "norm:stateen0_fcsr0_misa_f0_illegal_fpu_instr", by_s=True)


def _by_gate(gate: Gate, r: Rules, s: State) -> Verdict:
    """Of an instruction that all modes may execute but for its gate."""
    if r.mstateen[0] >> gate.bit & 1 == 0:
        return _UNGATED
    if s.prv == _M:
        return _IN_M
    return gate.judge(r, s, s.prv, s.v, allowed())


def table_jump(r: Rules, s: State) -> Verdict:
    """CM.JT and CM.JALT, which read jvt."""
    return _by_gate(_JVT, r, s)


def clear_records(r: Rules, s: State) -> Verdict:
    """SCTRCLR: norm:sctrclr_exceptions, norm:mstateen_ctr0_except3, norm:hstateen_vs"""
    judged = _CTR_REACHED
    if s.prv == _U:
        judged = _NOT_VU if s.v == 1 else _NOT_U
    if r.mstateen[0] >> CTR & 1:
        return _CTR.judge(r, s, s.prv, s.v, judged)
    return judged


def float_in_x(r: Rules, s: State) -> Verdict:
    """Floating-point instructions of Zfinx, as though they all accessed fcsr."""
    return _by_gate(_FCSR, r, s)
