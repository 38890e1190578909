"""For every property of the full RV64 unit a fault in the Verilog that breaks it, and must be found by it.

A fault is as in the regression's: what a net, or every assignment of a
register but reset's, gets in the place of $.
"""

from typing import Any

from utrap.config import STATE_OWNERS, Config
from utrap_formal.properties.manual import CSRS, exists
from utrap_formal.properties.suite import SUITES

FULL64 = Config.profile("full", 64)

_PRV = {"m": "mode_prv == 2'd3", "s": "mode_prv == 2'd1", "u": "mode_prv == 2'd0"}
#: Conditions in the Verilog: in a mode, before the event.
IN = {
    **{name: f"(~mode_v & {condition})" for name, condition in _PRV.items()},
    **{f"v{name}": f"(mode_v & {condition})" for name, condition in _PRV.items() if name != "m"},
}
_EXCEPTION, _INTERRUPT, _MRET, _SRET, _URET = (f"(commit_op == 3'd{op})" for op in (2, 3, 4, 5, 6))
_TRAP = "(commit_op[1] & ~commit_op[2])"
_CSR = "(commit_op == 3'd1)"
_ADDRESS = "(commit_csr_address == 12'h{:03x})"


#: What stands after it is what the reset gives.
RESET = "reset: "


def _if(condition, bad):
    return f"({condition}) ? ({bad}) : $"


def _asks(csr, mode):
    address = csr if isinstance(csr, int) else CSRS[csr]
    return f"{_CSR} & {_ADDRESS.format(address)} & {IN[mode]}"


def _leak(condition, register="mscratch"):
    """The register is written where nobody asks for it."""
    return f"write_{register}", f"$ | ({condition})"


def _verdict(condition, bad):
    return "answer_fault", _if(condition, f"2'd{bad}")


ROUTING = {
    "exceptions_in_m_stay_in_m": ("mode_prv", _if(f"{_EXCEPTION} & mode_prv == 2'd3", "2'd1")),
    "what_m_keeps_goes_to_m": ("medeleg_delegates", "1'b1"),
    "what_the_guest_has_goes_to_vs": ("hedeleg_delegates", "1'b0"),
    "what_hs_gives_u_goes_to_u": ("huedeleg_delegates", "1'b0"),
    "what_hs_keeps_of_the_guest_goes_to_hs": ("huedeleg_delegates", "1'b1"),
    "what_sedeleg_has_goes_from_u_to_u": ("sedeleg_delegates", "1'b0"),
    "everything_else_goes_to_s": ("sedeleg_delegates", "1'b1"),
    "what_m_keeps_interrupts_m": ("mode_prv", _if(f"{_INTERRUPT} & enter_m", "2'd1")),
    "what_s_keeps_interrupts_s": ("mode_prv", _if(f"{_INTERRUPT} & enter_s", "2'd3")),
    "what_the_guest_has_interrupts_vs": ("mode_v", _if(f"{_INTERRUPT} & enter_vs", "1'b0")),
    "what_sideleg_has_interrupts_u": ("mode_prv", _if(f"{_INTERRUPT} & enter_u", "2'd1")),
    "traps_from_m_go_up": ("mode_prv", _if(f"enter_m & {IN['m']}", "2'd0")),
    "traps_from_s_go_up": ("mode_prv", _if(f"enter_s & {IN['s']}", "2'd0")),
    "traps_from_u_go_up": ("mode_v", _if(f"enter_s & {IN['u']}", "1'b1")),
    "traps_from_vs_go_up": ("mode_prv", _if(f"enter_s & {IN['vs']}", "2'd0")),
    "traps_from_vu_go_up": ("mode_prv", _if(f"enter_s & {IN['vu']}", "2'd0")),
    "a_double_trap_goes_to_m": ("medeleg_delegates", "$ | commit_cause == 6'd16"),
}

