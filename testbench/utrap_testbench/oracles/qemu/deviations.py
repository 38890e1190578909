"""Where QEMU 7.2 differs from the manual: predicted by name for each event, with the place in its source.

Every function takes what the golden model says and returns what QEMU is known
to do instead, with the names of the deviations that made the difference. The
result is then compared in full: nothing is skipped, and a deviation that does
not show itself is a difference too.
"""

from __future__ import annotations

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Fault, Insn, Mode, Outcome, State, pending_interrupt, step
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS, Cause, bits

from . import timers as timers_of_qemu
from .timers import Names, Timers
from .walk import Access, MemoryFault, Rights, rights, translate

_ILLEGAL, _VIRTUAL = Fault.ILLEGAL.value, Fault.VIRTUAL.value

_SSI, _VS_PENDING = bits(1), bits(6, 10)
_S_INTERRUPTS = bits(1, 5, 9)
_SD = 1 << 63


def interrupt(config: Config, s: State) -> tuple[int, Names]:
    """The interrupt (its number) that is taken: of those for the same mode as the model's, the lowest."""
    request = pending_interrupt(config, s)
    for irq in range(14):
        alone = pending_interrupt(config, s.replace(mie=s.mie & 1 << irq))
        if alone.pending and alone.mode == request.mode:
            return irq, ("irq_priority",) if irq != request.irq else ()
    raise AssertionError("no interrupt is pending")


def trap(old: State, new: State, outcome: Outcome) -> tuple[State, Names]:
    """What a trap writes."""
    changes: dict[str, int] = {}
    if outcome.to_mode == Mode.M.value:
        changes["mstatus_gva"] = 1 if old.v and outcome.tval else old.mstatus_gva
        name = "m_gva"
    elif outcome.to_mode == Mode.VS.value:
        changes.update(hstatus_gva=0, htval=0, htinst=outcome.tinst)
        name = "vs_trap_hs_csrs"
        if not outcome.is_interrupt and outcome.cause in (2, 6, 10):
            changed, names = _changed(new, changes, name)
            return changed.replace(vscause=outcome.cause - 1), (*names, "vs_cause_less_one")
    return _changed(new, changes, name) if changes else (new, ())


def xret(old: State, new: State) -> tuple[State, Names]:
    """What MRET or SRET writes."""
    return _changed(new, {"mstatus_mprv": old.mstatus_mprv}, "mprv_kept")


_PAGE = {Cause.LOAD_GUEST_PAGE_FAULT: Cause.LOAD_PAGE_FAULT, Cause.STORE_GUEST_PAGE_FAULT: Cause.STORE_PAGE_FAULT}
_ACCESS = {Cause.LOAD_PAGE_FAULT: Cause.LOAD_ACCESS_FAULT, Cause.STORE_PAGE_FAULT: Cause.STORE_ACCESS_FAULT}


def fault_cause(s: State, cause: int, implicit: bool, mode: int, by_mprv: bool) -> tuple[int, Names]:
    """The cause of a fault of an access that acts in `mode`; `by_mprv`: because MPRV says so."""
    names: Names = ()
    if cause in GUEST_PAGE_FAULTS:
        if implicit and cause != Cause.LOAD_GUEST_PAGE_FAULT:
            cause, names = Cause.LOAD_GUEST_PAGE_FAULT, ("implicit_fault_cause",)
        if by_mprv:
            return int(_PAGE[Cause(cause)]), (*names, "mprv_guest_fault")
    elif cause in _ACCESS and mode >> 2 and s.v == 0 and s.satp >> 60 == 0:
        return int(_ACCESS[Cause(cause)]), ("guest_page_fault_satp",)
    return int(cause), names


def translation(
    s: State, address: int, access: Access, mode: int, own: int | MemoryFault, guest_mxr: int
) -> tuple[int | MemoryFault, Names]:
    """Where an access that acts in `mode` goes: `own` by the manual.

    `guest_mxr` is vsstatus.MXR when the guest was entered.
    """
    names: list[str] = []
    found, allowed = own, rights(s, mode)

    def again(name: str) -> None:
        nonlocal found
        other = translate(s, address, access, mode, allowed)
        if other != found:
            found = other
            names.append(name)

    if access is Access.HLVX:
        access = Access.LOAD
        again("hlvx_load")
    if mode >> 2:
        if s.v == 0:
            allowed = allowed._replace(user_memory=1)
            again("hlsv_sum")
            allowed = Rights(1, s.mstatus_mxr, s.vsstatus_mxr)
        else:
            allowed = allowed._replace(mxr=s.vsstatus_mxr, guest_mxr=guest_mxr)
        again("mxr_two_stage")
    return found, tuple(names)


def verdict(s: State, insn: Insn, fault: int) -> tuple[int, Names]:
    """May this instruction execute: the model's verdict, and then QEMU's."""
    mode = s.v << 2 | s.prv
    if mode == Mode.VU.value:
        if fault == _VIRTUAL and insn in (Insn.SRET, Insn.SFENCE_VMA, Insn.HFENCE_VVMA, Insn.HFENCE_GVMA):
            return _ILLEGAL, ("vu_refused_illegal",)
        if fault == _ILLEGAL and insn is Insn.WFI:
            return _VIRTUAL, ("vu_wfi_tw",)
    if mode == Mode.VS.value:
        trapped = {Insn.SRET: s.mstatus_tsr, Insn.SFENCE_VMA: s.mstatus_tvm}.get(insn, 0)
        if trapped:
            return _ILLEGAL, ("tsr_tvm_in_vs",)
    return fault, ()


