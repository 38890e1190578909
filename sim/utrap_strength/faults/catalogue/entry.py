"""What a trap writes: status, cause, trap values."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_ENTRY = "rules/entry.py"
_NEXT = "rules/next_state.py"
_TRAP = "exception, interrupt"
#: Where a column's value is made, and where its rows are enabled.
_VALUE = "of_trap = trap_value[low : low + field.width]"
_ROWS = "enters = {key: entry.into[target] for target, key in rows.items()}"
_TVAL = '"tval": (trap.is_exception, trap.tval)'
_GVA = "commit.gva & event.is_exception"

FAULTS: tuple[Fault, ...] = (
    fault(
        "gva-sticky",
        "A trap into M sets GVA and never clears it.",
        (_ENTRY, "state.gva: trap.gva,", "state.gva: trap.gva | state[state.gva],"),
        shows="mstatus", events=_TRAP, task="interrupt", on="msuh",
    ),
    fault(
        "htval-stale",
        "mtval2 and htval take an address on every exception, not on guest-page faults alone.",
        (_ENTRY, "has_gpa = trap.is_exception & trap.is_guest_page_fault", "has_gpa = trap.is_exception"),
        shows="mtval2, htval", events="exception", task="exception 2", on="msuh",
    ),
    fault(
        "spvp-guard",
        "A trap from U or HS into HS changes SPVP.",
        (_ENTRY, '(state.v & was_s) | (~state.v & state["hstatus.spvp"])', "was_s"),
        shows="hstatus", events=_TRAP, task="interrupt", on="msuh",
    ),
    fault(
        "gva-from-v0",
        "GVA becomes 1 on every exception with a trap value, from V=0 too.",
        (_ENTRY, _GVA, "commit.tval.any() & event.is_exception"),
        shows="mstatus, hstatus", events="exception", task="exception 2", on="msuh",
    ),
    fault(
        "gva-ebreak",
        "A breakpoint of a guest leaves GVA 0.",
        (_ENTRY, _GVA, f"{_GVA} & (commit.cause != 3)"),
        shows="mstatus, hstatus", events="exception 3", task="exception 3", on="msuh",
    ),
    fault(
        "gva-from-v",
        "GVA becomes 1 on every exception of a guest, whatever its trap value is.",
        (_ENTRY, _GVA, "event.is_exception & state.v"),
        (_ENTRY, "def trap_of(m: Module, config: Config,", "def trap_of(m: Module, state: State, config: Config,"),
        ("unit.py", "trap_of(m, config,", "trap_of(m, state, config,"),
        shows="mstatus, hstatus", events="exception", task="exception 2", on="msuh",
    ),
    fault(
        "tval-stale",
        "A trap without a trap value leaves the last one in xtval.",
        (
            _NEXT,
            "with m.If(is_entered | writes[key].enable):",
            'with m.If((is_entered & (Mux(holds, of_trap, 0).any() if column == "tval" else 1)) | writes[key].enable):',
        ),
        shows="mtval, stval", events=_TRAP, task="interrupt",
    ),
    fault(
        "tval-insn-zero",
        "An illegal or a virtual instruction writes 0 into xtval.",
        (_ENTRY, _TVAL, '"tval": (trap.is_exception & (trap.code != 2) & (trap.code != 22), trap.tval)'),
        shows="mtval", events="exception 2", task="exception 2", on="mu",
    ),
    fault(
        "tval-virt-insn",
        "A virtual instruction writes 0 into xtval, an illegal one does not.",
        (_ENTRY, _TVAL, '"tval": (trap.is_exception & (trap.code != 22), trap.tval)'),
        shows="mtval, stval", events="exception 22", task="exception 22", on="msuh",
    ),
    fault(
        "tval-int-bit",
        "An interrupt leaves what stands on the port of the trap value in xtval.",
        (_ENTRY, _TVAL, '"tval": (always, trap.tval)'),
        shows="mtval", events="interrupt", task="interrupt", on="mu",
    ),
    fault(
        "tval-onehot",
        "A guest-page fault ORs the guest-physical address into xtval.",
        (_ENTRY, _TVAL, '"tval": (trap.is_exception, trap.tval | Mux(trap.is_guest_page_fault, trap.gpa, 0))'),
        shows="mtval, stval", events="exception 20, exception 21, exception 23", task="exception 21", on="msuh",
    ),
    fault(
        "tval-current-mode",
        "The trap value goes to the xtval of the mode that trapped, not to that of the one that is entered.",
        (
            _NEXT,
            _ROWS,
            ('enters = {key: entry.enters & state.is_in(target.mode) if column == "tval" else entry.into[target]'
            " for target, key in rows.items()}"),
        ),
        shows="mtval, stval", events=_TRAP, task="interrupt",
    ),
    fault(
        "tinst-nonzero",
        "An interrupt leaves what stands on the port of the trap instruction in xtinst.",
        (_ENTRY, '"tinst": (trap.is_exception, trap.tinst)', '"tinst": (always, trap.tinst)'),
        shows="mtinst, htinst", events="interrupt", task="interrupt", on="msuh",
    ),
    fault(
        "htval-shift2",
        "mtval2 and htval hold the guest-physical address itself, and not the address shifted right by 2.",
        (_ENTRY, "tval2 = (has_gpa, trap.gpa)", "tval2 = (has_gpa, (trap.gpa << 2)[: len(trap.gpa)])"),
        shows="mtval2, htval", events="exception 20, exception 21, exception 23", task="exception 21", on="msuh",
    ),
    fault(
        "htinst-not-updated",
        "A trap into HS leaves htinst as it was.",
        (_NEXT, _ROWS, _ROWS.replace("}", ' if (column, target.name) != ("tinst", "S")}')),
        shows="htinst", events=_TRAP, task="interrupt", on="msuh",
    ),
    fault(
        "u-trap-writes-hs-state",
        "A trap into U writes hstatus.GVA and not hustatus.GVA.",
        (_ENTRY, '"hustatus.gva": trap.gva', '"hstatus.gva": trap.gva'),
        shows="hstatus, hustatus", events=_TRAP, task="exception 8", on="full",
    ),
    fault(
        "xpp-target-priv",
        "MPP takes the mode that a trap enters, and not the one that it comes from.",
        (_ENTRY, "state.prv if state.config.s else state.prv[0],", "Const(3, 2) if state.config.s else Const(1, 1),"),
        shows="mstatus", events=_TRAP, task="interrupt", on="mu",
    ),
    fault(
        "debug-exc-updates",
        "In Debug Mode a trap is taken, with all that it writes.",
        ("rules/event.py", "        is_trap = is_trap & ~state.debug\n", ""),
        shows="mepc, mcause, mtval, mstatus, answer.redirect, trace.kind", events=_TRAP, task="exception 2",
        on="mu sdext=true",
    ),
    fault(
        "debug-shifts-stack",
        "In Debug Mode a trap pushes MIE into MPIE.",
        (
            _NEXT,
            "    for target, enters in entry.into.items():\n",
            ("    with m.If(state.debug & stores_pc):\n"
            '        _store(m, state, "mstatus.mpie", state["mstatus.mie"])\n'
            '        _store(m, state, "mstatus.mie", Const(0, 1))\n'
            "    for target, enters in entry.into.items():\n"),
        ),
        shows="mstatus", events="exception, interrupt, halt", task="exception 2", on="mu sdext=true",
    ),
    fault(
        "suppressed-int-cause",
        "A due interrupt that is not taken gives its cause to the exception that is.",
        (
            _ENTRY,
            "Mux(event.is_exception, commit.cause, choice.cause)",
            "Mux(event.is_exception & ~choice.request, commit.cause, choice.cause)",
        ),
        shows="mcause, trace.cause", events="exception", task="exception 2", on="mu",
    ),
    fault(
        "cause-from-vector-sel",
        "Where the table is not vectored, an interrupt writes 0 into mcause.",
        (
            _NEXT,
            _VALUE,
            (f"{_VALUE}\n"
            '        is_kept = trap.is_exception | state.views["mtvec"][0] | int(column != "code")\n'
            "        of_trap = Mux(is_kept, of_trap, 0)"),
        ),
        shows="mcause", events="interrupt", task="interrupt", on="mu",
    ),
    fault(
        "illegal-cause-1",
        "An illegal instruction writes 1 into mcause.",
        (
            _ENTRY,
            "Mux(event.is_exception, commit.cause, choice.cause)",
            "Mux(event.is_exception, Mux(commit.cause == 2, 1, commit.cause), choice.cause)",
        ),
        shows="mcause, trace.cause", events="exception 2", task="exception 2", on="mu",
    ),
    fault(
        "vs-cause-minus1-exc",
        "An exception 2, 6 or 10 that goes to VS is renumbered as an interrupt is.",
        (
            _NEXT,
            _VALUE,
            (f"{_VALUE}\n"
            '        if column == "code":\n'
            "            is_even = (of_trap == 2) | (of_trap == 6) | (of_trap == 10)\n"
            "            of_trap = Mux(entry.into[2] & is_even, (of_trap - 1)[:6], of_trap)"),
        ),
        shows="vscause", events="exception 2, exception 6", task="exception 2", on="msuh",
    ),
    fault(
        "int-flag-width",
        "The interrupt bit of xcause is bit 31 on RV64.",
        ("csr/shared/traps.py", '"interrupt", config.xlen - 1', '"interrupt", 31'),
        shows="mcause", events="interrupt, CSR, debug CSR", task="csr 0x342", on="mu",
    ),
    fault(
        "dbltrap-int-bit",
        "A double trap that an interrupt caused is an interrupt in mcause and in the vector.",
        ("rules/double_trap.py", "trap.is_interrupt & ~is_double)", "trap.is_interrupt)"),
        shows="mcause, answer.target", events="interrupt", task="interrupt", on="msu ssdbltrp=true",
    ),
    fault(
        "ecall-cause",
        "An ECALL from U has the cause of one from M.",
        (
            "rules/effective.py",
            "cause: Value = Const(ExceptionCause.ECALL_FROM_U, 6)",
            "cause: Value = Const(ExceptionCause.ECALL_FROM_M, 6)",
        ),
        shows="hart.ecall_cause", events="", task="hart_ecall_cause", on="mu",
    ),
    fault(
        "vs-fs-dirty",
        "What a guest writes of the floating-point state makes mstatus.FS dirty alone.",
        (_NEXT, 'f"vsstatus.{name}", Const(3, 2)', 'f"mstatus.{name}", Const(3, 2)'),
        shows="vsstatus", events="", task="retire", on="msuh",
    ),
    fault(
        "vs-fs-dirty.sd",
        "vsstatus.SD follows mstatus.FS.",
        (
            "rules/levels.py",
            'state[f"{csr}.fs"].all()',
            'state["mstatus.fs"].all()',
        ),
        shows="vsstatus", events="", task="csr 0x200", on="msuh",
    ),
    fault(
        "sd-misses-vs",
        "mstatus.SD does not look at VS.",
        ("rules/levels.py", 'state[f"{csr}.fs"].all() | state[f"{csr}.vs"].all()', 'state[f"{csr}.fs"].all()'),
        shows="mstatus, sstatus", events="", task="csr 0x300",
    ),
)  # fmt: skip
