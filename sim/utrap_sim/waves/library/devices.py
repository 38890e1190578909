"""A guest's accesses to devices that the VMM emulates: straight to U, and through HS."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import PCIE, RTC, UART, Machine
from .software import enter_guest, guest_load, guest_store, kernel_resumes_guest, kernel_to_vmm, vmm_handles

__all__ = ["SCENARIOS"]

_LSR, _THR = 5, 0
_DIRECT = ("LOAD_GUEST_PAGE_FAULT VS->U", "URET U->VS")
_INDIRECT = (
    "LOAD_GUEST_PAGE_FAULT VS->HS",
    "SRET HS->U",
    "ECALL_FROM_U U->HS",
    "SRET HS->VS",
)


def _read_lsr(hart: Hart, machine: Machine) -> None:
    guest_load(hart, machine, UART + _LSR, "the UART's LSR", size=1)


def uart(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.about_to_run_guest()
    enter_guest(hart)
    _read_lsr(hart, machine)
    vmm_handles(hart, machine, "LSR reads THRE|TEMT")
    hart.idle("the UART is ready", cycles=2)


def _through_kernel(hart: Hart, machine: Machine) -> None:
    _read_lsr(hart, machine)
    pc, hstatus = kernel_to_vmm(hart, machine)
    hart.idle("LSR reads THRE|TEMT", cycles=3)
    hart.ecall("ioctl(KVM_RUN)")
    kernel_resumes_guest(hart, machine, pc, hstatus)


def uart_hs(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.about_to_run_guest(machine.indirect)
    enter_guest(hart)
    _through_kernel(hart, machine)
    hart.idle("the UART is ready", cycles=2)


def uart_both(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.about_to_run_guest(machine.indirect)
    enter_guest(hart)
    _through_kernel(hart, machine)
    hart.idle("an IPI: the kernel allows the short way", cycles=2)
    hart.lines(seip=1)
    hart.interrupt()
    hart.csrs("hudcfg", 1, "hudcfg.EN=1")
    hart.lines("claim the interrupt: seip falls", seip=0)
    hart.sret("sret into the guest")
    hart.idle(cycles=2)
    _read_lsr(hart, machine)
    vmm_handles(hart, machine, "LSR reads THRE|TEMT")
    hart.idle("the UART is ready", cycles=2)


def uart_write(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest()
    for character in "ok":
        hart.idle(cycles=2)
        guest_store(hart, machine, UART + _THR, f"'{character}' to the UART", size=1)
        vmm_handles(hart, machine, f"write '{character}' to stdout")
    hart.idle(cycles=2)


def rtc(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest(first="rtc")
    hart.idle(cycles=2)
    # The goldfish RTC: a read of TIME_LOW latches TIME_HIGH.
    guest_load(hart, machine, RTC, "RTC TIME_LOW")
    vmm_handles(hart, machine, "clock_gettime, from the vDSO")
    hart.idle()
    guest_load(hart, machine, RTC + 4, "RTC TIME_HIGH")
    vmm_handles(hart, machine, "the high half, latched before")
    hart.idle(cycles=2)


def pcie(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest(first="pcie")
    hart.idle(cycles=2)
    # ECAM: bus, device, function and register are bits of the address.
    register = PCIE | 0 << 20 | 2 << 15 | 0 << 12
    guest_load(hart, machine, register, "configuration of 00:02.0, 0x00")
    vmm_handles(hart, machine, "vendor 1af4, device 1041")
    hart.idle()
    guest_load(hart, machine, register | 0x10, "configuration of 00:02.0, BAR 0")
    vmm_handles(hart, machine, "BAR 0")
    hart.idle(cycles=2)


SCENARIOS = (
    Scenario(
        name="uart",
        title="A guest reads its UART's status, and the VMM emulates it in U-mode: straight there, straight back",
        play=uart,
        shows=("SRET HS->VS", *_DIRECT),
        needs=("shudeleg",),
    ),
    Scenario(
        name="uart-hs",
        title="The same access the long way: to the kernel, to the VMM in U-mode, to the kernel, to the guest",
        play=uart_hs,
        shows=("SRET HS->VS", *_INDIRECT),
        needs=("h",),
    ),
    Scenario(
        name="uart-both",
        title="Both ways side by side: the long one, then hudcfg.EN=1, then the short one",
        play=uart_both,
        shows=("SRET HS->VS", *_INDIRECT, "SEI VS->HS", "SRET HS->VS", *_DIRECT),
        needs=("shudeleg",),
    ),
    Scenario(
        name="uart-write",
        title="A guest writes two characters to its UART, each emulated in U-mode",
        play=uart_write,
        shows=("STORE_GUEST_PAGE_FAULT VS->U", "URET U->VS") * 2,
        needs=("shudeleg",),
    ),
    Scenario(
        name="rtc",
        title="A guest reads the real-time clock, two registers, emulated in U-mode",
        play=rtc,
        shows=_DIRECT * 2,
        needs=("shudeleg",),
    ),
    Scenario(
        name="pcie",
        title="A guest reads PCIe configuration space, behind a window of 256 MiB, emulated in U-mode",
        play=pcie,
        shows=_DIRECT * 2,
        needs=("shudeleg",),
    ),
)