ESCALATION = {
    # The way into HS that the extension closes: the privilege from UPVP though UPV is 0.
    "only_traps_lead_to_m_or_s": ("mode_prv", _if(f"{_URET} & hustatus_upvp", "2'd1")),
    "only_traps_lead_from_s_to_m": ("mode_prv", _if(f"{_SRET} & mstatus_mpp == 2'd3", "2'd3")),
    "only_traps_leave_the_guest": ("mode_v", _if(f"{_SRET} & mode_v", "1'b0")),
    "only_traps_leave_vu": ("sret_executes", _SRET),
    "u_is_left_by_traps_and_uret_alone": ("sret_executes", _SRET),
    "uret_never_leads_to_m_or_s": ("mode_prv", _if(_URET, "2'd3")),
    "uret_reaches_the_guest_with_en_alone": ("mode_v", _if(_URET, "hustatus_upv")),
    "mret_leads_to_mpp": ("mode_v", _if(_MRET, "1'b0")),
    "sret_leads_to_spp": ("mode_v", _if(f"{_SRET} & ~mode_v", "1'b0")),
    "sret_of_the_guest_stays_in_it": ("mode_prv", _if(f"{_SRET} & mode_v", "{1'b0, mstatus_spp}")),
    **{
        f"{mode}_does_not_change_{owner}": _leak(f"{_CSR} & {IN[mode]}", register)
        for owner, register in {"m": "mscratch", "hs": "sscratch", "guest": "vsscratch", "u": "uscratch"}.items()
        for mode in IN
    },
}

ROUND_TRIP = {
    **{
        f"{mode}_through_{target}": ("column_epc_data", _if(f"enter_{target} & {IN[mode]}", "~$"))
        for mode in IN
        for target in ("m", "s", "vs", "u")
    },
    "a_handler_keeps_what_was_saved": _leak("commit_op == 3'd0"),
    "mret_pops": ("mstatus_mpie", _if(_MRET, "1'b0")),
    "sret_pops": ("mstatus_spie", _if(f"{_SRET} & ~mode_v", "1'b0")),
    "sret_of_the_guest_pops": ("vsstatus_spie", _if(f"{_SRET} & mode_v", "1'b0")),
    "uret_pops": ("hustatus_upv", _if(_URET, "hustatus_upv")),
}

_STATUS = {
    "m": ("mstatus_mpie", "1'b1"),
    "s": ("hstatus_spvp", "mode_prv[0]"),
    "vs": ("vsstatus_spp", "1'b1"),
    "u": ("hustatus_upvp", "1'b0"),
}
_GVA = {"m": "mstatus_gva", "s": "hstatus_gva", "u": "hustatus_gva"}
ENTRY = {
    name.format(target): (net.format(target), _if(condition.format(target), bad))
    for target in ("m", "s", "vs", "u")
    for name, net, condition, bad in (
        ("epc_of_{}", "column_epc_data", "enter_{}", "$ + 63'd2"),
        ("exception_cause_of_{}", "column_code_data", f"enter_{{}} & {_EXCEPTION}", "$ ^ 6'd1"),
        ("interrupt_cause_of_{}", "column_code_data", f"enter_{{}} & {_INTERRUPT}", "$ ^ 6'd1"),
        ("tval_of_{}", "column_tval_data", f"enter_{{}} & {_INTERRUPT}", "commit_tval"),
        ("status_of_{}", _STATUS[target][0], "enter_{}", _STATUS[target][1]),
        ("vector_of_{}", "answer_target", f"enter_{{}} & {_INTERRUPT}", "{$[63:8], 6'd0, $[1:0]}"),
        ("no_more_of_{}", "write_uscratch", "enter_{}", "1'b1"),
        ("gpa_of_{}", "column_tval2_data", "enter_{}", "commit_tval2"),
        ("tinst_of_{}", "column_tinst_data", "enter_{}", "32'd0"),
        ("gva_of_{}", _GVA.get(target, ""), "enter_{}", "commit_gva ^ 1'b1"),
    )
} | {"every_trap_redirects": ("trace_kind", _if(_EXCEPTION, "3'd0"))}

CONSERVATIVE = {
    "they_stay_equal": ("mode_v", _if(_URET, "hustatus_upv")),
    "answer_is_equal": ("answer_target", _if(f"{_URET} & hustatus_upv", "~$")),
    "interrupt_is_equal": ("interrupt_wake", "$ ^ hudcfg_wen"),
    "trace_is_equal": ("trace_kind", _if("hustatus_upv", "3'd0")),
    "legality_is_equal": ("legality_hlsv", _if("hustatus_upv", "2'd1")),
    "hart_is_equal": ("hart_hlsv_mode", _if("~mode_v & mode_prv == 2'd0", "{2'd2, hustatus_upvp}")),
    "extension_is_equal": ("extension_select", "$ ^ hustatus_gva"),
    "they_start_equal": ("hudcfg_en", f"{RESET}1'b1"),
}

