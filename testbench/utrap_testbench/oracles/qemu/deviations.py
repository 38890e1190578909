"""Where QEMU 7.2 differs from the manual: predicted by name for each event, with the place in its source.

Every function takes what the golden model says and returns what QEMU is known
to do instead, with the names of the deviations that made the difference. The
result is then compared in full: nothing is skipped, and a deviation that does
not show itself is a difference too.
"""

from __future__ import annotations

from dataclasses import dataclass

from utrap_testbench.golden import Config, CsrAccess, CsrOp, Fault, Insn, Mode, Outcome, State, pending_interrupt, step
from utrap_testbench.golden.isa import GUEST_PAGE_FAULTS, Cause, bits

from .walk import Access, MemoryFault, translate

_ILLEGAL, _VIRTUAL = Fault.ILLEGAL.value, Fault.VIRTUAL.value


@dataclass(frozen=True)
class Deviation:
    """One way in which QEMU differs: the rule, what QEMU does, and where (files of target/riscv/ in QEMU 7.2)."""

    name: str
    rule: str
    text: str
    source: str


DEVIATIONS = (
    Deviation(
        "irq_priority", "norm:intr_M_mode_pri, norm:hsint_priority",
        "the pending interrupt with the lowest number is taken",
        "cpu_helper.c, riscv_cpu_pending_to_irq: without AIA it returns ctz64(pending)",
    ),
    Deviation(
        "m_gva", "norm:mstatus_gva_op",
        "mstatus.GVA is set by every trap from V=1 to M that writes a non-zero mtval, and never cleared",
        "cpu_helper.c, riscv_cpu_do_interrupt: `if (riscv_cpu_virt_enabled(env) && tval)`",
    ),
    Deviation(
        "vs_trap_hs_csrs", "norm:H_trap_vs_csrwrites",
        "a trap into VS clears hstatus.GVA, htval and htinst",
        "cpu_helper.c, riscv_cpu_do_interrupt: the branch for S-mode writes them for VS too",
    ),
    Deviation(
        "vs_cause_less_one", "norm:H_trap_vs_csrwrites, norm:hideleg_trans",
        "exceptions 2 and 6 that go to VS have cause 1 and 5 there, as if they were interrupts",
        "cpu_helper.c, riscv_cpu_do_interrupt: `cause = cause - 1` for IRQ_VS_* without asking `async`",
    ),
    Deviation(
        "implicit_fault_cause", "hypervisor.adoc, H_vm_gpapriv: reported for the original access type",
        "a guest-page fault in a walk of the VS-stage tables is a load's, whatever the access was",
        "cpu_helper.c, riscv_cpu_tlb_fill: `access_type = MMU_DATA_LOAD` on TRANSLATE_G_STAGE_FAIL",
    ),
    Deviation(
        "mprv_guest_fault", "norm:mstatus_mprv_hypervisor",
        "with MPRV=1 and MPV=1 in M a guest-page fault is reported as a page fault, with mtval2 nevertheless",
        "cpu_helper.c, raise_mmu_exception: `two_stage` is false there",
    ),
    Deviation(
        "guest_page_fault_satp", "norm:hlsv_trans, norm:mstatus_mprv_hypervisor",
        "a VS-stage page fault of HLV, HSV or MPRV is an access fault where satp (not vsatp) is Bare",
        "cpu_helper.c, raise_mmu_exception: `get_field(env->satp, stap_mode)`",
    ),
    Deviation(
        "hlsv_sum", "norm:hlsv_trans",
        "HLV, HSV and MPRV act on user pages as VS whatever vsstatus.SUM",
        "cpu_helper.c, get_physical_address: `sum = ... || use_background`",
    ),
    Deviation(
        "hlvx_load", "norm:hlsv_u_op",
        "HLVX needs permission to read, not to execute",
        "op_helper.c, helper_hyp_hlvx_hu: cpu_lduw_mmuidx_ra is a load",
    ),
    Deviation(
        "amo_load_fault", "norm:mcause_exccode_enc_img",
        "an AMO that cannot be read raises a load's exception, also where it is misaligned",
        "tcg/tcg-op.c, do_nonatomic_op_i32: with one hart an AMO is a load and then a store",
    ),
    Deviation(
        "mprv_kept", "norm:mstatus_mprv_clr_mret_sret_less_priv",
        "MRET and SRET to a mode below M leave MPRV set",
        "op_helper.c, helper_mret and helper_sret",
    ),
    Deviation(
        "vu_refused_illegal", "norm:H_virtinst_vu_sret_sfence, norm:H_virtinst_vu_vs_hinst",
        "SRET, SFENCE.VMA and HFENCE in VU are illegal instructions",
        "op_helper.c, helper_sret, helper_tlb_flush, helper_hyp_tlb_flush",
    ),
    Deviation(
        "vu_s_csr_illegal", "norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0",
        "an access to a supervisor CSR in VU is an illegal instruction",
        "csr.c, riscv_csrrw_check: virtual only for hypervisor CSRs",
    ),
    Deviation(
        "tsr_tvm_in_vs", "norm:mstatus_modes",
        "mstatus.TSR and TVM make SRET, SFENCE.VMA and satp illegal in VS",
        "op_helper.c, helper_sret, helper_tlb_flush; csr.c, read_satp: V is not asked",
    ),
    Deviation(
        "vtvm_satp", "norm:hstatus_vtvm_op",
        "hstatus.VTVM does not keep VS from satp",
        "csr.c, read_satp and write_satp",
    ),
    Deviation(
        "tvm_hgatp", "norm:hgatp_tvm_illegal",
        "mstatus.TVM does not keep HS from hgatp",
        "csr.c, read_hgatp and write_hgatp",
    ),
    Deviation(
        "vu_wfi_tw", "norm:mstatus_tw_op, norm:H_virtinst_vu_wfi_tw0",
        "WFI in VU with TW=1 is a virtual instruction",
        "op_helper.c, helper_wfi: TW is asked in S-mode alone",
    ),
    Deviation(
        "hlsv_tval", "norm:H_virtinst_xtval",
        "a refused HLV or HSV writes to xtval the instruction of an earlier trap",
        "insn_trans/trans_rvh.c.inc, check_access: env->bins is not set",
    ),
    Deviation(
        "vsstatus_sd", "norm:vsstatus_sd_xs_op",
        "vsstatus reads without SD",
        "csr.c, read_vsstatus",
    ),
    Deviation(
        "vsip_read", "norm:vsip_vsie_sei, norm:vsip_vsie_sti",
        "vsip shows SSIP alone",
        "csr.c, rmw_vsip64: the value read is masked with what is writable",
    ),
    Deviation(
        "vs_sie_mideleg", "norm:H_vscsrs_sub",
        "sie and sip in VS are masked with bits 1, 5 and 9 of mideleg",
        "csr.c, rmw_sie64 and rmw_sip64: `*ret_val &= mask` for V=1 too",
    ),
    Deviation(
        "mip_vs_writable", "norm:mip_mie_alias",
        "VSTIP and VSEIP are writable through mip",
        "csr.c, rmw_mip64: delegable_ints has them",
    ),
    Deviation(
        "htinst_write", "norm:htinst_sz_acc_op",
        "writes to htinst are ignored",
        "csr.c, write_htinst",
    ),
)  # fmt: skip
NAMES = frozenset(deviation.name for deviation in DEVIATIONS)

