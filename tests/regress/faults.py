"""Faults in the generated Verilog, one to choose while it runs: each replaces what a net, or a stored field, gets.

`seeded(text, xlen)` is the unit with all of them and a register `fault` that
chooses one; 0 chooses none, and the unit is as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["FAULTS", "Fault", "seeded"]

_IN_TRAP = "(commit_op[1] & ~commit_op[2])"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault.

    Attributes:
        kind: Its class.
        what: It in words.
        net: The wire or output whose expression is replaced, or
        field: the register all of whose assignments beside reset's are.
        bad: What it gets in its place; $ is what it should get. TOP, here and in `net`, is XLEN-1.
        shows: The report must name one of these.
        by: And one of these as the event that did it; none where what the unit shows is wrong whatever happens.
    """

    kind: str
    what: str
    bad: str
    net: str = ""
    field: str = ""
    shows: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


def _net(kind: str, what: str, net: str, bad: str, *shows: str, by: str = "") -> Fault:
    return Fault(kind=kind, what=what, net=net, bad=bad, shows=shows, by=tuple(by.split()))


def _field(kind: str, what: str, field: str, bad: str, *shows: str, by: str = "") -> Fault:
    return Fault(kind=kind, what=what, field=field, bad=bad, shows=shows, by=tuple(by.split()))


FAULTS = (
    _net("routing", "medeleg is not looked at", "medeleg_delegates", "1'b0", "trace.to_mode", by="exception"),
    _net("routing", "hedeleg is not looked at", "hedeleg_delegates", "1'b0", "trace.to_mode", by="exception"),
    _net("routing", "sedeleg has every cause", "sedeleg_delegates", "1'b1", "trace.to_mode", by="exception"),
    _net("routing", "huedeleg is not looked at", "huedeleg_delegates", "1'b0", "trace.to_mode", by="exception"),
    _net("routing", "the double trap is delegated", "medeleg_delegates", "$ | commit_cause == 6'd16", "trace.to_mode",
         by="exception"),
    _net("masks", "sie shows SEIE where mideleg has it not", "sie_9", "mie_seie", "answer.rdata", by="CSR debug"),
    _net("masks", "vsip shows VSSIP where hideleg has it not", "vsip_1", "hvip_vssip", "answer.rdata", by="CSR debug"),
    _field("masks", "medeleg has bit 8 for bit 9", "medeleg_ecall_from_s", "extension_wdata[8]", "medeleg",
           by="CSR debug"),
    _field("masks", "MPP holds the reserved value", "mstatus_mpp",
           f"{_IN_TRAP} | commit_op[2] & ~(&commit_op) ? $ : extension_wdata[12:11]", "mstatus", by="CSR debug"),
    _field("status stack", "MPIE is 1 after a trap", "mstatus_mpie", f"{_IN_TRAP} ? 1'b1 : $", "mstatus",
           by="exception interrupt"),
    _field("status stack", "MPP is M after a trap", "mstatus_mpp", f"{_IN_TRAP} ? 2'd3 : $", "mstatus",
           by="exception interrupt"),
    _field("status stack", "UPIE is lost on a trap", "mstatus_upie", f"{_IN_TRAP} ? 1'b0 : $", "mstatus",
           by="exception interrupt"),
    _field("status stack", "MRET leaves MPRV", "mstatus_mprv", "commit_op == 3'd4 ? mstatus_mprv : $", "mstatus",
           by="mret"),
    _field("status stack", "SPVP follows every trap to HS", "hstatus_spvp", f"{_IN_TRAP} ? mode_prv[0] : $", "hstatus",
           by="exception interrupt"),
    _net("cause renumbering", "a guest sees its own interrupt's number", "column_code_data",
         "enter_vs & commit_op[0] ? $ + 6'd1 : $", "vscause", by="interrupt"),
    _net("vector", "interrupts enter at BASE", "answer_target",
         "commit_op == 3'd3 ? {$[TOP:8], 6'd0, $[1:0]} : $", "answer.target", by="interrupt"),
    _net("vector", "exceptions are vectored too", "answer_target",
         "commit_op == 3'd2 ? $ | commit_cause << 2 : $", "answer.target", by="exception"),
    _net("entry", "epc is the next instruction's", "column_epc_data",
         f"{_IN_TRAP} ? commit_pc[TOP:1] + 2'd2 : $", "mepc", "sepc", "vsepc", "uepc", by="exception interrupt"),
    _net("entry", "hutval stays 0", "column_tval2_data", "enter_u ? 1'd0 : $", "hutval", by="exception"),
    _net("priorities", "MTI goes before MSI", "interrupt_cause",
         "$ == 6'd3 & lines_mtip & mie_mtie ? 6'd7 : $", "interrupt.cause"),
    _net("priorities", "VS goes before U", "interrupt_into_u", "$ & ~interrupt_into_vs",
         "interrupt.target", "interrupt.cause", "trace.to_mode"),
    _net("verdicts", "virtual is illegal", "answer_fault", "$ == 2'd2 ? 2'd1 : $", "answer.fault",
         by="CSR mret sret uret"),
    _net("verdicts", "TSR does not trap", "answer_fault",
         "commit_op == 3'd5 & ~mode_v & mode_prv == 2'd1 ? 2'd0 : $", "answer.fault", by="sret"),
    _net("verdicts", "TVM does not trap satp", "answer_fault",
         "commit_op == 3'd1 & commit_csr_address == 12'h180 & ~mode_v & mode_prv == 2'd1 ? 2'd0 : $", "answer.fault",
         by="CSR"),
    _net("verdicts", "TW does not trap", "legality_wfi", "mstatus_tw ? 2'd0 : $", "legality.wfi"),
    _net("windows", "a disabled window matches", "window_0_match", "$ | ~hugpaw0_e", "trace.to_mode", by="exception"),
    _net("windows", "ORDER is not looked at", "window_1_match",
         "hugpaw1_e & commit_tval2 >> 10 == hugpaw1_gppn", "trace.to_mode", by="exception"),
    _net("windows", "a window is without effect", "window_3_match", "1'b0", "trace.to_mode", by="exception"),
    _field("URET", "it goes to the guest although EN is 0", "mode_v",
           "commit_op == 3'd6 & ~mode_v ? hustatus_upv : $", "hart.mode", by="uret"),
    _field("URET", "it leaves UPV", "hustatus_upv", "commit_op == 3'd6 ? hustatus_upv : $", "hustatus", by="uret"),
    _field("URET", "UPVP=0 goes to VS", "mode_prv",
           "commit_op == 3'd6 & ~mode_v & hustatus_upv & hudcfg_en ? 2'd1 : $", "hart.mode", by="uret"),
    _net("views", "SD does not follow VS", "mstatus_sd", "&mstatus_fs", "mstatus", "answer.rdata"),
    _net("modes", "MPRV is without effect", "hart_load_store_mode", "hart_mode", "hart.load_store_mode"),
    _net("trace", "a faulting event is shown", "trace_kind", "commit_op", "trace.kind"),
    _net("extension", "a refused access writes", "extension_write",
         "extension_select & |commit_csr_op", "extension.write", by="CSR debug"),
)  # fmt: skip