_GUEST_FAULT = "commit_cause[5:2] == 4'd5 & commit_cause[1:0] != 2'd2"
WINDOWS = {
    "nothing_outside_reaches_u": ("window_0_match", "1'b1"),
    "no_implicit_access_reaches_u": ("mode_prv", _if("enter_s & mode_v & commit_tinst == 32'h3000", "2'd0")),
    "disabled_windows_let_nothing_through": ("window_1_match", "$ | ~hugpaw1_e"),
    "without_wen_windows_do_not_matter": ("huedeleg_delegates", f"$ & (hudcfg_wen | ~({_GUEST_FAULT}))"),
    "other_causes_do_not_look_at_windows": ("huedeleg_delegates", "$ & ~(hudcfg_wen & commit_cause == 6'd2)"),
    "one_match_is_enough": ("window_3_match", "1'b0"),
    "a_large_order_matches_every_address": ("window_2_match", "$ & hugpaw2_order != 6'd40"),
    "without_en_nothing_reaches_u": ("mode_prv", _if("enter_s & mode_v & ~hudcfg_en", "2'd0")),
}

#: With a limit of ORDER.
WINDOWS |= {
    "no_order_is_larger_than_the_largest": ("hugpaw1_order", "extension_wdata[6:1]"),
    "a_write_makes_no_window_larger": ("hugpaw0_order", "6'd0"),
}

ADDRESSES = {
    **{
        f"a_trap_into_{x}_keeps_addresses": (f"column_{column}_sign_data", _if(f"enter_{x}", bad))
        for x, column, bad in (
            ("m", "epc", "commit_pc[50]"),
            ("s", "epc", "commit_pc[63]"),
            ("vs", "tval", "commit_tval[50]"),
            ("u", "tval", "~commit_tval[49]"),
        )
    },
    **{f"upper_bits_of_{x}_are_alike": (f"{x}epc", "$ ^ 64'd1 << 55") for x in ("m", "s", "vs", "u")},
    **{
        f"a_write_of_{x}{csr}_keeps_addresses": (f"{x}{csr}_sign", "extension_wdata[50]")
        for x in ("m", "s", "vs", "u")
        for csr in ("epc", "tval", "tvec")
    },
    "a_write_of_mnepc_keeps_addresses": ("mnepc_sign", "extension_wdata[63]"),
}

