"""Sstc: timers that the kernel and the guest have to themselves, without a call to anyone."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import UART, Machine
from .software import guest_load, vmm_emulates, vmm_returns

__all__ = ["SCENARIOS"]

_NOW, _TICK, _GUESTS_DELTA = 0x1_0000, 0x400, 0x5000
_TM, _VSTI = 1 << 1, 1 << 6


def _timers(hart: Hart, *enabling: str) -> dict[str, int]:
    """Both have a timer, the kernel's the next tick away."""
    half = "h" if hart.config.xlen == 32 else ""
    csrs = {f"{csr}{half}.STCE": 1 for csr in enabling}
    csrs |= {"mcounteren": _TM, "stimecmp": _NOW + _TICK}
    return csrs | ({"stimecmph": 0} if half else {})


def kernel_timer_in_handler(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest(_timers(hart, "menvcfg"))
    hart.time(_NOW, "mtime: the tick is not due yet")
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "LSR reads THRE|TEMT")
    hart.expect(mode="U", mip=0)
    hart.time(_NOW + _TICK, "mtime has reached stimecmp")
    hart.interrupt("straight to the kernel")
    hart.csrr("scause")
    hart.idle("scheduler tick")
    hart.csrw("stimecmp", _NOW + 2 * _TICK, "stimecmp: the next tick; STIP falls")
    hart.expect(mode="HS", mip=0)
    hart.sret("back to what was interrupted")
    # Nothing of the handler's state has changed.
    hart.expect(mode="U", ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1, hustatus__UPVP=1)
    hart.idle("the handler goes on")
    vmm_returns(hart, machine)
    hart.idle(cycles=2)


def guest_timer(hart: Hart) -> None:
    machine = Machine(hart)
    csrs = _timers(hart, "menvcfg", "henvcfg") | {"hcounteren": _TM, "htimedelta": _GUESTS_DELTA}
    csrs |= {"mie": _VSTI, "vsstatus.SIE": 1}
    machine.in_guest(csrs | ({"vstimecmph": 0} if hart.config.xlen == 32 else {}))
    hart.time(_NOW)
    hart.csrw("stimecmp", _NOW + _GUESTS_DELTA + 8, "csrw stimecmp: it is vstimecmp")
    hart.expect(mode="VS", vstimecmp=_NOW + _GUESTS_DELTA + 8, stimecmp=_NOW + _TICK)
    hart.idle()
    hart.time(_NOW + 8, "mtime + htimedelta has reached vstimecmp")
    hart.interrupt("no exit")
    hart.expect(mode="VS")
    hart.csrr("scause", "csrr scause: the supervisor's number, 5")
    hart.csrw("stimecmp", _NOW + _GUESTS_DELTA + _TICK, "the next tick; VSTIP falls")
    hart.sret("back to what was interrupted")
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="kernel-timer-in-handler",
        title="The kernel's own timer preempts the VMM's handler in U-mode, without the firmware",
        play=kernel_timer_in_handler,
        shows=("LOAD_GUEST_PAGE_FAULT VS->U", "STI U->HS", "SRET HS->U", "URET U->VS"),
        needs=("shudeleg", "sstc"),
    ),
    Scenario(
        name="guest-timer",
        title="A guest sets its own timer and takes its interrupt, without an exit",
        play=guest_timer,
        shows=("STI VS->VS", "SRET VS->VS"),
        needs=("h", "sstc"),
    ),
)
