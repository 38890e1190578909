"""Sdext: what Debug Mode masks, the way into it and back, and who may touch its registers."""

from __future__ import annotations

from amaranth.hdl import Const, Mux, Value

from utrap_formal.properties.manual import CSRS, DEBUG_CSRS, Mode, Op
from utrap_formal.properties.property import Claim, Properties
from utrap_formal.properties.round_trip import masked_pc
from utrap_formal.properties.window import Cycle, Window, all_of, any_of

__all__ = ["PROPERTIES"]

PROPERTIES = Properties("debug", "Debug Mode: what it masks, the ways in and out, and whose its registers are")

_ILLEGAL = 1
_RETURNS = (Op.MRET, Op.SRET, Op.URET)
#: What a halt writes beside the mode.
_BY_HALT = ("dcsr_cause", "dcsr_nmip", "dcsr_prv", "dcsr_v", "dpc_pc", "dpc_sign")
_MODE = ("mode_prv", "mode_v", "mode_debug")


def _commits(cycle: Cycle, *ops: Op) -> Value:
    return any_of(cycle["commit_op"] == op for op in ops)


def _others(cycle: Cycle, *names: str) -> list[str]:
    """Every register but these."""
    return [name for name in cycle.stored() if name not in names]


def _resumes(cycle: Cycle) -> Value:
    return _commits(cycle, Op.RESUME) & cycle.in_debug_mode


def _requests(cycle: Cycle) -> Value:
    """An interrupt is to be taken, or an RNMI."""
    return cycle["interrupt_request"] | (cycle["interrupt_rnmi"] if cycle.has("interrupt_rnmi") else Const(0))


def _has_stopped(cycle: Cycle) -> Value:
    """In a critical error the hart takes no event but a halt, and answers none (norm:trap_unexp_hndl_no_rnmi)."""
    there = "mode_critical" in cycle.stored()
    return cycle["mode_critical"] & ~cycle.in_debug_mode if there else Const(0)


def _accesses(cycle: Cycle, csr: str) -> Value:
    """An access to it by a debugger, or in Debug Mode."""
    by = _commits(cycle, Op.DEBUG_CSR) | (cycle.is_access & cycle.in_debug_mode)
    return by & (cycle["commit_csr_address"] == CSRS[csr])


# --- in Debug Mode -------------------------------------------------------------------------------


@PROPERTIES.add("Sdext: Debug Mode", needs="sdext", kind="in it")
def debug_mode_has_the_rights_of_m(w: Window) -> Claim:
    """In Debug Mode the mode is M, with V=0."""
    return Claim(when=w.now.in_debug_mode, then=w.now.is_in(Mode.M))


@PROPERTIES.add("Sdext: Debug Mode", needs="sdext", kind="in it")
def in_debug_mode_no_interrupt_is_requested(w: Window) -> Claim:
    """In Debug Mode no interrupt is requested, and no RNMI."""
    return Claim(when=w.now.in_debug_mode, then=~_requests(w.now))


@PROPERTIES.add("Sdext: Step Bit In Dcsr", needs="sdext", kind="in it")
def a_single_step_lets_no_interrupt_in(w: Window) -> Claim:
    """With step=1 and stepie=0 no interrupt is requested, and no RNMI, in no mode."""
    return Claim(when=w.now["dcsr.STEP"] & ~w.now["dcsr.STEPIE"], then=~_requests(w.now))


@PROPERTIES.add("Sdext: Debug Mode", needs="sdext", kind="in it")
def in_debug_mode_nothing_traps(w: Window) -> Claim:
    """In Debug Mode an exception, an interrupt and a halt change nothing, redirect nothing, and are not traced."""
    now = w.now
    when = now.in_debug_mode & _commits(now, Op.EXCEPTION, Op.INTERRUPT, Op.HALT)
    quiet = ~now["answer_redirect"] & (now["trace_kind"] == Op.NONE)
    return Claim(when=when, then=now.keeps(w.next, *now.stored()) & quiet)


@PROPERTIES.add("HU-35", needs="sdext", kind="in it")
def uret_never_leaves_debug_mode(w: Window) -> Claim:
    """URET in Debug Mode, and MRET and SRET, leave it to RESUME: nothing changes, and the pc stays."""
    now = w.now
    when = now.in_debug_mode & _commits(now, *_RETURNS)
    stays = w.next.in_debug_mode & now.keeps(w.next, *now.stored()) & ~now["answer_redirect"]
    return Claim(when=when, then=stays)