_HIGH = "{$[63:62], 1'b1, $[60:0]}"
CSRS_ = {
    "mode_exists": ("mode_prv", _if(f"{_MRET} & mstatus_mpp == 2'd0", "2'd2")),
    "mpp_is_a_mode": ("mstatus_mpp", _if(_CSR, "extension_wdata[12:11]")),
    **{f"{csr}_has_no_other_bit": (csr, _HIGH) for csr in CSRS},
    "mideleg_has_the_guest": ("mideleg", "$ & ~64'h4"),
    **{f"{x}tvec_mode_is_0_or_1": (f"{x}tvec_mode", "extension_wdata[1:0]") for x in ("m", "s", "vs", "u")},
    **{f"{x}epc_is_aligned": (f"{x}epc", "$ | 64'd1") for x in ("m", "s", "vs", "u")},
    **{f"{x}cause_has_a_code": (f"{x}cause", "$ | 64'h1000") for x in ("m", "s", "vs", "u")},
    "satp_mode_is_offered": ("satp_mode", "4'd7"),
    "vsatp_mode_is_offered": ("vsatp_mode", "4'd7"),
    "hgatp_is_offered": ("hgatp", "$ | 64'd1"),
    "vgein_is_a_guest": ("hstatus", "$ | 64'h1000"),
    "the_guest_has_no_u_level": ("vsstatus", "$ | 64'd16"),
    "lengths_are_xlen": ("mstatus", "$ & ~(64'd1 << 33)"),
    "window_bits_are_0": ("hugpaw1", "$ | 64'h80"),
    **{f"{csr}_is_a_view": (csr, "$ ^ 64'd2") for csr in CSRS},
    "sd_follows": ("mstatus", "{&mstatus_fs, $[62:0]}"),
    "sd_of_the_guest_follows": ("vsstatus", "{&vsstatus_fs, $[62:0]}"),
    "sedeleg_is_masked": ("sedeleg", "$ | 64'd4"),
    "hvip_is_in_mip": ("mip", "$ & ~64'h40"),
    **{
        f"read_{csr}": ("answer_rdata", _if(f"{_ADDRESS.format(CSRS[csr])} & ~mode_v", "$ ^ 64'd1"))
        for csr in CSRS
        if exists(csr, FULL64)
    },
    **{
        f"guest_reads_v{csr}": ("answer_rdata", _if(f"{_ADDRESS.format(CSRS[csr])} & mode_v", csr))
        for csr in ("sstatus", "sie", "stvec", "sscratch", "sepc", "scause", "stval", "sip", "satp")
    },
    "m_may_access_all": _verdict(_asks("mscratch", "m"), 1),
    "u_may_not_access_higher": _verdict(_asks("sstatus", "u"), 0),
    "u_may_access_its_own": _verdict(_asks("uscratch", "u"), 1),
    "u_may_access_hustatus_with_en": _verdict(_asks("hustatus", "u"), 0),
    "s_may_not_access_m": _verdict(_asks("mstatus", "s"), 0),
    "s_may_access_its_own": _verdict(_asks("sscratch", "s"), 1),
    "tvm_forbids_satp": _verdict(_asks("satp", "s"), 0),
    "guests_may_not_access_m": _verdict(_asks("mstatus", "vs"), 2),
    "guests_may_not_access_hs": _verdict(_asks("hstatus", "vu"), 1),
    "vu_may_not_access_s": _verdict(_asks("sstatus", "vu"), 1),
    "guests_have_no_n": _verdict(_asks("uscratch", "vs"), 1),
    "vs_may_access_s": _verdict(_asks("sscratch", "vs"), 2),
    "vtvm_forbids_satp": _verdict(_asks("satp", "vs"), 0),
    "read_only_is_read_only": _verdict(f"{_CSR} & {_ADDRESS.format(0xF14)} & |commit_csr_op", 0),
    "what_does_not_exist_is_illegal": _verdict(f"{_CSR} & {_ADDRESS.format(0x6D2)}", 0),
    "a_debugger_may_access_all": _verdict(f"commit_op == 3'd7 & {_ADDRESS.format(0x300)}", 1),
    "what_is_refused_changes_nothing": _leak("answer_fault != 2'd0"),
    "identity_never_changes": ("misa", "$ ^ {63'd0, mstatus_mie}"),
    "a_write_of_misa_changes_nothing": _leak(f"{_CSR} & {_ADDRESS.format(0x301)}"),
    "csrs_outside_are_judged_by_their_address": _verdict(f"{_CSR} & {_ADDRESS.format(0xB00)}", 0),
    "counters_are_judged_by_their_enables": _verdict(f"{_CSR} & {_ADDRESS.format(0xC01)}", 0),
    "wfi_is_judged": ("legality_wfi", _if("mstatus_tw", "2'd0")),
    "sfence_vma_is_judged": ("legality_sfence_vma", _if("hstatus_vtvm", "2'd0")),
    "hfence_vvma_is_judged": ("legality_hfence_vvma", "2'd0"),
    "hfence_gvma_is_judged": ("legality_hfence_gvma", _if("mstatus_tvm", "2'd0")),
    "hlsv_is_judged": ("legality_hlsv", _if("~mode_v", "2'd0")),
    "hlsv_is_done_as_the_guest": ("hart_hlsv_mode", "{2'd2, hstatus_spvp}"),
    "mprv_changes_loads_and_stores": ("hart_load_store_mode", "hart_mode"),
    "ecall_has_the_cause_of_its_mode": ("hart_ecall_cause", _if(IN["vs"], "6'd9")),
    "mret_is_judged": _verdict(_MRET, 0),
    "sret_is_judged": _verdict(f"{_SRET} & {IN['s']} & mstatus_tsr", 0),
    "uret_is_judged": _verdict(_URET, 0),
}

_TARGETS = {"m": 3, "s": 1, "vs": 5, "u": 0}
INTERRUPTS = {
    "a_masked_interrupt_is_never_requested": ("interrupt_request", f"$ | ({IN['m']} & lines_mtip & mie_mtie)"),
    "with_everything_masked_nothing_is_requested": ("interrupt_request", "$ | lines_meip"),
    "m_without_mie_is_not_interrupted": ("interrupt_request", "$ | (lines_msip & mie_msie)"),
    **{
        f"{name}_into_{target}": (
            "interrupt_cause",
            _if(f"$ == 6'd{code - (target == 'vs')} & interrupt_target == 3'd{_TARGETS[target]}", "6'd13"),
        )
        for name, code in {
            "mei": 11, "msi": 3, "mti": 7, "sei": 9, "ssi": 1, "sti": 5, "vsei": 10, "vssi": 2, "vsti": 6,
            "uei": 8, "usi": 0, "uti": 4,
        }.items()
        for target in _TARGETS
    },
    "a_request_stays_until_it_is_taken_or_masked": ("interrupt_request", "$ & commit_op == 3'd0"),
    "what_is_requested_is_taken": ("mode_prv", _if(f"{_INTERRUPT} & enter_m", "2'd1")),
    "without_a_request_nothing_is_taken": _leak(f"{_INTERRUPT} & ~interrupt_request"),
    "wfi_wakes_on_any_enabled_interrupt": ("interrupt_wake", "$ & mstatus_mie"),
    "lines_are_pending": ("mip", "$ & ~64'h800"),
}  # fmt: skip

