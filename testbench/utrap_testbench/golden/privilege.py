"""Who may access a CSR: one judge for each class of register, `(state, privilege, V) -> verdict`.

A virtual-instruction exception is raised exactly where V=1 and HS-mode could
do the same access with TVM=0 (norm:H_cause_virtual_instruction); otherwise an
access that is not allowed is an illegal instruction.
"""

from __future__ import annotations

from .isa import Prv
from .reason import CSR_ADDRESSES, Because, Verdict, allowed, illegal, virtual
from .rules import Rules
from .state import State

_U, _M = Prv.U.value, Prv.M.value

_HIGH_ENOUGH = Because(CSR_ADDRESSES, "the mode is high enough", ("mode",))
_ALLOWED = allowed(_HIGH_ENOUGH)
_NOT_M = illegal(Because(CSR_ADDRESSES, "M alone may access it", ("mode",)))
_GUEST_NOT_HS = virtual(Because("norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0", "a guest may not, HS could", ("mode",)))
_USER_NOT_HS = illegal(Because("norm:H_vscsrs_acc_u", "U may not access it", ("mode",)))
_VU_NOT_S = virtual(Because("norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0", "VU may not, HS could", ("mode",)))
_USER_NOT_S = illegal(Because(CSR_ADDRESSES, "U may not access it", ("mode",)))
_VTVM_CLEAR = allowed(_HIGH_ENOUGH, Because("norm:hstatus_vtvm_op", "VTVM does not trap it", ("hstatus.VTVM",)))
_VTVM = virtual(Because("norm:H_virtinst_vs_sfence_sinval_satp_vtvm1", "VTVM traps it in VS", ("mode", "hstatus.VTVM")))
_TVM_CLEAR = allowed(_HIGH_ENOUGH, Because("norm:mstatus_tvm_warl_op", "TVM does not trap it", ("mode", "mstatus.TVM")))
_TVM = illegal(Because("norm:mstatus_tvm_warl_op", "TVM traps it in {S}", ("mode", "mstatus.TVM")))
_TVM_HGATP = illegal(Because("norm:hgatp_tvm_illegal", "TVM traps it in HS", ("mode", "mstatus.TVM")))
_GUEST_NOT_N = virtual(Because("HU-3", "a guest has no user-level traps of its own", ("V",)))
_USER_N = allowed(Because("HU-3", "M, {S} and U may access it", ("mode",)))
_GUEST_NOT_SHUDELEG = virtual(Because("HU-2", "a guest may not, HS could", ("V",)))
_EN_CLEAR = illegal(Because("HU-2", "U may access it only while delegation to U is on", ("mode", "hudcfg.EN")))
_EN_SET = allowed(Because("HU-2", "U may access it while delegation to U is on", ("mode", "hudcfg.EN")))
_ABOVE_U = allowed(Because("HU-2", "M and HS may always access it", ("mode",)))
_HIGH_HALF = illegal(Because("norm:H_illegal_high_half", "a high half, which RV64 has in no mode"))
_HUEDELEGH = illegal(Because("HU-6", "a high half, which RV64 has in no mode"))
_NO_WINDOW = illegal(Because("HU-17", "the configuration has fewer delegation windows"))
_NO_HIGH_COUNTER = illegal(Because(CSR_ADDRESSES, "a counter's high half, which RV64 has in no mode"))
_UNPRIVILEGED = allowed(Because(CSR_ADDRESSES, "its address is for every mode", ("mode",)))

_SRMCFG_IN_GUEST = virtual(
    Because("norm:Ssqosid_srmcfg_access_virtual_instruction", "srmcfg is not the guest's, HS may have it", ("V",))
)
_SCTRDEPTH_IN_GUEST = virtual(Because("norm:sctrdepth_mode", "sctrdepth is not the guest's, HS may have it", ("V",)))
_COUNTER_IN_M = allowed(Because("norm:mcounteren_op", "M may read every counter", ("mode",)))
_MCOUNTEREN = Because("norm:mcounteren_op", "M lets the modes below read it", ("mcounteren[{i}]",))
_HCOUNTEREN = Because("norm:hcounteren_op", "HS lets the guest read it", ("hcounteren[{i}]",))
_SCOUNTEREN = Because("norm:scounteren_op", "{S} lets user mode read it", ("mode", "scounteren[{i}]"))
_NOT_BELOW_M = illegal(
    Because("norm:mcounteren_clr_ill_inst_exc", "M does not let the modes below read it", ("mcounteren[{i}]",))
)
_NOT_IN_GUEST = virtual(
    _MCOUNTEREN,
    Because("norm:H_virtinst_vs_nonhighctr_h0_m1", "HS does not let the guest read it", ("hcounteren[{i}]",)),
)
_NOT_IN_VU = virtual(
    _MCOUNTEREN,
    _HCOUNTEREN,
    Because("norm:H_virtinst_vu_nonhighctr_h0_s0_m1", "the guest does not let VU read it", ("mode", "scounteren[{i}]")),
)
_NOT_IN_U = illegal(
    _MCOUNTEREN, Because("norm:scounteren_op", "{S} does not let U read it", ("mode", "scounteren[{i}]"))
)
_COUNTER_IN_VU = allowed(_MCOUNTEREN, _HCOUNTEREN, _SCOUNTEREN)
_COUNTER_IN_VS = allowed(_MCOUNTEREN, _HCOUNTEREN)
_COUNTER_IN_U = allowed(_MCOUNTEREN, _SCOUNTEREN)
_COUNTER = allowed(_MCOUNTEREN)


