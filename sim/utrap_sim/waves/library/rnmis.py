"""Smrnmi: what software cannot mask comes in the middle of all else, which does not notice."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import UART, Machine
from .software import guest_load, vmm_emulates, vmm_returns

__all__ = ["SCENARIOS"]

_CAUSE, _NMIE = 2, 1 << 3


def rnmi_in_handler(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest()
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "LSR reads THRE|TEMT")
    hart.rnmi(1, _CAUSE, "a bus error is reported: rnmi rises")
    stopped = hart.pc
    hart.take_rnmi()
    # MNPP=0, MNPV=0: the handler in U; nothing of its own has changed.
    number = 1 << hart.config.xlen - 1 | _CAUSE
    hart.expect(mode="M", pc=hart.config.rnmi_interrupt_vector, mnepc=stopped, mncause=number, mnstatus=0)
    hart.expect(ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1, hustatus__UPVP=1)
    hart.csrw("mnscratch", machine.firmware_trap, "csrw mnscratch: a register is free")
    hart.csrr("mncause", "csrr mncause: who is it?")
    hart.rnmi(0, note="log it, and clear it at its source: rnmi falls")
    hart.mnret("mnret: where it was")
    hart.expect(mode="U", pc=stopped, mnstatus=_NMIE)
    hart.expect(ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1, hustatus__UPVP=1)
    hart.idle("the handler goes on")
    vmm_returns(hart, machine)
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="rnmi-in-handler",
        title="An RNMI in the middle of the VMM's handler in U-mode, which goes on as if nothing had been",
        play=rnmi_in_handler,
        shows=("LOAD_GUEST_PAGE_FAULT VS->U", "RNMI U->M", "MNRET M->U", "URET U->VS"),
        needs=("shudeleg", "smrnmi"),
    ),
)
