"""Faults of the newer extensions, in the Verilog of a unit that has them all; `faults` says how they are put in."""

from __future__ import annotations

from .faults import Fault

__all__ = ["EXTENSION_FAULTS"]


def _net(kind: str, what: str, net: str, bad: str, *shows: str) -> Fault:
    return Fault(kind=kind, what=what, net=net, bad=bad, shows=shows)


def _field(kind: str, what: str, field: str, bad: str, *shows: str) -> Fault:
    return Fault(kind=kind, what=what, field=field, bad=bad, shows=shows)


#: Where an interrupt that is pending or not shows itself.
_PENDING = ("interrupt.request", "interrupt.cause", "interrupt.target", "interrupt.wake", "answer.rdata", "mip")

EXTENSION_FAULTS = (
    _net("Sstc", "STIP comes a tick too early", "stimecmp_reached", "$ | mtime + 64'd1 == stimecmp_value", *_PENDING),
    _net("Sstc", "henvcfg.STCE is not looked at", "mip_6", "hvip_vstip | (vstimecmp_reached & menvcfg_stce)",
         *_PENDING),
    _net("Sstc", "TM does not keep stimecmp from below M", "csr_is_timer_counter_guarded", "1'b0", "answer.fault"),
    _net("Sscofpmf", "LCOFI never goes to VS", "lcofi_for_vs", "1'b0", *_PENDING),
    _net("Sscofpmf", "scountovf shows all in every mode", "scountovf_shows_all", "1'b1", "answer.rdata"),
    _net("Sscofpmf", "vsip shows LCOFIP where hideleg has it not", "vsip_13", "mip_lcofip & mideleg_lcofi",
         "answer.rdata"),
    _net("Smstateen", "hstateen0 is not under mstateen0", "hstateen0_62", "hstateen0_envcfg", "answer.rdata",
         "answer.fault", "hstateen0"),
    _net("Smstateen", "ENVCFG keeps nothing from below M", "csr_is_mstateen0_envcfg_guarded", "1'b0", "answer.fault"),
    _net("Smstateen", "hstateen0's ENVCFG keeps nothing from guests", "csr_is_hstateen0_envcfg_guarded", "1'b0",
         "answer.fault"),
    _net("pointer masking", "MPRV is not looked at", "hart_load_store_pmm", "mode_prv[1] ? mseccfg_pmm : $",
         "hart.load_store_pmm"),
    _net("pointer masking", "HUPMM holds for every HLV", "hart_hlsv_pmm", "hstatus_hupmm", "hart.hlsv_pmm"),
    _field("pointer masking", "the reserved PMM is kept", "menvcfg_pmm", "csr_written[33:32]", "menvcfg"),
    _net("xenvcfg", "henvcfg.STCE reads as stored", "henvcfg_63", "henvcfg_stce", "answer.rdata", "answer.fault",
         "henvcfg"),
    _net("xenvcfg", "CBO.ZERO is always allowed", "legality_cbo_zero", "2'd0", "legality.cbo_zero"),
    _net("double traps", "vsstatus.SDT is not looked at", "is_double_trap", "enter_s & mstatus_sdt", "trace.to_mode",
         "trace.cause"),
    _net("double traps", "MDT is not looked at", "m_is_busy", "mode_prv[1] & ~mnstatus_nmie", "trace.to_mode",
         "hart.critical_error", "answer.target", "mnstatus"),
    _net("double traps", "the cause is the second trap's", "trap_code_taken", "trap_code", "trace.cause", "mcause"),
    _field("double traps", "MRET leaves SDT", "mstatus_sdt", "commit_op == 4'd4 ? mstatus_sdt : $", "mstatus"),
    _net("Smrnmi", "NMIE=0 does not mask interrupts", "interrupts_masked", "masked_by_debugger", *_PENDING),
    _net("Smrnmi", "an RNMI interrupts its own handler", "interrupt_rnmi", "lines_rnmi & ~masked_by_debugger",
         "interrupt.rnmi"),
    _field("Smrnmi", "MNRET leaves NMIE 0", "mnstatus_nmie", "is_mnret ? mnstatus_nmie : $", "mnstatus"),
    _field("Sdext", "dcsr.cause is always EBREAK's", "dcsr_cause", "3'd1", "dcsr"),
    _net("Sdext", "a step without stepie lets interrupts in", "masked_by_debugger", "mode_debug", *_PENDING,
         "interrupt.rnmi"),
    _net("Sdext", "MRET executes in Debug Mode", "mret_illegal", "~mode_prv[1]", "answer.fault", "legality.mret"),
    _field("Sdext", "RESUME leaves MPRV", "mstatus_mprv", "is_resume ? mstatus_mprv : $", "mstatus"),
)  # fmt: skip