def machine(s: State, prv: int, v: int) -> Verdict:
    """M-mode only: HS-mode could not, so never virtual."""
    if prv == _M:
        return _ALLOWED
    return _NOT_M


def hypervisor(s: State, prv: int, v: int) -> Verdict:
    """Hypervisor and VS CSRs (norm:H_vscsrs_acc_m_hs, norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0).

    Also HU-1, and HU-4 for sedeleg and sideleg, which have no VS counterpart.
    """
    if v == 1:
        return _GUEST_NOT_HS
    if prv == _U:
        return _USER_NOT_HS  # norm:H_vscsrs_acc_u
    return _ALLOWED


def supervisor(s: State, prv: int, v: int) -> Verdict:
    """Supervisor CSRs: from VU virtual (norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0)."""
    if prv == _U:
        if v == 1:
            return _VU_NOT_S
        return _USER_NOT_S
    return _ALLOWED


def illegal_below_s() -> Verdict:
    """U may access no supervisor register."""
    return _USER_NOT_S


def satp(s: State, prv: int, v: int) -> Verdict:
    """norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:mstatus_modes"""
    if v == 1:
        if prv == _U:
            return _VU_NOT_S
        if s.hstatus_vtvm == 1:
            return _VTVM
        return _VTVM_CLEAR
    if prv == _U:
        return _USER_NOT_S
    return _by_tvm(s, prv, _TVM)


def hgatp(s: State, prv: int, v: int) -> Verdict:
    """norm:hgatp_tvm_illegal; from V=1 virtual whatever TVM."""
    if v == 1:
        return _GUEST_NOT_HS
    if prv == _U:
        return _USER_NOT_HS
    return _by_tvm(s, prv, _TVM_HGATP)


def _by_tvm(s: State, prv: int, refused: Verdict) -> Verdict:
    """TVM acts in HS-mode alone."""
    if prv == _M:
        return _ALLOWED
    if s.mstatus_tvm == 1:
        return refused
    return _TVM_CLEAR


def user(s: State, prv: int, v: int) -> Verdict:
    """HU-3: N's registers have no guest copy."""
    if v == 1:
        return _GUEST_NOT_N
    return _USER_N


def user_guest(s: State, prv: int, v: int) -> Verdict:
    """HU-2: in U only where HS has turned delegation on."""
    if v == 1:
        return _GUEST_NOT_SHUDELEG
    if prv != _U:
        return _ABOVE_U
    if s.hudcfg_en == 0:
        return _EN_CLEAR
    return _EN_SET


def high_half(s: State, prv: int, v: int) -> Verdict:
    """norm:H_illegal_high_half"""
    return _HIGH_HALF


def high_half_of_huedeleg(s: State, prv: int, v: int) -> Verdict:
    """HU-6"""
    return _HUEDELEGH


def absent_window(s: State, prv: int, v: int) -> Verdict:
    """Shudeleg, section 3: the addresses of absent windows do not exist."""
    return _NO_WINDOW


def high_half_of_counter(s: State, prv: int, v: int) -> Verdict:
    """Counters' high halves do not exist on RV64."""
    return _NO_HIGH_COUNTER


#: The judges of addresses that the trap unit owns only to refuse them.
REFUSING = (high_half, high_half_of_huedeleg, absent_window, high_half_of_counter)


def counter(s: State, prv: int, v: int, index: int, has_s: int) -> Verdict:
    """norm:mcounteren_clr_ill_inst_exc, norm:hcounteren_op, norm:scounteren_op

    The virtual cases are norm:H_virtinst_vs_nonhighctr_h0_m1 and
    norm:H_virtinst_vu_nonhighctr_h0_s0_m1, and the same for high halves.
    """
    if prv == _M:
        return _COUNTER_IN_M
    if s.mcounteren >> index & 1 == 0:
        return _NOT_BELOW_M
    if v == 1:
        if s.hcounteren >> index & 1 == 0:
            return _NOT_IN_GUEST
        if prv != _U:
            return _COUNTER_IN_VS
        if s.scounteren >> index & 1 == 0:
            return _NOT_IN_VU
        return _COUNTER_IN_VU
    if prv != _U or not has_s:
        return _COUNTER
    if s.scounteren >> index & 1 == 0:
        return _NOT_IN_U
    return _COUNTER_IN_U


def external(r: Rules, s: State, prv: int, v: int, address: int) -> Verdict:
    """A CSR outside the trap unit: bits 9:8 of its address name the lowest privilege."""
    if 0xC00 <= address < 0xC20 or 0xC80 <= address < 0xCA0:
        return counter(s, prv, v, address & 31, r.has_s)
    if r.ssqosid == 1 and address == 0x181 and v == 1:
        return _SRMCFG_IN_GUEST
    if r.smctr == 1 and address == 0x15F and v == 1:
        return _SCTRDEPTH_IN_GUEST
    level = address >> 8 & 3
    if level == 3:
        return machine(s, prv, v)
    if level == 2:
        return hypervisor(s, prv, v)
    if level == 1:
        return supervisor(s, prv, v)
    return _UNPRIVILEGED
