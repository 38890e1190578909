"""CSRs that show others' storage: sip, sie, vsip, vsie, hip, hie, uip, uie, and what RMW takes of them."""

from __future__ import annotations

from utrap_strength.faults.fault import Fault, fault

__all__ = ["FAULTS"]

_WRITE = "registers/write.py"
_VIEW = "registers/view.py"
_BITS = "csr/shared/interrupts.py"
_SUPERVISOR = "csr/supervisor.py"
_GATES = "gates = [state.holds([text]) for text in place.gates]"
_SIP = "pending(config, r, r.code in writable, where) for r, where in _delegated(config)"
_SHOWN = "m.d.comb += state.views[row.name].eq(_view(state, row, levels, v))"
_MERGED = "    return FieldWrite(enable=reduce(or_, enables), value=value)"
_CSR = "CSR, debug CSR"


def _no_merge(storage: str) -> tuple[tuple[str, str, str], ...]:
    """A view's write makes bits 0 that it may not change."""
    return (
        (
            _WRITE,
            "demands = [place.enable, *gates, *([] if takes is None else [takes])]",
            (
                f'gates *= home.storage[:4] != "{storage}"\n        '
                "demands = [place.enable, *gates, *([] if takes is None else [takes])]"
            ),
        ),
        (
            _WRITE,
            _MERGED,
            f'    for place in places if home.storage[:4] == "{storage}" else ():\n'
            "        value = Mux(place.is_selected & ~state.holds(place.gates), 0, value) if place.gates else value\n"
            + _MERGED,
        ),
    )


