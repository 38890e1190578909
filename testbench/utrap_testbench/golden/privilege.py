"""Who may access a CSR: one judge for each class of register, `(state, privilege, V) -> fault`.

A virtual-instruction exception is raised exactly where V=1 and HS-mode could
do the same access with TVM=0 (norm:H_cause_virtual_instruction); otherwise an
access that is not allowed is an illegal instruction.
"""

from __future__ import annotations

from .isa import Fault, Prv
from .state import State

_NONE, _ILLEGAL, _VIRTUAL = Fault.NONE.value, Fault.ILLEGAL.value, Fault.VIRTUAL.value
_U, _S, _M = Prv.U.value, Prv.S.value, Prv.M.value


def machine(s: State, prv: int, v: int) -> int:
    """M-mode only: HS-mode could not, so never virtual."""
    if prv == _M:
        return _NONE
    return _ILLEGAL


def hypervisor(s: State, prv: int, v: int) -> int:
    """Hypervisor and VS CSRs (norm:H_vscsrs_acc_m_hs, norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0).

    Also HU-1, and HU-4 for sedeleg and sideleg, which have no VS counterpart.
    """
    if v == 1:
        return _VIRTUAL
    if prv == _U:
        return _ILLEGAL  # norm:H_vscsrs_acc_u
    return _NONE


def supervisor(s: State, prv: int, v: int) -> int:
    """Supervisor CSRs: from VU virtual (norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0)."""
    if prv == _U:
        if v == 1:
            return _VIRTUAL
        return _ILLEGAL
    return _NONE


def satp(s: State, prv: int, v: int) -> int:
    """norm:mstatus_tvm_warl_op, norm:hstatus_vtvm_op, norm:mstatus_modes"""
    if v == 1:
        if prv == _U or s.hstatus_vtvm == 1:
            return _VIRTUAL
        return _NONE
    if prv == _U:
        return _ILLEGAL
    if prv == _S and s.mstatus_tvm == 1:
        return _ILLEGAL
    return _NONE


def hgatp(s: State, prv: int, v: int) -> int:
    """norm:hgatp_tvm_illegal; from V=1 virtual whatever TVM."""
    if v == 1:
        return _VIRTUAL
    if prv == _U:
        return _ILLEGAL
    if prv == _S and s.mstatus_tvm == 1:
        return _ILLEGAL
    return _NONE


def user(s: State, prv: int, v: int) -> int:
    """HU-3: N's registers have no guest copy."""
    if v == 1:
        return _VIRTUAL
    return _NONE


def user_guest(s: State, prv: int, v: int) -> int:
    """HU-2: in U only where HS has turned delegation on."""
    if v == 1:
        return _VIRTUAL
    if prv == _U and s.hudcfg_en == 0:
        return _ILLEGAL
    return _NONE


def never(s: State, prv: int, v: int) -> int:
    """High halves on RV64 (norm:H_illegal_high_half, HU-6) and absent windows."""
    return _ILLEGAL


def counter(s: State, prv: int, v: int, index: int, has_s: int) -> int:
    """norm:mcounteren_clr_ill_inst_exc, norm:hcounteren_op, norm:scounteren_op

    The virtual cases are norm:H_virtinst_vs_nonhighctr_h0_m1 and
    norm:H_virtinst_vu_nonhighctr_h0_s0_m1, and the same for high halves.
    """
    if prv == _M:
        return _NONE
    if s.mcounteren >> index & 1 == 0:
        return _ILLEGAL
    if v == 1:
        if s.hcounteren >> index & 1 == 0:
            return _VIRTUAL
        if prv == _U and s.scounteren >> index & 1 == 0:
            return _VIRTUAL
        return _NONE
    if prv == _U and has_s and s.scounteren >> index & 1 == 0:
        return _ILLEGAL
    return _NONE


def external(s: State, prv: int, v: int, address: int, has_s: int) -> int:
    """A CSR outside the trap unit: bits 9:8 of its address name the lowest privilege."""
    if 0xC00 <= address < 0xC20 or 0xC80 <= address < 0xCA0:
        return counter(s, prv, v, address & 31, has_s)
    level = address >> 8 & 3
    if level == 3:
        return machine(s, prv, v)
    if level == 2:
        return hypervisor(s, prv, v)
    if level == 1:
        return supervisor(s, prv, v)
    return _NONE