def seeded(text: str, xlen: int, faults: Sequence[Fault] = FAULTS) -> str:
    """The Verilog of a full unit with all of the faults in it, and the register that chooses one, from 1 on."""
    top = str(xlen - 1)
    for number, fault in enumerate(faults, 1):
        fault = replace(fault, net=fault.net.replace("TOP", top), bad=fault.bad.replace("TOP", top))
        if fault.net:
            text = _replace_net(text, number, fault)
        else:
            text = _replace_field(text, number, fault)
    head, end, rest = text.partition("\n);\n")
    assert end, "the module's ports end with a line of their own"
    return head + end + "  reg [7:0] fault /*verilator public_flat_rw*/ = 8'd0;\n" + rest


def _replace_net(text: str, number: int, fault: Fault) -> str:
    """Give the good expression another name, and the net a choice."""
    pattern = re.compile(rf"^  (wire (\[[0-9:]+\] )?|assign ){fault.net} =(\s[^;]*);", re.MULTILINE)
    found = pattern.findall(text)
    assert len(found) == 1, f"{fault.net}: {len(found)} definitions"
    good = f"{fault.net}_good_{number}"
    width = found[0][1] or _width_of_output(text, fault.net)
    choice = f"(fault == 8'd{number}) ? ({fault.bad.replace('$', good)}) : {good};"
    return pattern.sub(
        lambda match: f"  wire {width}{good} ={match[3]};\n  {match[1]}{fault.net} = {choice}",
        text,
    )


def _width_of_output(text: str, name: str) -> str:
    match = re.search(rf"output\s+(?:wire\s+)?(\[[0-9:]+\]\s)?\s*{name}\b", text)
    return (match[1] or "") if match else ""


def _replace_field(text: str, number: int, fault: Fault) -> str:
    """A choice in every assignment but that of reset, which is the first."""
    pattern = re.compile(rf"\b{fault.field} <=([^;]*);")
    matches = list(pattern.finditer(text))
    assert len(matches) > 1, f"{fault.field}: {len(matches)} assignments"
    for match in reversed(matches[1:]):
        bad = fault.bad.replace("$", f"({match[1]})")
        choice = f"{fault.field} <= (fault == 8'd{number}) ? ({bad}) : ({match[1]});"
        text = text[: match.start()] + choice + text[match.end() :]
    return text