@PROPERTIES.add("HU-35 warl:dcsr", needs="sdext", kind="in it")
def in_debug_mode_returns_are_illegal(w: Window) -> Claim:
    """In Debug Mode the verdict on every return is that it is illegal, before it is committed."""
    now = w.now
    there = [f"legality_{op.name.lower()}" for op in _RETURNS if now.has(f"legality_{op.name.lower()}")]
    refused: Value = Const(1)
    for port in there:
        refused = refused & (now[port] == _ILLEGAL)
    return Claim(when=now.in_debug_mode, then=refused)


# --- the ways in and out -------------------------------------------------------------------------


@PROPERTIES.add("Sdext: Halt", needs="sdext", kind="way")
def a_halt_alone_enters_debug_mode(w: Window) -> Claim:
    """Debug Mode is entered by HALT, by which it always is, and by nothing else."""
    now = w.now
    return Claim(when=~now.in_debug_mode, then=w.next.in_debug_mode == _commits(now, Op.HALT))


@PROPERTIES.add("Sdext: Resume", needs="sdext", kind="way")
def a_resume_alone_leaves_debug_mode(w: Window) -> Claim:
    """Debug Mode is left by RESUME, by which it always is, and by nothing else."""
    now = w.now
    return Claim(when=now.in_debug_mode, then=w.next.in_debug_mode == ~_commits(now, Op.RESUME))


@PROPERTIES.add("Sdext: Halt", needs="sdext", kind="way")
def a_halt_saves_where_the_hart_was(w: Window) -> Claim:
    """HALT stores cause and nmip as the core says, prv and v as the mode is, and in dpc the pc."""
    now, after = w.now, w.next
    said = (after["dcsr.CAUSE"] == now["commit_halt_cause"]) & (after["dcsr.NMIP"] == now["commit_nmip"])
    mode = (after["dcsr.PRV"] == now.prv) & (after["dcsr.V"] == now.v)
    return Claim(when=now.is_halt, then=said & mode & (after["dpc"] == masked_pc(w, now["commit_pc"])))


@PROPERTIES.add("Sdext: Halt HU-35", needs="sdext", kind="way")
def a_halt_changes_nothing_else(w: Window) -> Claim:
    """HALT leaves every other register as it is, hustatus, uepc and the status registers among them."""
    now = w.now
    return Claim(when=now.is_halt, then=now.keeps(w.next, *_others(now, *_BY_HALT, *_MODE)) & ~now["answer_redirect"])


@PROPERTIES.add("Sdext: Resume", needs="sdext", kind="way")
def a_resume_outside_debug_mode_is_illegal(w: Window) -> Claim:
    """RESUME outside Debug Mode is illegal in every mode, and only there."""
    now = w.now
    return Claim(
        when=_commits(now, Op.RESUME) & ~_has_stopped(now),
        then=now["answer_fault"] == Mux(now.in_debug_mode, 0, _ILLEGAL),
    )


@PROPERTIES.add("Sdext: Resume warl:dcsr", needs="sdext", kind="way")
def a_resume_leads_where_dcsr_says(w: Window) -> Claim:
    """RESUME leads to dpc, and to the mode in prv and, below M, v."""
    now, after = w.now, w.next
    v = now["dcsr.V"] & (now["dcsr.PRV"] != 3)
    back = now["answer_redirect"] & (now["answer_target"] == now["dpc"])
    return Claim(when=_resumes(now), then=back & (after.prv == now["dcsr.PRV"]) & (after.v == v))


@PROPERTIES.add("Sdext: Resume HU-35", needs="sdext", kind="way")
def a_resume_ends_mprv_and_double_traps_alone(w: Window) -> Claim:
    """RESUME clears MPRV and MDT below M, SDT in U, VS and VU, the guest's in VU, and leaves all else as it is."""
    now, after = w.now, w.next
    is_below = now["dcsr.PRV"] != 3
    is_guest, is_user = is_below & now["dcsr.V"], is_below & (now["dcsr.PRV"] == 0)
    ends = {
        "mstatus_mprv": is_below,
        "mstatus_mdt": is_below,
        "mstatush_mdt": is_below,
        "mstatus_sdt": is_user | is_guest,
        "vsstatus_sdt": is_user & is_guest,
    }
    there = {name: when for name, when in ends.items() if name in now.stored()}
    ended = all_of(after[name] == (now[name] & ~when) for name, when in there.items())
    return Claim(when=_resumes(now), then=ended & now.keeps(after, *_others(now, *there, *_MODE)))


