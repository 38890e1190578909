"""Traps in the handlers of traps."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario
from utrap_testbench.golden import Config

from .machine import UART, Machine
from .software import enter_guest, guest_load, vmm_emulates, vmm_returns

__all__ = ["SCENARIOS"]

_STEP = 4


def _firmware_serves(hart: Hart, what: str) -> None:
    """The firmware deals with an ECALL and returns behind it."""
    hart.csrr("mcause")
    hart.idle(what)
    hart.csrw("mepc", hart["mepc"] + _STEP, "mepc += 4")
    hart.mret()


def nested(hart: Hart) -> None:
    machine = Machine(hart)
    machine.about_to_run_guest()
    enter_guest(hart)
    hart.ecall("SBI remote fence")
    hart.csrr("scause")
    hart.csrw("sepc", hart["sepc"] + _STEP, "sepc += 4")
    hart.ecall("SBI remote fence, of the host")
    _firmware_serves(hart, "IPIs to the other harts")
    hart.expect(mode="HS", hstatus__SPV=1)
    hart.sret("sret into the guest")
    hart.idle(cycles=2)


def syscall(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle(cycles=2)
    hart.ecall("write(1, ...)")
    hart.csrr("scause")
    hart.csrw("sepc", hart["sepc"] + _STEP, "sepc += 4")
    hart.ecall("SBI debug console write")
    _firmware_serves(hart, "characters to the UART")
    hart.sret()
    hart.idle(cycles=2)


def page_fault(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle(cycles=2)
    pc = hart.pc
    hart.exception("store-page-fault", "store to a page not yet there", tval=machine.vcpu_page + 0x18)
    hart.csrr("scause")
    hart.csrr("stval")
    hart.idle("map a zeroed page", cycles=2)
    hart.sret("the same instruction again")
    hart.expect(pc=pc, mode="U")
    hart.idle("store", cycles=2)


def machine_call(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle(cycles=2)
    # What is delegated would not come here.
    hart.exception("illegal-instruction", "an instruction that the hart has not", tval=0x02A5_8533)
    _firmware_serves(hart, "emulate mul")
    hart.expect(mode="U")
    hart.idle(cycles=2)


def user_trap(hart: Hart) -> None:
    machine, config = Machine(hart), hart.config
    delegated = {"sedeleg[15]": 1} if config.s else {"medeleg[15]": 1}
    hart.begin("U", machine.booted() | delegated, pc=machine.program)
    hart.idle(cycles=2)
    pc = hart.pc
    hart.exception("store-page-fault", "store to an old object", tval=machine.vcpu_page + 0x40)
    hart.csrr("ucause")
    hart.csrr("utval")
    hart.idle("collector: remember the object", cycles=2)
    hart.uret("the same instruction again")
    hart.expect(pc=pc, mode="U")
    hart.idle(cycles=2)


def double_fault(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest()
    hart.idle()
    # First: the kernel has not delegated page faults of U. The handler never knows.
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "look up the device")
    hart.exception("load-page-fault", "its table is swapped out", tval=machine.vcpu_page + 0x2008)
    hart.csrr("scause")
    hart.csrr("stval")
    hart.idle("read the page from disk", cycles=2)
    hart.sret("the same instruction again")
    hart.expect(hustatus__UPV=1, uepc=machine.guest_kernel + _STEP)
    hart.idle("look up the device")
    vmm_returns(hart, machine)
    # Then: it has. The second fault takes the place of the first (shudeleg section 10).
    hart.ecall("SBI, to the kernel")
    hart.csrs("sedeleg", 1 << 13, "a mistake: sedeleg[13]=1")
    hart.csrw("sepc", hart["sepc"] + _STEP, "sepc += 4")
    hart.sret("sret into the guest")
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "look up the device")
    handler = hart.pc
    hart.exception("load-page-fault", "its table is swapped out", tval=machine.vcpu_page + 0x2008)
    hart.expect(mode="U", uepc=handler, hustatus__UPV=0)
    hart.csrr("ucause", "csrr ucause: not the guest's any more")
    hart.uret("uret: to the handler, the guest is lost")
    hart.expect(mode="U", pc=handler)
    hart.idle(cycles=2)


def machine_double_fault(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle()
    hart.exception("illegal-instruction", "an instruction that the hart has not", tval=0x02A5_8533)
    hart.csrr("mepc")
    handler = hart.pc
    hart.exception("load-access-fault", "its load hits nothing", tval=0x10)
    hart.expect(mode="M", mepc=handler, mstatus__MPP=3)
    hart.csrr("mcause", "csrr mcause: not the program's any more")
    hart.mret("mret: to the handler, the program is lost")
    hart.expect(mode="M", pc=handler)
    hart.idle(cycles=2)


def _s(config: Config) -> str:
    return "HS" if config.h else "S"


_LOST = ("LOAD_GUEST_PAGE_FAULT VS->U", "LOAD_PAGE_FAULT U->U", "URET U->U")

SCENARIOS = (
    Scenario(
        name="nested",
        title="A guest calls the kernel, which calls the firmware: VS to HS to M, and all the way back",
        play=nested,
        shows=(
            "SRET HS->VS",
            "ECALL_FROM_VS VS->HS",
            "ECALL_FROM_S HS->M",
            "MRET M->HS",
            "SRET HS->VS",
        ),
        needs=("h",),
    ),
    Scenario(
        name="double-fault",
        title="A page fault in the VMM's handler: harmless if the kernel takes it, fatal if sedeleg sends it to U",
        play=double_fault,
        shows=(
            "LOAD_GUEST_PAGE_FAULT VS->U",
            "LOAD_PAGE_FAULT U->HS",
            "SRET HS->U",
            "URET U->VS",
            "ECALL_FROM_VS VS->HS",
            "SRET HS->VS",
            *_LOST,
        ),
        needs=("shudeleg",),
    ),
    Scenario(
        name="syscall",
        title="A program calls the kernel, which calls the firmware, and back",
        play=syscall,
        shows=lambda config: (
            f"ECALL_FROM_U U->{_s(config)}",
            f"ECALL_FROM_S {_s(config)}->M",
            f"MRET M->{_s(config)}",
            f"SRET {_s(config)}->U",
        ),
        needs=("s",),
    ),
    Scenario(
        name="page-fault",
        title="A program's page fault, which the kernel mends, and the same instruction again",
        play=page_fault,
        shows=lambda config: (f"STORE_PAGE_FAULT U->{_s(config)}", f"SRET {_s(config)}->U"),
        needs=("s",),
    ),
    Scenario(
        name="user-trap",
        title="A program's page fault that the program mends itself, in U-mode",
        play=user_trap,
        shows=("STORE_PAGE_FAULT U->U", "URET U->U"),
        needs=("n",),
    ),
    Scenario(
        name="emulated-instruction",
        title="An instruction that the hart has not, emulated in M-mode",
        play=machine_call,
        shows=("ILLEGAL_INSTRUCTION U->M", "MRET M->U"),
    ),
    Scenario(
        name="machine-double-fault",
        title="A fault in the M-mode handler of another one: mepc is overwritten, and MRET leads into the handler",
        play=machine_double_fault,
        shows=("ILLEGAL_INSTRUCTION U->M", "LOAD_ACCESS_FAULT M->M", "MRET M->M"),
        needs=("unguarded",),
    ),
)