_TIMER = "(({}) & commit_op == 3'd1 & (commit_csr_address == 12'h14d | commit_csr_address == 12'h24d))"
TIMERS = {
    "stip_follows_stimecmp": ("stimecmp_reached", "mtime > stimecmp_value"),
    "without_stce_stip_is_software": ("mip", "$ | {58'd0, stimecmp_reached, 5'd0}"),
    "vstip_follows_vstimecmp": ("vstimecmp_reached", "mtime >= vstimecmp_value"),
    "hs_has_stce_from_m": ("henvcfg", "$ | {henvcfg_stce, 63'd0}"),
    "reset_makes_no_timer_pending": ("stimecmp_value", f"{RESET}64'd0"),
    "without_tm_nobody_below_m_has_timers": _verdict(_TIMER.format(IN["vs"]), 2),
    "without_stce_stimecmp_is_m_alone": _verdict(_TIMER.format(IN["vs"]), 2),
    "s_may_set_its_timer": _verdict(_TIMER.format(IN["s"]), 1),
    "hs_may_set_the_timer_of_guests": _verdict(_TIMER.format(f"{IN['s']} & ~menvcfg_stce"), 1),
    "a_guest_has_what_hs_lets_it_have": _verdict(_TIMER.format(f"{IN['vs']} & hcounteren_tm"), 0),
    "vu_has_no_timer": _verdict(_TIMER.format(IN["vu"]), 1),
    "no_guest_has_vstimecmp_by_its_address": _verdict(_TIMER.format(IN["vs"]), 0),
    "a_guest_never_changes_stimecmp": _leak(_TIMER.format("mode_v"), "stimecmp"),
    "a_write_alone_changes_timers": _leak(_TRAP, "vstimecmp"),
}

_AT_DCSR = f"{_CSR} & {_ADDRESS.format(0x7B0)}"
DEBUG = {
    "debug_mode_has_the_rights_of_m": ("mode_prv", _if("is_halt", "2'd1")),
    "in_debug_mode_no_interrupt_is_requested": ("masked_by_debugger", "dcsr_step & ~dcsr_stepie"),
    "a_single_step_lets_no_interrupt_in": ("masked_by_debugger", "mode_debug"),
    "in_debug_mode_nothing_traps": ("is_trap", "(commit_op & 4'he) == 4'h2"),
    "uret_never_leaves_debug_mode": ("uret_fault", "mode_v ? 2'd2 : 2'd0"),
    "in_debug_mode_returns_are_illegal": ("legality_sret", _if(IN["m"], "2'd0")),
    "a_halt_alone_enters_debug_mode": ("is_halt", "$ & ~(mode_v & commit_nmip)"),
    "a_resume_alone_leaves_debug_mode": ("resume_executes", "$ & dcsr_prv != 2'd0"),
    "a_halt_saves_where_the_hart_was": ("dcsr_v", _if("is_halt", "1'b0")),
    "a_halt_changes_nothing_else": _leak("is_halt", "uepc"),
    "a_resume_outside_debug_mode_is_illegal": ("resume_fault", _if(IN["m"], "2'd0")),
    "a_resume_leads_where_dcsr_says": ("resume_v", "dcsr_v"),
    "a_resume_ends_mprv_and_double_traps_alone": ("mstatus_mprv", _if("resume_executes", "mstatus_mprv")),
    "a_halt_and_a_resume_lead_back": ("mode_prv", _if("resume_executes & dcsr_prv == 2'd0", "2'd1")),
    "debug_registers_are_for_debug_mode": _verdict(f"{_AT_DCSR} & {IN['m']}", 0),
    "debug_registers_change_for_debuggers_alone": _leak(f"{_TRAP} & ~mode_debug", "dpc"),
    "cause_and_nmip_are_the_halts": ("is_halt", "$ | write_dcsr"),
    "dcsr_holds_what_it_may": ("dcsr_prv", _if("write_dcsr", "extension_wdata[1:0]")),
    "after_reset_no_debugger_is_there": ("dcsr_prv", f"{RESET}2'd0"),
    "ebreak_halts_by_the_bit_of_the_mode": ("hart_ebreak_halts", _if(IN["vs"], "dcsr_ebreaks")),
    "steps_and_what_stands_still_are_told": ("hart_steps", "dcsr_step"),
}

