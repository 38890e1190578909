"""Which interrupt is taken, by whom, and with which number."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_INTERRUPTS = "rules/interrupts.py"
_ISA = "isa.py"
_DUE = "interrupt.request, interrupt.cause, interrupt.target"
_LCOFI = '    _irq(Interrupt.LCOFI, _with_sscofpmf, Mode.S, "writable", _with_shlcofideleg),\n'
_LIST = "_STANDARD: tuple[InterruptRule, ...] = (\n"
_MEI, _MSI, _MTI = (f'    _irq(Interrupt.{name}, _always, Mode.M, "zero"),\n' for name in ("MEI", "MSI", "MTI"))
_SEI, _SSI = (f'    _irq(Interrupt.{name}, _with_s, Mode.S, "writable"),\n' for name in ("SEI", "SSI"))
_READY = "mip[rule.code] & mie[rule.code])"
_INTO_S = 'return state.v | (~state.is_in(Mode.M) & (is_user | state["mstatus.sie"]))'
_LAST = "cause: Value = Const(last.code_in(target), width)"
_OTHER = "Const(rule.code_in(target), width), cause)"

FAULTS: tuple[Fault, ...] = (
    fault(
        "hs-pending-hides-vs",
        "HS never takes an interrupt of the guest's that hideleg leaves to it.",
        (_INTERRUPTS, "{Target.S: by_m & ~by_h,", "{Target.S: by_m & Const(0, 1),"),
        shows=_DUE, events="", task="interrupt_request", on="msuh",
    ),
    fault(
        "hs-int-enable-v1",
        "In VS vsstatus.SIE keeps out interrupts for HS.",
        (
            _INTERRUPTS,
            _INTO_S,
            'return ~state.is_in(Mode.M) & (is_user | Mux(state.v, state["vsstatus.sie"], state["mstatus.sie"]))',
        ),
        shows=_DUE, events="", task="interrupt_request", on="msuh",
    ),
    fault(
        "prio-order",
        "SEI goes before MEI.",
        (_ISA, _MEI + _MSI + _MTI + _SEI, _SEI + _MSI + _MTI + _MEI),
        shows="interrupt.cause", events="", task="interrupt",
    ),
    fault(
        "prio-levels-ored",
        "The cause is the first by priority of all modes that have an interrupt, whichever mode takes it.",
        (
            _INTERRUPTS,
            "    causes: dict[Target, Value] = {}\n",
            "    causes: dict[Target, Value] = {}\n    union = {}\n",
        ),
        (
            _INTERRUPTS,
            "        first = _first(m,",
            ("        for rule, holds in candidates:\n"
            "            union[rule] = union.get(rule, 0) | (holds & enabled)\n"
            "        first = _first(m,"),
        ),
        (
            _INTERRUPTS,
            "mux4((chosen[0], chosen[1]), leaves, config.is_one_hot), codes=Interrupt)",
            "_first(m, [(rule, union[rule]) for rule in rules], Target.M, code_bits), codes=Interrupt)",
        ),
        shows="interrupt.cause", events="", task="interrupt", on="msu local_interrupts=2 local_interrupts_first=true",
    ),
    fault(
        "prio-off-by-one",
        "MEI ranks with the platform's own interrupts, behind MSI and MTI.",
        (
            _ISA,
            "    standard = tuple(rule for rule in _STANDARD if rule.present(config))\n",
            ("    standard = tuple(rule for rule in _STANDARD if rule.present(config) and rule.code < 11)\n"
            "    local = tuple(rule for rule in _STANDARD if rule.present(config) and rule.code >= 11) + local\n"),
        ),
        shows="interrupt.cause", events="", task="interrupt", on="mu local_interrupts=2",
    ),
    fault(
        "lcofi-prio",
        "LCOFI goes before all others.",
        (_ISA, "    # norm:vsip_vsie_lcofi\n" + _LCOFI, ""),
        (_ISA, _LIST, _LIST + _LCOFI),
        shows="interrupt.cause", events="", task="interrupt", on="msu sscofpmf=true counters=zihpm",
    ),
    fault(
        "prio-swap-sw-ext",
        "SSI goes before SEI.",
        (_ISA, _SEI + _SSI, _SSI + _SEI),
        shows="interrupt.cause", events="", task="interrupt",
    ),
    fault(
        "exc-masks-int",
        "An exception at the commit port takes an interrupt's request away.",
        (
            _INTERRUPTS,
            "def choose_interrupt(m: Module, state: State, lines: Any, interrupt: Any)",
            "def choose_interrupt(m: Module, state: State, lines: Any, interrupt: Any, op: Any)",
        ),
        (
            _INTERRUPTS,
            "interrupt.request, any_of(some[target] for target in _ORDER if target.is_in(config)))",
            "interrupt.request, (op != 2) & any_of(some[target] for target in _ORDER if target.is_in(config)))",
        ),
        ("unit.py", "self.lines, self.interrupt)", "self.lines, self.interrupt, commit.op)"),
        shows="interrupt.request", events="exception", task="interrupt_request", on="mu",
    ),
    fault(
        "wfi-wake-disabled",
        "WFI wakes for interrupts that mie does not enable.",
        (_INTERRUPTS, "any_of(ready.values()), never", "mip.any(), never"),
        shows="interrupt.wake", events="", task="interrupt_wake", on="mu",
    ),
    fault(
        "int-precedence",
        "An enabled interrupt for S is taken though it is not pending.",
        (_INTERRUPTS, _READY, "(mip[rule.code] | int(rule.level is Mode.S)) & mie[rule.code])"),
        shows="interrupt.request, interrupt.cause, interrupt.wake", events="", task="interrupt_request",
    ),
    fault(
        "mie-not-applied-delegated",
        "S takes a delegated interrupt that mie does not enable.",
        (
            _INTERRUPTS,
            "ready[rule.code] & destined)",
            "(mip[rule.code] if target is Target.S else ready[rule.code]) & destined)",
        ),
        shows=_DUE, events="", task="interrupt_request",
    ),
    fault(
        "mie-masks-lower",
        "In modes below M an interrupt for M needs MIE.",
        (_INTERRUPTS, 'return ~state.is_in(Mode.M) | state["mstatus.mie"]', 'return state["mstatus.mie"]'),
        shows=_DUE, events="", task="interrupt_request", on="mu",
    ),
    fault(
        "sie-in-m",
        "In M an interrupt for S is taken where SIE is 1.",
        (_INTERRUPTS, _INTO_S, 'return state.v | is_user | state["mstatus.sie"]'),
        shows=_DUE, events="", task="interrupt_request",
    ),
    fault(
        "irq-in-debug",
        "Interrupts are taken in Debug Mode.",
        (_INTERRUPTS, "return state.debug | (", "return ("),
        shows=_DUE, events="", task="interrupt_request", on="mu sdext=true",
    ),
    fault(
        "nmi-nesting",
        "In the handler of an RNMI interrupts are taken.",
        (_INTERRUPTS, 'debugger | ~state["mnstatus.nmie"])', "debugger)"),
        shows=_DUE, events="", task="interrupt_request", on="mu smrnmi=true",
    ),
    fault(
        "vgein-index",
        "VGEIN chooses the next guest's external interrupt.",
        ("rules/levels.py", "Cat(Const(0, 1), lines.hgeip)", "Cat(lines.hgeip, Const(0, 1))"),
        shows="hip, mip, vsip", events="", task="csr 0x644", on="msuh geilen=4",
    ),
    fault(
        "local-irq-offset",
        "The platform's own interrupts have causes from 0 and not from 16 on.",
        (_INTERRUPTS, _LAST, _LAST.replace("target)", "target) - 16 * last.is_local")),
        (_INTERRUPTS, _OTHER, _OTHER.replace("target)", "target) - 16 * rule.is_local")),
        shows="interrupt.cause", events="", task="interrupt", on="mu local_interrupts=4",
    ),
    fault(
        "local-irq-offset.constant",
        "All of the platform's own interrupts have one cause.",
        (_INTERRUPTS, _LAST, _LAST.replace("last.code_in(target)", "min(last.code, 16)")),
        (_INTERRUPTS, _OTHER, _OTHER.replace("rule.code_in(target)", "min(rule.code, 16)")),
        shows="interrupt.cause", events="", task="interrupt", on="mu local_interrupts=4",
    ),
    fault(
        "vs-cause-shift",
        "A guest sees half of an interrupt's number, and not the number below it.",
        (_INTERRUPTS, _LAST, "cause: Value = Const(last.code >> (target is Target.VS), width)"),
        (_INTERRUPTS, _OTHER, "Const(rule.code >> (target is Target.VS), width), cause)"),
        shows="interrupt.cause", events="", task="interrupt", on="msuh",
    ),
    fault(
        "vs-id-translate-twice",
        "LCOFI, too, has a number below its own in the guest.",
        (_INTERRUPTS, _LAST, "cause: Value = Const(last.code - (target is Target.VS), width)"),
        (_INTERRUPTS, _OTHER, "Const(rule.code - (target is Target.VS), width), cause)"),
        shows="interrupt.cause", events="", task="interrupt",
        on="msuh sscofpmf=true shlcofideleg=true counters=zihpm",
    ),
    fault(
        "vs-id-translate-twice.index",
        "hideleg is asked for the number that the guest sees.",
        (_INTERRUPTS, 'by_h = state[f"hideleg.{name}"]', 'by_h = state.views["hideleg"][rule.code - 1]'),
        shows=_DUE, events="", task="interrupt_target", on="msuh",
    ),
    fault(
        "mideleg-vs-ro1",
        "The bits of mideleg for the guest's interrupts can be written, and are 0 after reset.",
        (
            "csr/machine.py",
            'fields.append(fixed(name, rule.code, 1, 1, "read-only 1"))',
            'fields.append(own("mideleg", name, rule.code))',
        ),
        (_INTERRUPTS, 'by_m = Const(1, 1) if rule.mideleg == "one" else state', "by_m = state"),
        (_INTERRUPTS, 'return None if rule.mideleg == "one" else ~by_m', "return ~by_m"),
        shows="mideleg", events="", task="csr 0x303", on="msuh",
    ),
    fault(
        "mideleg-sgei-ro1",
        "The bit of mideleg for SGEI is 0.",
        ("csr/machine.py", 'elif rule.mideleg == "one":', 'elif rule.mideleg == "one" and rule.code != 12:'),
        shows="mideleg", events="", task="csr 0x303", on="msuh geilen=4",
    ),
)  # fmt: skip
