"""Who may access a CSR, and execute a privileged instruction; and what of a refused one takes place."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_ACCESS = "rules/access.py"
_GUARDS = "csr/guards.py"
_LEGALITY = "rules/legality.py"
_USER = "csr/user.py"
_ILLEGAL = "writes_read_only | (is_below & (~mode.v | level.all())) | illegal)"
_VIRTUAL = "mode.v & (is_below | virtual))"
_READ_ONLY = "address[10:12].all() & event.wants_write)"
_WFI = 'connect("wfi", wfi_illegal, is_vu | (is_vs & state["hstatus.vtw"]))'
_VERDICT = "answer.fault, legality.csr, extension.accept"

FAULTS: tuple[Fault, ...] = (
    fault(
        "user-alias-no-check",
        "Every mode reads and writes the CSRs of Shudeleg's user level.",
        (_USER, '(*state_enables(config, "c", "ms"), HOST, USER_ENABLED)', 'state_enables(config, "c", "ms")'),
        shows=_VERDICT, events="", task="csr 0x800", on="full",
    ),
    fault(
        "u-csrs-open-to-guest",
        "VS and VU read and write the CSRs of the user level.",
        (_USER, '(*state_enables(config, "c", "ms"), HOST), Target.U', 'state_enables(config, "c", "ms"), Target.U'),
        shows=_VERDICT, events="", task="csr 0x040", on="full",
    ),
    fault(
        "wfi-tw-vtw",
        "WFI in VS with TW and VTW both 1 is virtual, and not illegal.",
        (_LEGALITY, _WFI, _WFI.replace("wfi_illegal,", 'wfi_illegal & ~(is_vs & state["hstatus.vtw"]),')),
        shows="legality.wfi", events="", task="legality_wfi", on="msuh",
    ),
    fault(
        "wfi-tw-vtw.ignored",
        "WFI in VS executes whatever TW and VTW are.",
        (_LEGALITY, _WFI, 'connect("wfi", wfi_illegal & ~is_vs, is_vu)'),
        shows="legality.wfi", events="", task="legality_wfi", on="msuh",
    ),
    fault(
        "wfi-tw-vtw.swapped",
        "WFI in HS with TW=1 is virtual.",
        (
            _LEGALITY,
            _WFI,
            ('connect("wfi", wfi_illegal & ~is_host_supervisor,'
            ' is_vu | (is_vs & state["hstatus.vtw"]) | (is_host_supervisor & tw))'),
        ),
        shows="legality.wfi", events="", task="legality_wfi", on="msuh",
    ),
    fault(
        "vu-s-csr-illegal",
        "A guest's access to a CSR above its mode is illegal, and never virtual.",
        (_ACCESS, _ILLEGAL, "writes_read_only | is_below | illegal)"),
        shows=_VERDICT, events="", task="csr 0x140", on="msuh",
    ),
    fault(
        "priv-before-virt-check",
        "In VU fences, WFI and the hypervisor's loads are illegal, and not virtual.",
        (_LEGALITY, "state.is_in(Mode.S), state.is_in(Mode.U)", "state.is_in(Mode.S), ~state.prv[0]"),
        shows="legality.wfi, legality.sfence_vma, legality.hfence_vvma, legality.hfence_gvma, legality.hlsv",
        events="", task="legality_wfi", on="msuh",
    ),
    fault(
        "ro-write-v1",
        "A guest's write of a read-only CSR is virtual.",
        (_ACCESS, _ILLEGAL, _ILLEGAL.replace("writes_read_only", "(writes_read_only & ~mode.v)")),
        (_ACCESS, _VIRTUAL, "mode.v & (is_below | virtual | writes_read_only))"),
        shows=_VERDICT, events="", task="csr 0xe12", on="msuh",
    ),
    fault(
        "ro-write-v1.lost",
        "A guest's write of a read-only CSR raises no fault for being one.",
        (_ACCESS, _ILLEGAL, _ILLEGAL.replace("writes_read_only", "(writes_read_only & ~mode.v)")),
        shows=_VERDICT, events="", task="csr 0xe12", on="msuh",
    ),
    fault(
        "virt-unimplemented",
        "A guest's access to a CSR of HS that does not exist is virtual.",
        (
            _ACCESS,
            "~exists_outside | is_absent | illegal, virtual)",
            "(~exists_outside | is_absent) & ~(mode.v & is_below) | illegal, virtual)",
        ),
        shows=_VERDICT, events="", task="csr outside", on="msuh",
    ),
    fault(
        "hu-polarity",
        "In U the hypervisor's loads and stores are illegal where HU is 1.",
        (_LEGALITY, 'is_user & ~state["hstatus.hu"]', 'is_user & state["hstatus.hu"]'),
        shows="legality.hlsv", events="", task="legality_hlsv", on="msuh",
    ),
    fault(
        "stimecmp-virt-order",
        "In a guest STCE of menvcfg is not asked for stimecmp.",
        (
            _GUARDS,
            'refuses=lambda mode, state: ~mode.is_machine & ~_either_half(state, "menvcfg", "stce")',
            'refuses=lambda mode, state: ~mode.is_machine & ~mode.v & ~_either_half(state, "menvcfg", "stce")',
        ),
        shows=_VERDICT, events="", task="csr 0x14d", on="msuh sstc=true",
    ),
    fault(
        "stimecmp-m",
        "M needs mcounteren.TM for stimecmp.",
        (_GUARDS, '~mode.is_machine & ~state["mcounteren.tm"]', '~state["mcounteren.tm"]'),
        shows=_VERDICT, events="", task="csr 0x14d", on="msu sstc=true",
    ),
    fault(
        "high-half-virt",
        "On RV64 a guest's access to the high half of a counter is virtual, or executes.",
        (_ACCESS, "    if config.xlen == 32:\n        counters |=", "    if config.h:\n        counters |="),
        ("csr/configured.py", "    if config.xlen == 64:\n        absent += COUNTERS_HIGH\n", ""),
        shows=_VERDICT, events="", task="csr 0xc80", on="msuh",
    ),
    fault(
        "counteren-polarity",
        "scounteren lets U read the counters whose bits are 0.",
        (_ACCESS, '~state.prv[0] & ~enabled("scounteren")', '~state.prv[0] & enabled("scounteren")'),
        shows=_VERDICT, events="", task="csr outside",
    ),
    fault(
        "m-csr-virt",
        "A guest's access to a CSR of M is virtual.",
        (_ACCESS, _ILLEGAL, "writes_read_only | (is_below & ~mode.v) | illegal)"),
        shows=_VERDICT, events="", task="csr 0x340", on="msuh",
    ),
    fault(
        "tsr-tvm-missing",
        "TVM keeps nobody from satp.",
        (_GUARDS, 'mode.is_host_supervisor & state["mstatus.tvm"]', 'mode.v & ~mode.v & state["mstatus.tvm"]'),
        shows=_VERDICT, events="", task="csr 0x180",
    ),
    fault(
        "tsr-tvm-missing.tsr",
        "TSR keeps nobody from SRET.",
        ("rules/xret.py", '(~state.prv[0] | (~state.prv[1] & state["mstatus.tsr"]))', "~state.prv[0]"),
        shows="answer.fault, legality.sret, answer.redirect", events="", task="sret",
    ),
    fault(
        "hs-denied-h-csr",
        "HS may not access the CSRs of HS.",
        (
            _ACCESS,
            "Cat(is_machine | state.is_in(Mode.VS), is_machine | state.is_in(Mode.S))",
            "Cat(state.prv[0], state.prv[1])",
        ),
        shows=_VERDICT, events="", task="csr 0x600", on="msuh",
    ),
    fault(
        "vtvm-satp",
        "VTVM does not keep VS from satp.",
        ("csr/supervisor.py", "guards=(TVM, VTVM)", "guards=(TVM,)"),
        shows=_VERDICT, events="", task="csr 0x180", on="msuh",
    ),
    fault(
        "ro-write-no-trap",
        "A write of a read-only CSR raises no fault.",
        (_ACCESS, _READ_ONLY, "address[10:12].all() & ~address[11])"),
        shows=_VERDICT, events="", task="csr 0xf14", on="mu",
    ),
    fault(
        "csr-no-priv-check",
        "Every mode may access every CSR.",
        (_ACCESS, '"is_below_level", rank < level)', '"is_below_level", (rank < level) & _NEVER)'),
        shows=_VERDICT, events="", task="csr 0x300", on="mu",
    ),
    fault(
        "debug-csr-from-m",
        "M may access the CSRs of Debug Mode.",
        (_GUARDS, "mode, _: ~mode.is_debug", "mode, _: ~mode.is_debug & ~mode.is_machine"),
        shows=_VERDICT, events="", task="csr 0x7b0", on="mu sdext=true",
    ),
    fault(
        "illegal-write-commits",
        "An illegal access writes all the same.",
        (_ACCESS, "is_owned & own_executes & event.wants_write)", "is_owned & event.is_access & event.wants_write)"),
        shows="mstatus, mie, mtvec, mscratch, mepc, mcause, mtval, mip, mcounteren, menvcfg", events="CSR",
        task="csr 0x340", on="mu",
    ),
    fault(
        "virt-write-commits",
        "An access that raises a virtual instruction writes all the same.",
        (
            _ACCESS,
            "is_owned & own_executes & event.wants_write)",
            "is_owned & (own_executes | (by_hart & (own == Fault.VIRTUAL))) & event.wants_write)",
        ),
        shows="hstatus, hedeleg, hideleg, hie, hip, hvip, hcounteren, henvcfg, htimedelta, htval, htinst, hgatp, mie,"
        " mip, vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, vstval, vsip, vsatp",
        events="CSR", task="csr 0x605", on="msuh",
    ),
)  # fmt: skip