_BIT_13 = "{{50'd0, {}, 13'd0}}"
OVERFLOW = {
    "a_request_is_never_lost": ("mip_lcofip", _if("counters_lcofi & write_mip", "csr_written[13]")),
    "a_request_or_a_write_alone_changes_it": _leak(_TRAP, "mip"),
    "a_debugger_and_m_clear_it": ("mip_lcofip", "$ | mip_lcofip"),
    "a_guest_without_delegation_leaves_it_alone": _leak(_asks("sip", "vs"), "mip"),
    "without_shlcofideleg_the_guest_never_has_it": ("hideleg", f"$ | {_BIT_13.format('hideleg_lcofi')}"),
    "u_never_has_it": ("sideleg", f"$ | {_BIT_13.format('mie_lcofie')}"),
    "m_sees_every_overflow": ("scountovf_shows_all", "1'b0"),
    "s_sees_what_mcounteren_has": ("scountovf_shows_all", "1'b1"),
    "vs_sees_what_hcounteren_has_too": ("scountovf_shown", "counters_of[31:3] & mcounteren_hpm"),
    "vu_sees_none": _verdict(_asks("scountovf", "vu"), 1),
}

#: Of each bit state that it gates: what S, what VS and what U could have.
_STATE = {
    "c": (0x5C0, 0x5C0, 0x8FF), "fcsr": (3, 3, 3), "jvt": (0x017, 0x017, 0x017), "ctr": (0x24E, 0x14F, 0),
    "srmcfg": (0x181, 0, 0), "context": (0x6A8, 0x5A8, 0), "imsic": (0x25C, 0x15C, 0), "aia": (0x608, 0xDB0, 0),
    "csrind": (0x257, 0x150, 0),
    "envcfg": (0x60A, 0x10A, 0), "se0": (0x60C, 0x10C, 0),
}  # fmt: skip


def _opened(level, bit, mode, address):
    """The access executes though a level's register does not have the bit."""
    return _verdict(f"{_asks(address, mode)} & ~{level}stateen0_{bit}", 0)


STATEEN = {
    **{f"m_hides_{bit}": _opened("m", bit, "s", address) for bit, (address, _, _) in _STATE.items()},
    **{f"hs_hides_{bit}": _opened("h", bit, "vs", address) for bit, (_, address, _) in _STATE.items() if address},
    **{f"s_hides_{bit}": _opened("s", bit, "u", address) for bit, (_, _, address) in _STATE.items() if address},
    "bit_63_hides_the_registers_below": _verdict(f"{_asks('sstateen1', 's')} & ~mstateen1_se1", 0),
    "m_is_never_refused": ("extension_accept", _if(f"{IN['m']} & {_ADDRESS.format(0x017)}", "1'b0")),
    "hstateen_is_within_mstateen": ("hstateen0", "$ | {hstateen0_se0, 63'd0}"),
    "sstateen_is_within_mstateen": ("sstateen0", "$ | {63'd0, sstateen0_c}"),
    "sstateen_of_a_guest_is_within_hstateen": ("sstateen0", "$ | {63'd0, sstateen0_c & mstateen0_c}"),
    "no_other_bit_is_ever_set": ("mstateen0", "$ | 64'd8"),
    "reset_closes_everything": ("mstateen0_c", f"{RESET}1'b1"),
    "m_can_close_the_levels_below": ("hstateen0_envcfg", "$ | hstateen0_envcfg"),
    "a_guest_changes_no_bit_that_it_cannot_see": ("access_v", "1'b0"),
    "uret_and_traps_into_u_are_not_gated": _verdict(f"{_URET} & ~mstateen0_c", 1),
    "what_hs_may_not_do_is_illegal_in_guests": _verdict(_asks("uscratch", "vs"), 2),
    **{
        f"{port}_is_judged_by_{bit}": (f"legality_{port}", "2'd0")
        for port, bit in (("cm_jalt", "jvt"), ("zfinx", "fcsr"), ("sctrclr", "ctr"))
    },
}

