"""A guest's accesses that are the kernel's business, or nobody's."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario

from .machine import PLIC, UART, VIRTIO, Machine
from .software import enter_guest, guest_load, guest_store, kernel_steps_over, vmm_handles

__all__ = ["SCENARIOS"]

_QUEUE_NOTIFY, _CLAIM = 0x50, 0x20_1004
_VSEIP = 1 << 10


def virtio(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.about_to_run_guest()
    enter_guest(hart)
    guest_store(hart, machine, VIRTIO + _QUEUE_NOTIFY, "QueueNotify of virtio-net")
    kernel_steps_over(hart, machine, "ioeventfd: wake vhost")
    # The UART's page lies before the VirtIO device's, in a window.
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_handles(hart, machine, "LSR reads THRE|TEMT")
    hart.idle(cycles=2)


def irqchip(hart: Hart) -> None:
    machine = Machine(hart)
    outside = {} if hart.config.windows else machine.indirect
    machine.in_guest({"vsstatus.SIE": 1, "mie[10]": 1, **outside})
    hart.idle(cycles=2)
    hart.lines(seip=1)
    hart.interrupt()
    hart.csrr("scause")
    hart.lines("claim at the host's PLIC: seip falls", seip=0)
    hart.csrs("hvip", _VSEIP, "hvip.VSEIP=1: the guest's interrupt")
    hart.sret("sret into the guest")
    hart.interrupt()
    hart.expect(pc=machine.guest_trap)
    hart.csrr("scause")
    guest_load(hart, machine, PLIC + _CLAIM, "claim at its PLIC")
    kernel_steps_over(hart, machine, "PLIC: pass the claim, VSEIP=0 follows")
    guest_store(hart, machine, PLIC + _CLAIM, "complete at its PLIC")
    hart.csrc("hvip", _VSEIP, "hvip.VSEIP=0")
    kernel_steps_over(hart, machine, "PLIC: completed")
    hart.sret("sret to what was interrupted")
    hart.idle(cycles=2)


def passthrough(hart: Hart) -> None:
    machine = Machine(hart)
    machine.about_to_run_guest()
    enter_guest(hart)
    hart.idle("store to BAR 0 at GPA 0x40000000: mapped")
    hart.idle("load from BAR 0 at GPA 0x40000008: mapped", cycles=2)
    hart.idle(cycles=4)
    hart.expect(mode="VS", scause=0)


SCENARIOS = (
    Scenario(
        name="virtio",
        title="A guest notifies its VirtIO device: the windows leave it to the kernel, the UART beside it to U",
        play=virtio,
        shows=(
            "SRET HS->VS",
            "STORE_GUEST_PAGE_FAULT VS->HS",
            "SRET HS->VS",
            "LOAD_GUEST_PAGE_FAULT VS->U",
            "URET U->VS",
        ),
        needs=("shudeleg", "windows"),
    ),
    Scenario(
        name="irqchip",
        title="A device's interrupt, passed to the guest, which claims and completes it at the kernel's emulated PLIC",
        play=irqchip,
        shows=(
            "SEI VS->HS",
            "SRET HS->VS",
            "SEI VS->VS",
            "LOAD_GUEST_PAGE_FAULT VS->HS",
            "SRET HS->VS",
            "STORE_GUEST_PAGE_FAULT VS->HS",
            "SRET HS->VS",
            "SRET VS->VS",
        ),
        needs=("h",),
    ),
    Scenario(
        name="passthrough",
        title="A guest's accesses to a device that is its own: the G-stage maps it, and nothing traps",
        play=passthrough,
        shows=("SRET HS->VS",),
        needs=("h",),
    ),
)