@PROPERTIES.add("Sdext: Halt Sdext: Resume HU-35", needs="sdext", kind="way")
def a_halt_and_a_resume_lead_back(w: Window) -> Claim:
    """A halt, and a resume in the next cycle, lead back to the mode and the pc, the handler in U too."""
    now, after = w.now, w.next
    low = 2 if w.config.ialign == 32 else 1
    same_pc = after["answer_target"][low:] == now["commit_pc"][low:]
    when = now.is_halt & _commits(after, Op.RESUME)
    return Claim(when=when, then=(w.last.mode == now.mode) & ~w.last.in_debug_mode & same_pc)


# --- its registers -------------------------------------------------------------------------------


@PROPERTIES.add("Sdext: Core Debug Registers", needs="sdext", kind="register")
def debug_registers_are_for_debug_mode(w: Window) -> Claim:
    """An instruction may access dcsr, dpc and dscratch in Debug Mode; outside it is illegal in every mode, M too."""
    now = w.now
    asks = any_of(now.accesses(csr) for csr in DEBUG_CSRS) & ~_has_stopped(now)
    return Claim(when=asks, then=now["answer_fault"] == Mux(now.in_debug_mode, 0, _ILLEGAL))


@PROPERTIES.add("Sdext: Core Debug Registers", needs="sdext", kind="register")
def debug_registers_change_for_debuggers_alone(w: Window) -> Claim:
    """dcsr and dpc change by HALT, or by an access in Debug Mode or by a debugger; dscratch by such an access alone."""
    now = w.now
    kept: Value = Const(1)
    for csr in DEBUG_CSRS:
        may = _accesses(now, csr) | (now.is_halt if csr in ("dcsr", "dpc") else Const(0))
        kept = kept & (may | now.keeps(w.next, *now.stored(csr)))
    return Claim(then=kept)


@PROPERTIES.add("Sdext: Core Debug Registers", needs="sdext", kind="register")
def cause_and_nmip_are_the_halts(w: Window) -> Claim:
    """cause and nmip change by HALT alone, whatever is written to dcsr."""
    now = w.now
    return Claim(when=~now.is_halt, then=now.keeps(w.next, "dcsr_cause", "dcsr_nmip"))


@PROPERTIES.add("warl:dcsr", needs="sdext", kind="register")
def dcsr_holds_what_it_may(w: Window) -> Claim:
    """debugver is 4, extcause 0, mprven 1; prv is a mode; what H or S would have is 0 without them."""
    now, config = w.now, w.config
    fixed = (now["dcsr.DEBUGVER"] == 4) & (now["dcsr.EXTCAUSE"] == 0) & now["dcsr.MPRVEN"]
    prv = any_of(now["dcsr.PRV"] == mode for mode in (3, 0, *[1] * config.s))
    absent = [*["dcsr.V", "dcsr.EBREAKVU", "dcsr.EBREAKVS"] * (not config.h), *["dcsr.EBREAKS"] * (not config.s)]
    return Claim(then=fixed & prv & ~any_of(now[name] for name in absent))


@PROPERTIES.add("Sdext: Core Debug Registers", needs="sdext", kind="register")
def after_reset_no_debugger_is_there(w: Window) -> Claim:
    """After reset the hart is not in Debug Mode, prv is M, and all else that dcsr stores is 0."""
    after = w.next
    return Claim(
        when=w.now["rst"],
        then=~after.in_debug_mode & (after["dcsr"] == 4 << 28 | 1 << 4 | 3) & (after["dpc"] == 0),
        is_about_reset=True,
    )


# --- what the core is told -----------------------------------------------------------------------


@PROPERTIES.add("Sdext: Core Debug Registers", needs="sdext", kind="told")
def ebreak_halts_by_the_bit_of_the_mode(w: Window) -> Claim:
    """An EBREAK is to halt the hart where the mode's bit of dcsr is 1, and not in Debug Mode."""
    now = w.now
    bits = {Mode.M: "M", Mode.S: "S", Mode.U: "U", Mode.VS: "VS", Mode.VU: "VU"}
    here = any_of(now.is_in(mode) & now[f"dcsr.EBREAK{bit}"] for mode, bit in bits.items())
    return Claim(then=now["hart_ebreak_halts"] == (here & ~now.in_debug_mode))


@PROPERTIES.add("Sdext: Core Debug Registers Sdext: Debug Mode", needs="sdext", kind="told")
def steps_and_what_stands_still_are_told(w: Window) -> Claim:
    """Outside Debug Mode step makes steps; in it stopcount and stoptime stop counters and time."""
    now = w.now
    inside = now.in_debug_mode
    still = (now["hart_stops_counters"] == (inside & now["dcsr.STOPCOUNT"])) & (
        now["hart_stops_time"] == (inside & now["dcsr.STOPTIME"])
    )
    return Claim(then=still & (now["hart_steps"] == (~inside & now["dcsr.STEP"])))