DOUBLE = {
    "sdt_is_0_where_dte_is": ("mstatus_sdt", _if("write_menvcfg", "mstatus_sdt")),
    "no_trap_enters_s_while_sdt": ("is_double_trap", "$ & mode_v"),
    "no_trap_enters_vs_while_its_sdt": ("is_double_trap", "$ & ~mode_v"),
    "a_trap_into_s_sets_sdt": ("mstatus_sdt", _if("take_s", "mstatus_sdt")),
    "a_double_trap_says_what_it_was": ("mtval2_gpa", _if("is_double_trap", "48'd0")),
    "sret_ends_sdt": ("vsstatus_sdt", _if("sret_executes & mode_v", "vsstatus_sdt")),
    "a_write_that_leaves_sdt_clears_sie": ("mstatus_sie", _if("write_mstatus", "csr_written[1]")),
    "mret_below_s_ends_sdt": ("vsstatus_sdt", _if("mret_executes", "vsstatus_sdt")),
    "uret_in_u_undoes_no_sdt": _leak("uret_executes", "sstatus"),
    "no_trap_into_u_touches_sdt": _leak("enter_u", "sstatus"),
    "no_trap_into_u_touches_mdt": _leak("enter_u", "mstatus"),
    "one_write_ends_mdt_and_sets_mie": ("mstatus_mie", _if("write_mstatus & mstatus_mdt", "1'b0")),
    "mdt_keeps_mie_off": ("mstatus_mie", _if("write_mstatus", "extension_wdata[3]")),
    "a_trap_into_m_sets_mdt": ("mstatus_mdt", _if("take_m", "mstatus_mdt")),
    "mret_ends_mdt": ("mstatus_mdt", _if("mret_executes", "mstatus_mdt")),
    "reset_sets_mdt": ("mstatus_mdt", f"{RESET}1'b0"),
    "a_hart_that_stops_keeps_its_state": _leak("is_critical_error"),
    "a_hart_that_has_stopped_takes_no_event": ("op_in_effect", _if("commit_op == 3'd4", "commit_op")),
    "only_a_trap_that_m_cannot_take_stops_the_hart": ("is_critical_error", "$ | sret_executes"),
}

RNMI = {
    "with_nmie_0_no_interrupt_is_taken": ("interrupts_enabled_for_m", "$ | mstatus_mie"),
    "an_rnmi_is_due_whatever_the_other_enables": ("interrupt_rnmi", "$ & mstatus_mie"),
    "an_rnmi_alone_clears_nmie": ("mnstatus_nmie", _if("enter_rnmi", "1'b1")),
    "with_nmie_0_mprv_does_not_act": ("hart_load_store_mode", _if("~mnstatus_nmie & mstatus_mprv", "3'd0")),
    "reset_clears_nmie": ("mnstatus_nmie", f"{RESET}1'b1"),
    "an_rnmi_saves_where_the_hart_was": ("mnstatus_mnpp", _if("enter_rnmi", "2'd3")),
    "an_rnmi_changes_nothing_else": _leak("enter_rnmi", "uepc"),
    "without_one_nothing_is_taken": ("enter_rnmi", "is_rnmi"),
    "its_registers_hold_what_they_may": ("mnstatus", "$ | 64'd1"),
    "m_writes_mnscratch_and_mnepc_whole": ("mnscratch_scratch", _if("write_mnscratch", "{1'b0, csr_written[62:0]}")),
    "an_rnmi_ends_wfi": ("interrupt_wake", _if("~mnstatus_nmie", "1'b0")),
    "an_exception_in_m_with_nmie_0_has_its_own_address": ("vector_m_or_rnmi", "vector_m"),
    "mnret_is_for_m_alone": ("mnret_fault", _if(IN["s"], "2'd0")),
    "mnret_leads_back": ("mnret_v", "mnstatus_mnpv"),
}

UNEXPECTED = {
    "a_trap_that_m_cannot_take_enters_the_handler_of_rnmis": ("unexpected_into_rnmi", "$ & ~is_exception"),
    "it_saves_what_it_was_and_says_that_it_came_from_m": (
        "mnstatus_mnpp",
        _if("unexpected_into_rnmi", "mode_prv"),
    ),
    "it_changes_nothing_else": _leak("unexpected_into_rnmi", "uepc"),
    "in_m_with_nmie_0_an_exception_stops_the_hart": ("m_is_busy", "mstatus_mdt"),
    "with_nmie_1_nothing_stops_the_hart": ("is_critical_error", "$ | unexpected_into_rnmi"),
    "mnret_below_m_ends_mdt": ("mstatus_mdt", _if("mnret_executes", "mstatus_mdt")),
    "mnret_below_s_ends_sdt": ("mstatus_sdt", _if("mnret_executes", "mstatus_sdt")),
    "mnret_to_vu_ends_the_guests_sdt": ("vsstatus_sdt", _if("mnret_executes", "vsstatus_sdt")),
}

