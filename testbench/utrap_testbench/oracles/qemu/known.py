"""The ways in which QEMU 7.2 differs from the manual, each with the place in its source: a table."""

from __future__ import annotations

from dataclasses import dataclass


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
    Deviation(
        "stimecmp_stip", "norm:mip_stip_no_stimecmp_acc",
        "a write of stimecmp sets or clears STIP with menvcfg.STCE=0 too",
        "csr.c, write_stimecmp; time_helper.c, riscv_timer_write_timecmp: STCE is not asked",
    ),
    Deviation(
        "stip_kept", "norm:mip_stip_stimecmp_op2, norm:menvcfg_stce_op1, warl:STIP",
        "STIP stays as it is when menvcfg.STCE changes, until stimecmp is written",
        "csr.c, write_menvcfg: nothing looks at the timers; rmw_mip64 shows the stored bit",
    ),
    Deviation(
        "vstip_without_stce", "norm:hip_vstip_op, norm:henvcfg_stce",
        "vstimecmp sets VSTIP whatever menvcfg.STCE and henvcfg.STCE",
        "csr.c, write_vstimecmp; cpu_helper.c, riscv_cpu_all_pending: vstime_irq alone",
    ),
    Deviation(
        "vstip_htimedelta", "norm:hip_vstip_op",
        "VSTIP is compared when vstimecmp is written, not when htimedelta is",
        "csr.c, write_htimedelta: nothing looks at the timers",
    ),
    Deviation(
        "vstimecmp_hvip", "norm:hip_vstip_op",
        "a vstimecmp in the future clears VSTIP in hvip",
        "time_helper.c, riscv_timer_write_timecmp: riscv_cpu_update_mip(cpu, MIP_VSTIP, 0)",
    ),
    Deviation(
        "hvip_vstip", "norm:hvip_acc",
        "hvip.VSTIP cannot be written in M with menvcfg.STCE=1, nor alone while vstimecmp is due",
        "csr.c, rmw_mip64: also for hvip; cpu_helper.c, riscv_cpu_update_mip: `mask == MIP_VSTIP`",
    ),
    Deviation(
        "vstimecmp_stce", "norm:menvcfg_stce_op2",
        "menvcfg.STCE=0 keeps vstimecmp from the modes below M; the rule names stimecmp alone",
        "csr.c, sstc: one check for both registers",
    ),
    Deviation(
        "henvcfg_stce", "norm:menvcfg_stce_op2",
        "henvcfg.STCE reads as written although menvcfg.STCE is 0",
        "csr.c, read_henvcfg",
    ),
    Deviation(
        "scountovf_m", "norm:scountovf_mmode_read_access",
        "scountovf is masked with mcounteren in M too",
        "csr.c, read_scountovf: the mode is not asked",
    ),
    Deviation(
        "scountovf_vs", "norm:scountovf_vsmode_read_access",
        "scountovf is not masked with hcounteren in VS",
        "csr.c, read_scountovf: hcounteren is not asked",
    ),
    Deviation(
        "counteren_wide", "norm:mcounteren_sz, norm:hcounteren_sz, norm:scounteren_op",
        "mcounteren, hcounteren and scounteren hold 64 bits",
        "csr.c, write_mcounteren, write_hcounteren, write_scounteren: no mask",
    ),
    Deviation(
        "hgatp_ppn", "norm:hgatp_ppn_op",
        "PPN[1:0] of hgatp are kept",
        "csr.c, write_hgatp: no mask",
    ),
    Deviation(
        "atp_reserved", "norm:hgatp_mode_warl, norm:vsatp_mode_unsupported_v0, warl:hgatp, warl:vsatp",
        "hgatp and vsatp hold a reserved MODE",
        "csr.c, write_hgatp and write_vsatp: no check",
    ),
    Deviation(
        "mxr_two_stage", "norm:sstatus_mxr_vm, norm:vsstatus_mxr_vm, norm:hlsv_sstatus_mxr, norm:hlsv_vsstatus_mxr",
        "of two stages the first looks at the MXR of the mode's own sstatus, the second at vsstatus.MXR",
        "cpu_helper.c, get_physical_address: `mxr`; with V=1 vsstatus is what it was when the guest was entered",
    ),
)  # fmt: skip
NAMES = frozenset(deviation.name for deviation in DEVIATIONS)
