"""The timers of QEMU 7.2's Sstc, where they differ: STIP and VSTIP are bits that a write of a timer sets or clears.

The manual's STIP and VSTIP follow the comparison, while STCE is set; QEMU's
are what it gave when stimecmp or vstimecmp was written last. `Timers` is what
QEMU keeps beside the model's state. `seen` says where the two differ now,
`after` what an access leaves behind. Where nothing has happened since the
write, the model's own comparison is what QEMU must show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from utrap_testbench.golden import CsrAccess, CsrOp, Fault, Outcome, State
from utrap_testbench.golden.isa import bits, ones

Names = tuple[str, ...]

STIMECMP, VSTIMECMP = 0x14D, 0x24D
_MIP, _HVIP = 0x344, 0x645
_STIP, _VSTIP = bits(5), bits(6)
_STCE, _TM = 63, 1
_NEVER = ones(64)
#: What software can write through mip, and through hvip.
_THROUGH = {_MIP: bits(1, 2, 5, 6, 9, 10, 13), _HVIP: bits(2, 6, 10)}


@dataclass(frozen=True)
class Timers:
    """What QEMU keeps of the timers.

    Attributes:
        stip: STIP as stored in mip.
        by_software: It was written through mip after the last write of stimecmp.
        vstip: vstimecmp was due when it was written (`vstime_irq`).
        htimedelta: What that comparison was made with.
    """

    stip: int = 0
    by_software: bool = False
    vstip: int = 0
    htimedelta: int = 0


def seen(s: State, timers: Timers) -> tuple[State, Names]:
    """The state as it shows itself in mip: with timers that give QEMU's STIP and VSTIP, if the model's do not."""
    changes: dict[str, int] = {}
    names: list[str] = []
    if _stce(s) and timers.by_software and timers.stip != int(s.time >= s.stimecmp):
        changes["stimecmp"] = 0 if timers.stip else _NEVER
        names.append("stip_kept")
    if _stce(s) and s.henvcfg >> _STCE & 1:
        if timers.htimedelta != s.htimedelta and timers.vstip != _vstip(s):
            changes |= {"vstimecmp": 0 if timers.vstip else _NEVER, "htimedelta": 0}
            names.append("vstip_htimedelta")
    elif timers.vstip and not s.hvip & _VSTIP:
        changes["hvip"] = s.hvip | _VSTIP
        names.append("vstip_without_stce")
    return s.replace(**changes), tuple(names)


def unseen(new: State, old: State) -> State:
    """The timers as they are after an event that started from `seen`."""
    return new.replace(stimecmp=old.stimecmp, vstimecmp=old.vstimecmp, htimedelta=old.htimedelta, hvip=old.hvip)


def verdict(s: State, address: int, fault: int) -> tuple[int, Names]:
    """May a timer's register be accessed: the model's verdict, and then QEMU's, which asks the same of both."""
    mode_is_m = s.prv == 3
    found = 0
    if not mode_is_m and not (s.mcounteren >> _TM & 1 and _stce(s)):
        found = Fault.ILLEGAL.value
    elif s.v and not (s.hcounteren >> _TM & 1 and s.henvcfg >> _STCE & 1):
        found = Fault.VIRTUAL.value
    elif s.prv == 0 or (address == VSTIMECMP and s.v):
        found = Fault.VIRTUAL.value if address == VSTIMECMP and s.v else Fault.ILLEGAL.value
    if found == fault:
        return fault, ()
    return found, ("vstimecmp_stce" if address == VSTIMECMP else "vu_s_csr_illegal",)


def after(old: State, new: State, event: CsrAccess, outcome: Outcome, timers: Timers) -> tuple[State, Timers, Names]:
    """What an allowed access leaves behind: the state with QEMU's bits, and what QEMU keeps of the timers."""
    if outcome.fault or (event.op is not CsrOp.WRITE and event.wdata == 0):  # QEMU's CSRRS and CSRRC write no 0
        return new, timers, ()
    names: list[str] = []
    address = VSTIMECMP if event.address == STIMECMP and old.v else event.address
    if address == STIMECMP:
        timers = replace(timers, stip=int(new.time >= new.stimecmp), by_software=False)
    elif address == VSTIMECMP:
        timers = replace(timers, vstip=_vstip(new), htimedelta=new.htimedelta)
        if not timers.vstip and new.hvip & _VSTIP:
            new = new.replace(hvip=new.hvip & ~_VSTIP)
            names.append("vstimecmp_hvip")
    elif address in _THROUGH:
        if address == _MIP and not _stce(old):
            timers = replace(timers, stip=int(bool(new.mip_software & _STIP)), by_software=True)
        if not _may_write_vstip(old, event, timers) and (new.hvip ^ old.hvip) & _VSTIP:
            new = new.replace(hvip=new.hvip ^ _VSTIP)
            names += ["hvip_vstip"] if address == _HVIP else []
    if not _stce(new) and bool(new.mip_software & _STIP) != bool(timers.stip):
        new = new.replace(mip_software=new.mip_software ^ _STIP)
        names.append("stimecmp_stip" if address == STIMECMP else "stip_kept")
    return new, timers, tuple(names)


def _may_write_vstip(s: State, event: CsrAccess, timers: Timers) -> bool:
    if s.prv == 3 and _stce(s):
        return False
    through = _THROUGH[event.address] & (_NEVER if event.op is CsrOp.WRITE else event.wdata)
    return not (timers.vstip and through == _VSTIP)


def _stce(s: State) -> int:
    return s.menvcfg >> _STCE & 1


def _vstip(s: State) -> int:
    return int((s.time + s.htimedelta & _NEVER) >= s.vstimecmp)