ENVIRONMENT = {
    "cbo_inval_is_judged": ("legality_cbo_inval", _if(IN["vs"], "2'd0")),
    "cbo_clean_and_flush_are_judged": ("legality_cbo_clean", _if(IN["u"], "2'd0")),
    "cbo_zero_is_judged": ("legality_cbo_zero", _if(IN["vu"], "2'd1")),
    "nothing_below_m_invalidates_where_m_says_flush": ("hart_cbo_inval_flushes", _if("mode_v", "1'b0")),
    "cbie_is_never_2": ("senvcfg_cbie", "csr_written[5:4]"),
    "pmm_is_never_1": ("hstatus_hupmm", "csr_written[49:48]"),
    "with_mxr_no_pointer_is_masked_below_m": ("hart_load_store_pmm", _if("mode_prv == 2'd1", "menvcfg_pmm")),
    "hlv_as_vu_in_u_follows_hupmm": ("hart_hlsv_pmm", _if(IN["u"], "senvcfg_pmm")),
    "a_guest_has_memory_types_from_m": ("hart_vs_pbmte", "henvcfg_pbmte"),
    "a_guest_has_updates_from_m": ("hart_vs_adue", "henvcfg_adue"),
    "a_supervisor_always_has_the_fences_of_sinval": ("legality_sfence_inval", _if("mstatus_tvm", "2'd1")),
    "wrs_nto_is_judged": ("legality_wrs_nto", _if(IN["u"], "2'd0")),
    "fences_follow_fiom": ("hart_fiom", _if(IN["vu"], "henvcfg_fiom")),
    "cbo_inval_flushes_where_a_register_above_says_so": (
        "hart_cbo_inval_flushes",
        _if(IN["vu"], "senvcfg_cbie == 2'd1"),
    ),
    "the_register_above_masks": ("hart_load_store_pmm", _if("hart_load_store_mode == 3'd5", "menvcfg_pmm")),
    "translation_follows_pbmte_and_adue": ("hart_adue", "henvcfg_adue"),
    "an_xenvcfg_has_nothing_else": ("menvcfg", "$ | 64'd2"),
}

#: By suite and property: the net or register, and what it gets.
FAULTS = {
    "routing": ROUTING,
    "escalation": ESCALATION,
    "round_trip": ROUND_TRIP,
    "entry": ENTRY,
    "conservative": CONSERVATIVE,
    "windows": WINDOWS,
    "csrs": CSRS_,
    "interrupts": INTERRUPTS,
    "timers": TIMERS,
    "debug": DEBUG,
    "overflow": OVERFLOW,
    "stateen": STATEEN,
    "double": DOUBLE,
    "environment": ENVIRONMENT,
    "rnmi": RNMI,
    "unexpected": UNEXPECTED,
    "addresses": ADDRESSES,
}
#: What the full RV64 unit has beside for a suite.
_EXTENSIONS: dict[str, dict[str, Any]] = {
    "addresses": {"va_bits": 50, "smrnmi": True},
    # So that a window may still have every page.
    "windows": {"window_max_order": 40},
    "timers": {"sstc": True},
    "debug": {"sdext": True},
    "environment": dict.fromkeys(
        ("zicbom", "zicboz", "zawrs", "svinval", "svpbmt", "svadu", "smmpm", "smnpm", "ssnpm"), True
    ),
    "double": {"ssdbltrp": True, "smdbltrp": True},
    "rnmi": {"smrnmi": True, "rnmi_interrupt_vector": 0x4000, "rnmi_exception_vector": 0x5000},
    "unexpected": {"ssdbltrp": True, "smdbltrp": True, "smrnmi": True, "rnmi_interrupt_vector": 0x4000},
    "overflow": {"sscofpmf": True, "shlcofideleg": True, "counters": "zihpm"},
    "stateen": dict.fromkeys(STATE_OWNERS, True),
}


#: What the full unit has not, and a suite is about.


def properties(suite):
    """The properties of the suite's configuration."""
    return list(SUITES[suite].of(config_of(suite)))


def config_of(suite):
    """The full RV64 unit, with what the suite is about."""
    return FULL64.replace(**_EXTENSIONS.get(suite, {}))
