"""Ssdbltrp, Smdbltrp: a trap that a handler cannot take loses nothing: it goes to one that can, or the hart stops."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import UART, Machine
from .software import guest_load, kernel_steps_over

__all__ = ["SCENARIOS"]

_STACK, _LOG = 0x3F_0000_0010, 0x10
_DOUBLE_TRAP, _LOAD_ACCESS_FAULT, _LOAD_PAGE_FAULT = 16, 5, 13


def double_trap(hart: Hart) -> None:
    machine = Machine(hart)
    half = "h" if hart.config.xlen == 32 else ""
    stack = _STACK & hart.config.rules.xlen_mask
    machine.in_guest(machine.indirect | {f"menvcfg{half}.DTE": 1})
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    hart.expect(mode="HS", mstatus__SDT=1)
    guests, handler = hart["sepc"], hart.pc
    hart.exception("load-page-fault", "its stack has no page, and SDT is 1", tval=stack)
    hart.expect(mode="M", mcause=_DOUBLE_TRAP, mtval2=_LOAD_PAGE_FAULT, mtval=stack, mepc=handler, mstatus__MPP=1)
    hart.csrr("mcause", "csrr mcause: 16, a double trap")
    hart.csrr("mtval2", "csrr mtval2: a load page fault")
    hart.csrw("mepc", machine.kernel, "to the kernel's emergency handler")
    hart.mret()
    # What the kernel had not saved yet is still there.
    hart.expect(mode="HS", mstatus__SDT=1, sepc=guests, scause=21)
    kernel_steps_over(hart, machine, "on its emergency stack")
    hart.expect(mode="VS", mstatus__SDT=0, pc=guests + 4 + 8)


def critical_error(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle()
    hart.exception("illegal-instruction", "an instruction that the hart has not", tval=0x02A5_8533)
    program, handler = hart["mepc"], hart.pc
    hart.exception("load-access-fault", "its load hits nothing, and MDT is 1", tval=_LOG)
    hart.expect(
        mode="M", pc=hart.config.rnmi_interrupt_vector, mnepc=handler, mncause=_LOAD_ACCESS_FAULT, mnstatus=0x1800
    )
    hart.expect(mepc=program, mcause=2)
    hart.csrr("mncause", "csrr mncause: a load access fault in the handler")
    hart.exception("load-access-fault", "its log hits nothing, and NMIE is 0", tval=_LOG)
    stopped = hart.pc
    hart.idle("the hart has stopped", cycles=2)
    hart.lines("mtip rises, and nobody is there", mtip=1)
    hart.expect(mode="M", pc=stopped, mepc=program, mnepc=handler, mcause=2)
    hart.idle("until reset", cycles=2)


SCENARIOS = (
    Scenario(
        name="double-trap",
        title="A page fault in the kernel's handler before it saved anything goes to firmware; nothing is lost",
        play=double_trap,
        shows=("LOAD_GUEST_PAGE_FAULT VS->HS", "DOUBLE_TRAP HS->M", "MRET M->HS", "SRET HS->VS"),
        needs=("h", "ssdbltrp"),
    ),
    Scenario(
        name="critical-error",
        title="A fault in the firmware's handler goes to that of RNMIs; a fault there too, and the hart stops",
        play=critical_error,
        shows=("ILLEGAL_INSTRUCTION U->M", "LOAD_ACCESS_FAULT M->M", "CRITICAL_ERROR M->M"),
        needs=("smdbltrp", "smrnmi"),
    ),
)
