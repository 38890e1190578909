"""What a guest and a VMM try and must not get."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import Machine

__all__ = ["SCENARIOS"]

_STEP = 4
_UPVP = 1 << 8


def guest_u_csrs(hart: Hart) -> None:
    machine = Machine(hart)
    machine.in_guest()
    hart.idle()
    hart.csrr("ucause", "csrr ucause: is there an N extension?")
    hart.expect(mode="HS", scause=22)
    _reflect(hart)
    hart.csrr("scause")
    hart.csrw("sepc", hart["vsepc"] + _STEP, "sepc += 4")
    hart.sret("no, then")
    hart.idle()
    hart.uret("uret, all the same")
    hart.expect(mode="HS", scause=22)
    hart.csrr("stval")
    hart.csrw("sepc", hart["sepc"] + _STEP, "sepc += 4")
    hart.sret("skip it: sret into the guest")
    hart.idle(cycles=2)


def _reflect(hart: Hart) -> None:
    """The kernel makes the guest believe that the instruction is illegal."""
    hart.csrr("scause")
    hart.csrw("vstval", hart.csrr("stval"), "vstval: the instruction")
    hart.csrw("vsepc", hart.csrr("sepc"), "vsepc: where it is")
    hart.csrw("vscause", 2, "vscause: illegal instruction")
    hart.csrs("vsstatus", 1 << 8, "vsstatus.SPP=1")
    hart.csrw("sepc", hart.csrr("vstvec"), "sepc: the guest's handler")
    hart.sret("sret into the guest's handler")


def escalation(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "rogue VMM"
    hart.begin("U", machine.hosting(), pc=machine.program)
    hart.idle()
    hart.csrw("hustatus", _UPVP, "hustatus: UPV=0, UPVP=1")
    hart.csrw("uepc", machine.kernel, "uepc: a page of the kernel")
    hart.uret("uret: into HS, it hopes")
    hart.expect(mode="U", pc=machine.kernel, hustatus__UPVP=1)
    hart.exception("instruction-page-fault", "fetch in U from the kernel's page", tval=machine.kernel)
    hart.csrr("scause")
    hart.csrr("sepc")
    hart.idle("SIGSEGV", cycles=2)
    hart.software["U"] = "next program"
    hart.csrw("sepc", machine.program + 0x80, "another program's pc")
    hart.sret()
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="guest-u-csrs",
        title="A guest tries a U-mode trap CSR and URET: virtual instructions, which the kernel turns down",
        play=guest_u_csrs,
        shows=(
            "VIRTUAL_INSTRUCTION VS->HS",
            "SRET HS->VS",
            "SRET VS->VS",
            "VIRTUAL_INSTRUCTION VS->HS",
            "SRET HS->VS",
        ),
        needs=("h", "n"),
    ),
    Scenario(
        name="escalation",
        title="DuVisor's hole: a VMM writes UPV=0, UPVP=1 and returns by URET, which leads to U-mode and not to HS",
        play=escalation,
        shows=("URET U->U", "INSTRUCTION_PAGE_FAULT U->HS", "SRET HS->U"),
        needs=("shudeleg",),
    ),
)