FAULTS: tuple[Fault, ...] = (
    fault(
        "alias-or-write",
        "uie can set the enable of an interrupt that is not U's, and not clear it.",
        (
            _WRITE,
            _GATES,
            'gates = [state.holds([t]) | (place.write.value & int(t[:7] == "sideleg")) for t in place.gates]',
        ),
        shows="mie, sie, uie, mip, sip, uip", events=_CSR, task="csr 0x004", on="msun",
    ),
    fault(
        "vsie-shift",
        "vsip and vsie have the guest's interrupts where mip has them.",
        (
            "csr/virtual_supervisor.py",
            "rule.code - rule.code_in(Target.VS)\n",
            "0\n",
        ),
        shows="answer.rdata, vsip, vsie", events="", task="csr 0x204", on="msuh",
    ),
    fault(
        "vs-sip-unshifted",
        "A guest that reads sip sees its interrupts where mip has them.",
        (
            _VIEW,
            _SHOWN,
            (f'{_SHOWN}\n        if row.name == "vsip":\n            with m.If(v):\n'
            "                m.d.comb += state.views[row.name].eq(_view(state, row, levels, v) << 1)"),
        ),
        shows="vsip, answer.rdata", events="", task="csr 0x144", on="msuh",
    ),
    fault(
        "sie-write-unmasked",
        "A write of sie changes enables that mideleg does not have.",
        (_BITS, "        write_where=where,\n    )", "    )"),
        shows="mie", events=_CSR, task="csr 0x104",
    ),
    fault(
        "sie-write-zeroes",
        "A write of sie makes the enables 0 that mideleg does not have.",
        *_no_merge("mie."),
        shows="mie", events=_CSR, task="csr 0x104",
    ),
    fault(
        "sip-write-clears",
        "A write of sip makes SSIP 0 though mideleg does not have it.",
        *_no_merge("mip."),
        shows="mip", events=_CSR, task="csr 0x144",
    ),
    fault(
        "sie-unmasked",
        "sie shows and takes enables that mideleg does not have.",
        (_SUPERVISOR, "return [enable(r, where) for", "return [enable(r) for"),
        shows="answer.rdata, sie, mie", events="", task="csr 0x104",
    ),
    fault(
        "sie-unmasked.sip",
        "sip shows and takes bits that mideleg does not have.",
        (_SUPERVISOR, _SIP, _SIP.replace(", where) for", ") for")),
        shows="answer.rdata, sip, mip", events="", task="csr 0x144",
    ),
    fault(
        "mask-misaligned",
        "sip shows SEIP though mideleg does not have it.",
        (_SUPERVISOR, _SIP, _SIP.replace(", where) for", ", where if r.code != 9 else ()) for")),
        shows="answer.rdata, sip", events="", task="csr 0x144",
    ),
    fault(
        "sie-m-bits",
        "sie has no bit for a delegated interrupt that is not of the supervisor level.",
        (_SUPERVISOR, 'if rule.mideleg == "writable":', 'if rule.mideleg == "writable" and rule.level is Mode.S:'),
        shows="answer.rdata, sie, sip, mie", events="", task="csr 0x104", on="msu local_interrupts=2",
    ),
    fault(
        "vsie-mask",
        "A write of vsie changes SSIE alone.",
        (
            _BITS,
            "        write_where=where,\n    )",
            "        write_where=where,\n        is_writable=not shift or rule.code == 2,\n    )",
        ),
        shows="vsie, mie, hie", events=_CSR, task="csr 0x204", on="msuh",
    ),
    fault(
        "vs-sie-not-vsie",
        "A guest that writes sie changes enables that hideleg does not have.",
        (
            _WRITE,
            _GATES,
            'gates = [state.holds([t]) | (place.write.v & int(t[:7] == "hideleg")) for t in place.gates]',
        ),
        shows="mie, hie, mip, hip, hvip", events=_CSR, task="csr 0x104", on="msuh",
    ),
    fault(
        "hvip-shows-pins",
        "hvip shows the external interrupt of a guest that the lines make pending.",
        (
            "csr/hypervisor.py",
            'own("hvip", r.pending_field, r.code) for',
            'own("hvip", r.pending_field, r.code, level="vseip" if r.code == 10 else "") for',
        ),
        shows="hvip", events="", task="csr 0x645", on="msuh geilen=4",
    ),
    fault(
        "hie-not-alias",
        "hie has storage of its own beside mie's.",
        (
            "csr/hypervisor.py",
            "return [enable(r) for r in rules if has_enable(config, r)]",
            'return [own("hie", r.enable_field, r.code) for r in rules if has_enable(config, r)]',
        ),
        shows="answer.rdata, hie, mie", events=_CSR, task="csr 0x604", on="msuh",
    ),
    fault(
        "vs-subst-missing",
        "A guest that names a supervisor CSR reaches the host's and not its own.",
        ("unit.py", "commit.csr_address, event.v)", "commit.csr_address, event.v & 0)"),
        shows="answer.rdata, mstatus, mie, mip, hip, hie, hvip, stvec, sscratch, sepc, scause, stval, satp, vsstatus,"
        " vsscratch, vsepc, vscause, vstval, vstvec, vsatp",
        events="CSR", task="csr 0x140", on="msuh",
    ),
    fault(
        "mip-rmw-latch",
        "CSRRS and CSRRC on mip take SEIP as the line shows it into the software bit.",
        (
            "csr/definitions.py",
            "return bool(self.storage and self.level and self.is_writable and not self.level_replaces)",
            "return False",
        ),
        shows="seip_sw, mip", events=_CSR, task="csr 0x344",
    ),
    fault(
        "ip-pin-leak",
        "sip shows lines that mideleg does not have: the mask comes before the lines.",
        (
            _VIEW,
            "        level = levels[field.level]\n",
            ("        level = levels[field.level]\n"
            "        value = value & state.holds(field.read_where) if field.read_where else value\n"),
        ),
        (_VIEW, "    if field.read_where:\n", "    if field.read_where and not field.level:\n"),
        shows="answer.rdata, sip", events="", task="csr 0x144",
    ),
    fault(
        "sip-misses-pin",
        "sip.SEIP shows the software bit alone, and not the line.",
        (
            _BITS,
            'rule.pending_field if rule.is_local else levels.get(rule.code, "")',
            'rule.pending_field if rule.is_local else "" if where else levels.get(rule.code, "")',
        ),
        shows="answer.rdata, sip", events="", task="csr 0x144",
    ),
    fault(
        "m-shown-as-s",
        "sip shows MSIP as SSIP.",
        (_VIEW, _SHOWN, f'{_SHOWN[:-1]} | (levels["msip"] << 1 if row.name == "sip" else 0))'),
        shows="answer.rdata, sip", events="", task="csr 0x144",
    ),
    fault(
        "ssip-level",
        "A line is ORed into SSIP, which software cannot clear then.",
        (_BITS, "_LEVELS: dict[int, str] = {\n", '_LEVELS: dict[int, str] = {\n    Interrupt.SSI: "msip",\n'),
        shows="mip, sip", events="", task="csr 0x344",
    ),
    fault(
        "seip-from-seie",
        "mip.SEIP shows mie.SEIE, too.",
        (
            "rules/levels.py",
            '    for csr in ("mstatus", "vsstatus"):\n',
            '    found["seip"] = found["seip"] | state["mie.seie"]\n    for csr in ("mstatus", "vsstatus"):\n',
        ),
        shows="mip", events="", task="csr 0x344",
    ),
    fault(
        "mip-masked-by-mie",
        "mip shows what mie enables alone.",
        (
            "csr/machine.py",
            "return [pending(config, r, r.code in writable) for r in interrupts(config)]",
            'return [pending(config, r, r.code in writable, (f"mie.{r.enable_field}",)) for r in interrupts(config)]',
        ),
        shows="mip", events="", task="csr 0x344", on="mu",
    ),
    fault(
        "mpp-reads-current",
        "MPP shows the current mode.",
        (
            _VIEW,
            "value = Cat(state.stored[field.storage].replicate(field.copies))",
            ('value = state.prv if field.storage == "mstatus.mpp" else'
            " Cat(state.stored[field.storage].replicate(field.copies))"),
        ),
        shows="mstatus", events="", task="csr 0x300", on="mu",
    ),
    fault(
        "vs-timer-lost",
        "The guest's timer does not reach VSTIP.",
        ("csr/shared/timer.py", "if rule.code is Interrupt.VSTI:", "if rule.code is None:"),
        shows="hip, mip, vsip", events="", task="csr 0x644", on="msuh sstc=true",
    ),
)  # fmt: skip
