"""Returns: who may execute them, where they lead, what they restore."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_XRET = "rules/xret.py"
_UPVP = 'Cat(to_guest & state["hustatus.upvp"], _ZERO)'
_CLEARS_MPRV = "# norm:mstatus_mprv_clr_mret_sret_less_priv\n"
_MODE = "hart.mode, trace.to_mode"

FAULTS: tuple[Fault, ...] = (
    fault(
        "uret-upv-upvp",
        "With EN=1 URET takes the privilege from UPVP though UPV is 0, and leads to HS.",
        (_XRET, _UPVP, 'Cat(state["hudcfg.en"] & state["hustatus.upvp"], _ZERO)'),
        shows=_MODE, events="uret", task="uret", on="full",
    ),
    fault(
        "uret-escalates",
        "URET takes the privilege from UPVP whatever UPV and EN are.",
        (_XRET, _UPVP, 'Cat(state["hustatus.upvp"], _ZERO)'),
        shows=_MODE, events="uret", task="uret", on="full",
    ),
    fault(
        "tsr-when-v1",
        "TSR keeps a guest from SRET.",
        (
            _XRET,
            'illegal = ~v & (~state.prv[0] | (~state.prv[1] & state["mstatus.tsr"]))',
            'illegal = (~v & ~state.prv[0]) | (state.prv[0] & ~state.prv[1] & state["mstatus.tsr"])',
        ),
        shows="answer.fault, legality.sret", events="", task="sret", on="msuh",
    ),
    fault(
        "xret-clear-pv.mpv",
        "MRET leaves MPV as it was.",
        (_XRET, "            state.mpv: (_ONE, _ZERO),\n", ""),
        shows="mstatus", events="mret", task="mret", on="msuh",
    ),
    fault(
        "xret-clear-pv.spv",
        "SRET of HS leaves SPV as it was.",
        (_XRET, '        "hstatus.spv": (~v, _ZERO),\n', ""),
        shows="hstatus", events="sret", task="sret", on="msuh",
    ),
    fault(
        "m-sret-spv",
        "SRET executed in M leaves SPV as it was.",
        (_XRET, '"hstatus.spv": (~v, _ZERO)', '"hstatus.spv": (state.is_in(Mode.S), _ZERO)'),
        shows="hstatus", events="sret", task="sret", on="msuh",
    ),
    fault(
        "hs-sret-uses-vsepc",
        "SRET of HS into the guest takes the pc from vsepc.",
        (_XRET, '((~v, "sepc"), (v, "vsepc"))', '((~after["v"], "sepc"), (after["v"], "vsepc"))'),
        shows="answer.target", events="sret", task="sret", on="msuh",
    ),
    fault(
        "xpie-not-1",
        "MRET leaves MPIE as it was.",
        (_XRET, '            "mstatus.mpie": (_ONE, _ONE),\n', ""),
        shows="mstatus", events="mret", task="mret", on="mu",
    ),
    fault(
        "xpie-not-1.zero",
        "SRET makes SPIE 0.",
        (_XRET, '"mstatus.spie": (~v, _ONE)', '"mstatus.spie": (~v, _ZERO)'),
        shows="mstatus, sstatus", events="sret", task="sret",
    ),
    fault(
        "mprv-clear",
        "MRET to a mode below M leaves MPRV as it was.",
        (_XRET, f'            {_CLEARS_MPRV}            "mstatus.mprv": (~to_machine, _ZERO),\n', ""),
        shows="mstatus", events="mret", task="mret", on="mu",
    ),
    fault(
        "mprv-clear.sret",
        "SRET leaves MPRV as it was.",
        (_XRET, 'SRET never leads to M.\n        "mstatus.mprv": (_ONE, _ZERO),\n', "SRET never leads to M.\n"),
        shows="mstatus", events="sret", task="sret",
    ),
    fault(
        "mprv-clear-m",
        "MRET to M clears MPRV.",
        (
            _XRET,
            f'{_CLEARS_MPRV}            "mstatus.mprv": (~to_machine, _ZERO)',
            f'{_CLEARS_MPRV}            "mstatus.mprv": (_ONE, _ZERO)',
        ),
        shows="mstatus", events="mret", task="mret", on="mu",
    ),
    fault(
        "xret-executes-when-trapped",
        "A return that raises a fault takes place all the same.",
        (_XRET, "event.is_return[op] & (ret.fault == Fault.NONE)", "event.is_return[op]"),
        shows="answer.redirect, hart.mode, mstatus, hstatus", events="mret, sret, uret", task="sret", on="msuh",
    ),
    fault(
        "sret-clears-mpp",
        "SRET makes MPP U, and leaves SPP.",
        (_XRET, '"mstatus.spp": (~v, _ZERO)', '"mstatus.mpp": (~v, Const(0, 2))'),
        shows="mstatus, sstatus", events="sret", task="sret",
    ),
    fault(
        "sret-as-mret",
        "SRET leads to the mode in MPP, and nothing asks for privilege.",
        (_XRET, "illegal = ~v & (~state.prv[0] | (", "illegal = ~v & ((state.prv[0] & "),
        (_XRET, '_mode_after(m, SRET, "sret", Cat(spp, _ZERO)', '_mode_after(m, SRET, "sret", state["mstatus.mpp"]'),
        shows="answer.fault, answer.redirect, hart.mode, trace.to_mode, legality.sret", events="", task="sret",
    ),
    fault(
        "xret-no-ie-restore",
        "MRET to U leaves MIE as it was.",
        (_XRET, '"mstatus.mie": (_ONE, state["mstatus.mpie"])', '"mstatus.mie": (prv[0], state["mstatus.mpie"])'),
        shows="mstatus", events="mret", task="mret", on="mu",
    ),
    fault(
        "mret-updates-epc",
        "MRET writes mepc.",
        (_XRET, "            state.mpv: (_ONE, _ZERO),\n", '            "mepc.pc": (_ONE, Const(0, 64)),\n'),
        shows="mepc", events="mret", task="mret", on="mu",
    ),
    fault(
        "xret-not-valid",
        "MRET takes place in cycles without an event.",
        (
            "rules/event.py",
            'named(m, f"is_{ret.name.lower()}", op == ret)',
            'named(m, f"is_{ret.name.lower()}", (op == ret) | ((op == 0) & int(ret == CommitOp.MRET)))',
        ),
        shows="answer.redirect, mstatus, answer.fault", events="", task="retire", on="mu",
    ),
    fault(
        "dret-v",
        "The way out of Debug Mode to M takes V from dcsr.v.",
        ("rules/debug_mode.py", 'state["dcsr.v"] & ~to_machine', 'state["dcsr.v"]'),
        shows="hart.mode, trace.to_mode", events="resume", task="resume", on="msuh sdext=true",
    ),
    fault(
        "uret-no-n",
        "URET executes on a hart without N.",
        (_XRET, "_ZERO if state.config.n else _ONE", "_ZERO"),
        shows="answer.fault, legality.uret, answer.redirect", events="", task="uret", on="mu",
    ),
    fault(
        "xret-mode-absent",
        "SRET executes in M on a hart without S.",
        (_XRET, "    if not state.config.s:\n        illegal = _ONE\n", ""),
        shows="answer.fault, legality.sret, answer.redirect", events="", task="sret", on="mu",
    ),
    fault(
        "xret-mode-absent.wfi",
        "WFI is illegal in U on a hart without S.",
        ("rules/legality.py", "(is_user if config.s else never)", "is_user"),
        shows="legality.wfi", events="", task="legality_wfi", on="mu",
    ),
    fault(
        "sdt-logic.sie",
        "A write of SDT=1 does not clear SIE.",
        ("csr/shared/status.py", 'write_where=acts, clears=(f"{csr}.sie",))', "write_where=acts)"),
        shows="mstatus, sstatus", events="CSR, debug CSR", task="csr 0x100", on="msu ssdbltrp=true",
    ),
    fault(
        "sdt-logic.dte",
        "SDT can be written where DTE is 0.",
        ("csr/shared/status.py", "write_where=acts, clears", "clears"),
        shows="mstatus, sstatus", events="CSR, debug CSR", task="csr 0x100", on="msu ssdbltrp=true",
    ),
    fault(
        "sdt-logic.entry",
        "A trap into S leaves SDT as it was.",
        ("rules/entry.py", 'state["mstatus.sdt"] | tracks(state, target)', 'state["mstatus.sdt"]'),
        shows="mstatus, sstatus", events="exception, interrupt", task="interrupt", on="msu ssdbltrp=true",
    ),
    fault(
        "sdt-logic.sret",
        "SRET leaves SDT as it was.",
        (_XRET, "sdt=~v, in_vs=v)", "sdt=_ZERO, in_vs=v)"),
        shows="mstatus, sstatus", events="sret", task="sret", on="msu ssdbltrp=true",
    ),
    fault(
        "sdt-logic.mpv",
        "MRET to M clears SDT where MPV is 1.",
        (
            _XRET,
            "ended_by_return(state, after, mdt=_ONE)",
            'ended_by_return(state, {**after, "v": state[state.mpv]}, mdt=_ONE)',
        ),
        shows="mstatus, sstatus", events="mret", task="mret", on="msuh ssdbltrp=true smdbltrp=true",
    ),
    fault(
        "nmie-deleg",
        "With NMIE=0 an exception that S takes stops the hart, as one that M cannot take does.",
        (
            "rules/double_trap.py",
            'is_fatal = named(m, "is_critical_error", into[Target.M] & is_busy & ~nmie)',
            'is_fatal = named(m, "is_critical_error", (into[Target.M] & is_busy | into[Target.S]) & ~nmie)',
        ),
        shows="answer.redirect, hart.critical_error, trace.kind", events="exception, interrupt", task="exception 2",
        on="msu smdbltrp=true smrnmi=true",
    ),
)  # fmt: skip
