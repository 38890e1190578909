"""A CSR instruction: existence, then read-only addresses, then privilege, then the read and the write."""

from __future__ import annotations

from .config import Config
from .events import CsrAccess, CsrOp
from .isa import Prv
from .outcome import Outcome
from .privilege import external
from .reason import CSR_ADDRESSES, Because, Verdict, illegal
from .state import State
from .stateen import gate_outside
from .tables import Tables

_M = Prv.M.value
_READ, _WRITE, _SET = CsrOp.READ, CsrOp.WRITE, CsrOp.SET

_OWNED = Because(CSR_ADDRESSES, "the trap unit answers this address")
_EXTERNAL = Because(CSR_ADDRESSES, "the hart has this CSR outside the trap unit")
_WRITABLE = Because(CSR_ADDRESSES, "a write, and the address is not read-only (bits 11:10 are not 11)")
_READ_ONLY = Because(CSR_ADDRESSES, "a write, and the address is read-only (bits 11:10 are 11)")
_ABSENT = illegal(Because(CSR_ADDRESSES, "the hart has no such CSR"))
_OWNED_READ_ONLY = illegal(_OWNED, _READ_ONLY)
_EXTERNAL_READ_ONLY = illegal(_EXTERNAL, _READ_ONLY)
#: What precedes the judge's reason: for a read, and for a write.
_BEFORE = ((_OWNED,), (_OWNED, _WRITABLE))
_BEFORE_EXTERNAL = ((_EXTERNAL,), (_EXTERNAL, _WRITABLE))
_SUBSTITUTED = (Because("norm:H_vscsrs_sub", "in a guest the VS CSR stands in its place", ("V",)),)


def access(config: Config, s: State, e: CsrAccess) -> tuple[State, Outcome]:
    """One CSR access. A faulting one changes nothing (norm:H_cause_virtual_instruction for the kind of fault)."""
    r = config.rules
    mode = s.v << 2 | s.prv
    if e.debug:
        prv, v = _M, 0  # a debugger has M-mode's rights and addresses
    else:
        prv, v = s.prv, s.v
    csr = r.csrs.get(e.address)
    if csr is None:
        return _access_external(r, s, e, mode, prv, v)
    if e.op is not _READ and csr.address >> 10 == 3:
        return _refused(s, _OWNED_READ_ONLY, mode)
    # A debugger has the rights of Debug Mode, whether the hart is in it or not.
    verdict = csr.judge(s.replace(debug=1) if e.debug and r.sdext else s, prv, v)
    if e.address in r.gates:
        verdict = r.gates[e.address].judge(r, s, prv, v, verdict)
    reason = _BEFORE[e.op is not _READ] + verdict.reason
    if verdict.fault != 0:
        return _refused(s, Verdict(verdict.fault, reason), mode)
    # norm:H_vscsrs_sub: with V=1 the VS CSR stands in for the supervisor CSR.
    if v == 1 and csr.guest is not None:
        csr = csr.guest
        reason = reason + _SUBSTITUTED
    # A debugger reads and writes as M-mode does, and the mode stays.
    seen = s.replace(prv=_M, v=0) if e.debug else s
    rdata = csr.read(r, seen)
    if e.op is _READ:
        return s, Outcome(rdata=rdata, from_mode=mode, to_mode=mode, reason=reason)
    old = rdata if csr.read_for_write is None else csr.read_for_write(r, s)
    written = _written(e.op, old, e.wdata, r.xlen_mask)
    new = seen if e.debug else s.copy()
    csr.write(r, new, written)
    new.prv, new.v = s.prv, s.v
    return new, Outcome(rdata=rdata, written=written, from_mode=mode, to_mode=mode, reason=reason)


def _refused(s: State, verdict: Verdict, mode: int) -> tuple[State, Outcome]:
    return s, Outcome(fault=verdict.fault, from_mode=mode, to_mode=mode, reason=verdict.reason)


def _written(op: CsrOp, old: int, operand: int, mask: int) -> int:
    """CSRRW, CSRRS, CSRRC: what goes to the legaliser."""
    if op is _WRITE:
        return operand
    if op is _SET:
        return old | operand
    return old & (operand ^ mask)


def _access_external(r: Tables, s: State, e: CsrAccess, mode: int, prv: int, v: int) -> tuple[State, Outcome]:
    """An address that the trap unit does not own: the hart says whether it exists, the trap unit who may use it."""
    if e.ext_exists == 0:
        return _refused(s, _ABSENT, mode)
    if e.op is not _READ and e.address >> 10 == 3:
        return _refused(s, _EXTERNAL_READ_ONLY, mode)
    # The addresses that FS and VS judge are for every mode.
    switch = r.switches.get(e.address)
    verdict = external(r, s, prv, v, e.address) if switch is None else switch.judge(s, v)
    gate = gate_outside(r, r.gates, e.address)
    if gate is not None:
        verdict = gate.judge(r, s, prv, v, verdict)
    reason = _BEFORE_EXTERNAL[e.op is not _READ] + verdict.reason
    if verdict.fault != 0:
        return _refused(s, Verdict(verdict.fault, reason), mode)
    new = make_dirty(r, s, e.fs_dirty, e.vs_dirty)
    written = 0 if e.op is _READ else _written(e.op, e.ext_rdata, e.wdata, r.xlen_mask)
    return new, Outcome(rdata=e.ext_rdata, written=written, from_mode=mode, to_mode=mode, reason=reason)


def make_dirty(r: Tables, s: State, fs_dirty: int, vs_dirty: int) -> State:
    """norm:mstatus_fs_vs_xs_dirty_op, norm:vsstatus_fs_op, norm:vsstatus_vs_op: with V=1 both copies get dirty.

    A debugger's access has the rights of V=0, but dirties the state of the hart as it is.
    """
    if fs_dirty == 0 and vs_dirty == 0:
        return s
    new = s.copy()
    if fs_dirty == 1:
        new.mstatus_fs = r.fs
        if s.v == 1:
            new.vsstatus_fs = r.fs
    if vs_dirty == 1:
        new.mstatus_vs = r.vs
        if s.v == 1:
            new.vsstatus_vs = r.vs
    return new


def csr_value(config: Config, s: State, address: int) -> int:
    """What M-mode reads at an owned address; KeyError where the trap unit owns none."""
    r = config.rules
    return r.csrs[address].read(r, s)