def csr(config: Config, s: State, event: CsrAccess, timers: Timers) -> tuple[State, Outcome, Timers, Names]:
    """A CSR access: the verdict, then the value read, then what is written."""
    new, outcome, names = _judged(config, s, event)
    if outcome.fault:
        return s, outcome, timers, names
    names += _read(config, s, event, outcome, timers)
    if event.op is not CsrOp.READ:
        new, more = _write(config, s, new, event)
        names += more
    new, timers, more = timers_of_qemu.after(s, new, event, outcome, timers)
    return new, outcome, timers, names + more


def _judged(config: Config, s: State, event: CsrAccess) -> tuple[State, Outcome, Names]:
    """What the model says of an access, with QEMU's verdict."""
    new, outcome = step(config, s, event)
    mode, address = s.v << 2 | s.prv, event.address
    if address in (timers_of_qemu.STIMECMP, timers_of_qemu.VSTIMECMP):
        fault, names = timers_of_qemu.verdict(s, address, outcome.fault)
        return (s, _fault(outcome, fault), names) if fault else (new, outcome, names)
    if mode == Mode.VU.value and outcome.fault == _VIRTUAL and address >> 8 & 3 == 1:
        return s, _fault(outcome, _ILLEGAL), ("vu_s_csr_illegal",)
    if mode == Mode.VS.value and address == 0x180:
        if s.mstatus_tvm:
            return s, _fault(outcome, _ILLEGAL), ("tsr_tvm_in_vs",)
        if s.hstatus_vtvm:
            new, outcome = step(config, s.replace(hstatus_vtvm=0), event)
            return new.replace(hstatus_vtvm=1), outcome, ("vtvm_satp",)
    if mode == Mode.S.value and address == 0x680 and s.mstatus_tvm:
        new, outcome = step(config, s.replace(mstatus_tvm=0), event)
        return new.replace(mstatus_tvm=1), outcome, ("tvm_hgatp",)
    return new, outcome, ()


def _written(event: CsrAccess, old: int) -> int:
    """What an instruction computes of what is stored."""
    if event.op is CsrOp.WRITE:
        return event.wdata
    return old | event.wdata if event.op is CsrOp.SET else old & ~event.wdata


#: Registers that hold all that is written to them: the address, and the field of the state.
_COUNTER_ENABLES = {0x106: "scounteren", 0x306: "mcounteren", 0x606: "hcounteren"}
_TRANSLATION = {0x280: "vsatp", 0x680: "hgatp"}


def _write(config: Config, old: State, new: State, event: CsrAccess) -> tuple[State, Names]:
    """What an allowed write stores."""
    address = event.address
    if address == 0x64A:
        return _changed(new, {"htinst": old.htinst}, "htinst_write")
    if address == 0x344:
        mask = _VS_PENDING if event.op is CsrOp.WRITE else event.wdata & _VS_PENDING
        value = 0 if event.op is CsrOp.CLEAR else event.wdata & mask
        return _changed(new, {"hvip": new.hvip & ~mask | value}, "mip_vs_writable")
    if address == 0x60A:
        return _changed(new, {"henvcfg": _written(event, old.henvcfg) & config.rules.henvcfg}, "henvcfg_stce")
    if address in _COUNTER_ENABLES:
        field = _COUNTER_ENABLES[address]
        return _changed(new, {field: _written(event, getattr(old, field))}, "counteren_wide")
    if address in _TRANSLATION:
        field = _TRANSLATION[address]
        value, own = _written(event, getattr(old, field)), getattr(new, field)
        showing = (("atp_reserved", value >> 60 != own >> 60), ("hgatp_ppn", (value ^ own) & 3))
        return new.replace(**{field: value}), tuple(name for name, shows in showing if shows)
    return new, ()


#: Registers that show STIP or VSTIP of mip with V=0.
_PENDING = (0x144, 0x344, 0x644)


def _read(config: Config, s: State, event: CsrAccess, outcome: Outcome, timers: Timers) -> Names:
    """Changes the value read; a read-modify-write is not affected by it (QEMU's writes have masks)."""
    names: list[str] = []
    address = event.address

    def read(value: int, *because: str) -> None:
        if value != outcome.rdata:
            outcome.rdata = value
            names.extend(because)

    if address == 0x200:
        read(outcome.rdata & ~_SD, "vsstatus_sd")
    if address == 0x244 or (address == 0x144 and s.v):
        read(outcome.rdata & _SSI, "vsip_read")
    if address in (0x104, 0x144) and s.v:
        read(outcome.rdata & s.mideleg & _S_INTERRUPTS, "vs_sie_mideleg")
    if address in _PENDING and not s.v:
        shown, because = timers_of_qemu.seen(s, timers)
        read(step(config, shown, event)[1].rdata, *because)
    if address == 0x60A:
        read(s.henvcfg, "henvcfg_stce")
    if address == 0xDA0:
        read(s.counter_overflow & s.mcounteren, "scountovf_m" if s.prv == 3 else "scountovf_vs")
    return tuple(names)


def _fault(outcome: Outcome, fault: int) -> Outcome:
    return Outcome(fault=fault, from_mode=outcome.from_mode, to_mode=outcome.to_mode)


def _changed(state: State, changes: dict[str, int], name: str) -> tuple[State, Names]:
    """The state with the changes, and the name if there is any."""
    changed = state.replace(**changes)
    return changed, (name,) if changed != state else ()