Names = tuple[str, ...]

_SSI, _VS_PENDING = bits(1), bits(6, 10)
_S_INTERRUPTS = bits(1, 5, 9)
_SD = 1 << 63


def interrupt(config: Config, s: State) -> tuple[int, Names]:
    """The interrupt (its number) that is taken: of those for the same mode as the model's, the lowest."""
    request = pending_interrupt(config, s)
    for irq in range(13):
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
    s: State, address: int, access: Access, mode: int, own: int | MemoryFault
) -> tuple[int | MemoryFault, Names]:
    """Where an access that acts in `mode` goes: `own` by the manual."""
    names: list[str] = []
    found = own
    if access is Access.HLVX:
        access = Access.LOAD
        found = translate(s, address, access, mode, s.vsstatus_sum)
        if found != own:
            names.append("hlvx_load")
    if s.v == 0 and mode >> 2:
        with_sum = translate(s, address, access, mode, 1)
        if with_sum != found:
            found = with_sum
            names.append("hlsv_sum")
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


def csr(config: Config, s: State, event: CsrAccess) -> tuple[State, Outcome, Names]:
    """A CSR access: the verdict, then the value read, then what is written."""
    new, outcome = step(config, s, event)
    mode, address = s.v << 2 | s.prv, event.address
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
    if outcome.fault:
        return s, outcome, ()
    names = _read(s, address, outcome)
    if event.op is not CsrOp.READ:
        changes: dict[str, int] = {}
        name = "htinst_write"
        if address == 0x64A:
            changes["htinst"] = s.htinst
        if address == 0x344:
            mask = _VS_PENDING if event.op is CsrOp.WRITE else event.wdata & _VS_PENDING
            value = 0 if event.op is CsrOp.CLEAR else event.wdata & mask
            changes["hvip"] = new.hvip & ~mask | value
            name = "mip_vs_writable"
        new, more = _changed(new, changes, name)
        names += more
    return new, outcome, names


def _read(s: State, address: int, outcome: Outcome) -> Names:
    """Changes the value read; a read-modify-write is not affected by it (QEMU's writes have masks)."""
    names: list[str] = []

    def read(value: int, name: str) -> None:
        if value != outcome.rdata:
            outcome.rdata = value
            names.append(name)

    if address == 0x200:
        read(outcome.rdata & ~_SD, "vsstatus_sd")
    if address == 0x244 or (address == 0x144 and s.v):
        read(outcome.rdata & _SSI, "vsip_read")
    if address in (0x104, 0x144) and s.v:
        read(outcome.rdata & s.mideleg & _S_INTERRUPTS, "vs_sie_mideleg")
    return tuple(names)


def _fault(outcome: Outcome, fault: int) -> Outcome:
    return Outcome(fault=fault, from_mode=outcome.from_mode, to_mode=outcome.to_mode)


def _changed(state: State, changes: dict[str, int], name: str) -> tuple[State, Names]:
    """The state with the changes, and the name if there is any."""
    changed = state.replace(**changes)
    return changed, (name,) if changed != state else ()
