"""What firmware, kernel and VMM do between a trap and the way back: the accesses to CSRs, in their usual order."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart

from .machine import Machine, load, store

__all__ = [
    "enter_guest",
    "guest_load",
    "guest_store",
    "kernel_resumes_guest",
    "kernel_steps_over",
    "kernel_to_vmm",
    "vmm_emulates",
    "vmm_handles",
    "vmm_returns",
]

#: The length of the guest's instruction, and what its a0 holds.
_STEP, _GUESTS_A0 = 4, 0x5


def enter_guest(hart: Hart) -> None:
    """The kernel returns into the guest, which runs."""
    hart.sret("sret into the guest")
    hart.idle(cycles=2)


def guest_load(hart: Hart, machine: Machine, gpa: int, what: str, size: int = 4) -> None:
    """A load by the guest's kernel that no page of the G-stage answers."""
    hart.exception("load-guest-page-fault", f"load {what}", tval=machine.virtual(gpa), gpa=gpa, tinst=load(size))


def guest_store(hart: Hart, machine: Machine, gpa: int, what: str, size: int = 4) -> None:
    """The same of a store."""
    hart.exception("store-guest-page-fault", f"store {what}", tval=machine.virtual(gpa), gpa=gpa, tinst=store(size))


def vmm_handles(hart: Hart, machine: Machine, what: str) -> None:
    """The whole handler in U: find out what the guest wanted, do it, step over the instruction, go back."""
    vmm_emulates(hart, what)
    vmm_returns(hart, machine)


def vmm_emulates(hart: Hart, what: str) -> None:
    """The handler's first half."""
    hart.csrw("uscratch", _GUESTS_A0, "swap a0 with uscratch")
    hart.csrr("ucause")
    hart.csrr("hutval")
    hart.csrr("hutinst")
    hart.idle(what, cycles=3)


def vmm_returns(hart: Hart, machine: Machine) -> None:
    """Its second half: step over the instruction that has been emulated, and back."""
    pc = hart.csrr("uepc")
    hart.csrw("uepc", pc + _STEP, "uepc += 4")
    hart.csrw("uscratch", machine.vcpu_page, "swap a0 with uscratch")
    hart.uret("uret into the guest")


def kernel_to_vmm(hart: Hart, machine: Machine) -> tuple[int, int]:
    """The kernel leaves the guest and returns to the VMM from its ioctl; gives the guest's pc and hstatus."""
    hart.csrw("sscratch", _GUESTS_A0, "swap a0 with sscratch")
    pc = hart.csrr("sepc")
    hstatus = hart.csrr("hstatus")
    hart.csrw("stvec", machine.kernel_trap, "the host's stvec")
    hart.csrr("scause")
    hart.csrr("stval")
    hart.csrr("htval")
    hart.csrr("htinst")
    hart.idle("fill kvm_run, no handler here", cycles=3)
    spv = 1 << 7
    hart.csrw("hstatus", hstatus & ~spv, "SPV=0: back to the host's U")
    hart.csrc("sstatus", 1 << 8, "SPP=0")
    hart.csrw("sepc", machine.program, "the VMM's pc")
    hart.sret("return from ioctl(KVM_RUN)")
    return pc, hstatus


def kernel_resumes_guest(hart: Hart, machine: Machine, pc: int, hstatus: int) -> None:
    """The kernel, called by the VMM, enters the guest behind the instruction."""
    hart.csrr("scause")
    hart.csrr("sepc")
    hart.idle("kvm_riscv_vcpu_mmio_return", cycles=2)
    hart.csrw("stvec", machine.guest_exit, "the guest's way out")
    hart.csrw("hstatus", hstatus, "SPV=1: into the guest")
    hart.csrs("sstatus", 1 << 8 | 1 << 5, "SPP=1, SPIE=1")
    hart.csrw("sscratch", machine.vcpu_page, "the guest's registers")
    hart.csrw("sepc", pc + _STEP, "sepc += 4")
    hart.sret("sret into the guest")
    hart.idle(cycles=2)


def kernel_steps_over(hart: Hart, machine: Machine, what: str) -> None:
    """The kernel deals with the guest's access by itself and goes back to the guest."""
    hart.csrw("sscratch", _GUESTS_A0, "swap a0 with sscratch")
    hart.csrr("scause")
    hart.csrr("htval")
    hart.csrr("htinst")
    hart.idle(what, cycles=3)
    pc = hart.csrr("sepc")
    hart.csrw("sepc", pc + _STEP, "sepc += 4")
    hart.csrw("sscratch", machine.vcpu_page, "swap a0 with sscratch")
    hart.sret("sret into the guest")
    hart.idle(cycles=2)
