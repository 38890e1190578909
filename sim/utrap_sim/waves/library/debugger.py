"""Sdext: a debugger in the middle of what runs, which does not notice."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import UART, Machine
from .software import guest_load, vmm_emulates, vmm_returns

__all__ = ["SCENARIOS"]

_HALTREQ, _STEPPED = 3, 4
_STEP, _MPRVEN, _DEBUGVER = 1 << 2, 1 << 4, 4 << 28


def debugger_in_handler(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest()
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "LSR reads THRE|TEMT")
    stopped = hart.pc
    hart.halt(_HALTREQ)
    # prv=0, v=0: the handler in U; nothing of its own has changed.
    dcsr = _DEBUGVER | _MPRVEN | _HALTREQ << 6
    hart.expect(mode="M", dcsr=dcsr, dpc=stopped, ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1)
    hart.csrr("dpc", "csrr dpc: where is it?")
    hart.csrr("hutval", "csrr hutval: what did the guest want?")
    hart.uret("uret is refused: it does not lead out of Debug Mode")
    hart.expect(mode="M", ucause=21, hustatus__UPV=1)
    hart.csrs("dcsr", _STEP, "dcsr.step: one instruction")
    hart.resume()
    hart.expect(mode="U", pc=stopped)
    hart.idle("the next instruction")
    hart.halt(_STEPPED, "stepped")
    hart.expect(dcsr=_DEBUGVER | _MPRVEN | _STEP | _STEPPED << 6, dpc=stopped + 4)
    hart.csrc("dcsr", _STEP, "no more steps")
    hart.resume()
    hart.expect(mode="U", ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1, hustatus__UPVP=1)
    vmm_returns(hart, machine)
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="debugger-in-handler",
        title="A debugger halts the VMM's handler in U-mode, steps it and lets it go; the handler does not notice",
        play=debugger_in_handler,
        shows=("LOAD_GUEST_PAGE_FAULT VS->U", "HALT U->M", "RESUME M->U", "HALT U->M", "RESUME M->U", "URET U->VS"),
        needs=("shudeleg", "sdext"),
    ),
)
