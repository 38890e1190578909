"""Interrupts: into every mode, out of a guest, and in the middle of a handler."""

from __future__ import annotations

from utrap_sim.waves.model_hart import Hart
from utrap_sim.waves.scenario import Scenario
from utrap_testbench.golden import Config

from .machine import UART, Machine
from .software import guest_load, vmm_emulates, vmm_returns

__all__ = ["SCENARIOS"]

_MTIE, _STIP, _VSEIP, _SPP, _SPIE, _SPV = 1 << 7, 1 << 5, 1 << 10, 1 << 8, 1 << 5, 1 << 7
_TICK = ("MTI U->M", "MRET M->U")
_KERNEL_TICK = ("ECALL_FROM_S {s}->M", "MRET M->{s}", "SRET {s}->U")


def _tick(hart: Hart) -> None:
    """The machine timer fires in U: the firmware makes it the kernel's, whose tick sets the next one."""
    hart.lines("mtime has reached mtimecmp", mtip=1)
    hart.interrupt()
    hart.csrr("mcause")
    hart.csrc("mie", _MTIE, "mie.MTIE=0")
    hart.csrs("mip", _STIP, "mip.STIP=1: the kernel's timer")
    hart.mret()
    hart.interrupt()
    hart.csrr("scause")
    hart.idle("scheduler tick")
    pc = hart["sepc"]
    hart.ecall("SBI set_timer")
    hart.csrr("mcause")
    hart.csrc("mip", _STIP, "mip.STIP=0")
    hart.lines("mtimecmp is later: mtip falls", mtip=0)
    hart.csrs("mie", _MTIE, "mie.MTIE=1")
    hart.csrw("mepc", hart["mepc"] + 4, "mepc += 4")
    hart.mret()
    hart.expect(sepc=pc)
    hart.sret("back to what was interrupted")


def timer_in_handler(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest()
    hart.idle(cycles=2)
    guest_load(hart, machine, UART + 5, "the UART's LSR", size=1)
    vmm_emulates(hart, "LSR reads THRE|TEMT")
    _tick(hart)
    # Nothing of the handler's state has changed.
    hart.expect(mode="U", ucause=21, hutval=UART + 5 >> 2, hustatus__UPV=1, hustatus__UPVP=1)
    hart.idle("the handler goes on")
    vmm_returns(hart, machine)
    hart.idle(cycles=2)


def timer(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle(cycles=2)
    _tick(hart)
    hart.idle(cycles=2)


def machine_timer(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted(), pc=machine.program)
    hart.idle(cycles=2)
    hart.lines("mtime has reached mtimecmp", mtip=1)
    hart.interrupt()
    hart.csrr("mcause")
    hart.lines("mtimecmp is later: mtip falls", mtip=0)
    hart.mret()
    hart.expect(mode="U")
    hart.idle(cycles=2)


def _user_external(config: Config) -> dict[str, int]:
    """UEI enabled and delegated all the way to U."""
    return {"mideleg[8]": 1, "mie[8]": 1, **({"sideleg[8]": 1} if config.s else {})}


def kick(hart: Hart) -> None:
    machine = Machine(hart)
    hart.software["U"] = "VMM"
    machine.in_guest(_user_external(hart.config))
    hart.idle(cycles=2)
    hart.lines("another VMM thread kicks: ueip rises", ueip=1)
    hart.interrupt()
    hart.expect(mode="U", hustatus__UPV=1, hustatus__UPVP=1)
    hart.csrr("ucause")
    hart.lines("take the request: ueip falls", ueip=0)
    hart.idle("inject what the thread asks for", cycles=2)
    hart.uret("uret into the guest, same instruction")
    hart.idle(cycles=2)


def user_interrupt(hart: Hart) -> None:
    machine = Machine(hart)
    hart.begin("U", machine.booted() | _user_external(hart.config) | {"mstatus.UIE": 1}, pc=machine.program)
    hart.idle(cycles=2)
    hart.lines(ueip=1)
    hart.interrupt()
    hart.expect(mode="U", mstatus__UIE=0, mstatus__UPIE=1)
    hart.csrr("ucause")
    hart.lines("serve the device: ueip falls", ueip=0)
    hart.uret()
    hart.expect(mode="U", mstatus__UIE=1)
    hart.idle(cycles=2)


def vectored(hart: Hart) -> None:
    machine, config = Machine(hart), hart.config
    tables = {
        "mtvec": 0x8000_1000,
        "stvec": machine.kernel + 0x1000,
        "utvec": machine.program + 0x1000,
        "vstvec": machine.guest_kernel + 0x1000,
    }
    csrs = machine.hosting() if config.h else machine.booted()
    csrs |= {f"{name}": base | 1 for name, base in tables.items() if hart.has(name)}
    if config.n:
        csrs |= _user_external(config) | {"mstatus.UIE": 1}
    if config.h:
        csrs |= {"hstatus.SPV": 0, "vsstatus.SIE": 1, "mie[10]": 1}
    hart.begin("U", csrs, pc=machine.program)
    hart.idle()
    _served(hart, "mtip", tables["mtvec"] + 4 * 7)
    hart.mret()
    if config.s:
        _served(hart, "seip", tables["stvec"] + 4 * 9)
        hart.sret()
    if config.n:
        _served(hart, "ueip", tables["utvec"] + 4 * 8)
        hart.uret()
    if config.h:
        hart.ecall("ioctl(KVM_RUN)")
        hart.csrs("hvip", _VSEIP, "hvip.VSEIP=1")
        hart.csrs("hstatus", _SPV, "SPV=1")
        hart.csrs("sstatus", _SPP | _SPIE, "SPP=1, SPIE=1")
        hart.csrw("sepc", machine.guest_kernel)
        hart.sret("sret into the guest")
        hart.interrupt()
        # A guest sees the supervisor's code, 9, of the VS-level interrupt 10.
        hart.expect(pc=tables["vstvec"] + 4 * 9)
        hart.sret()
    hart.idle(cycles=2)


def _served(hart: Hart, line: str, vector: int) -> None:
    """A line rises and falls again in the handler, which is at this entry of its table."""
    hart.lines("", **{line: 1})
    hart.interrupt()
    hart.expect(pc=vector)
    hart.lines("", **{line: 0})


def _shows_vectored(config: Config) -> tuple[str, ...]:
    s = "HS" if config.h else "S"
    path = ["MTI U->M", "MRET M->U"]
    if config.s:
        path += [f"SEI U->{s}", f"SRET {s}->U"]
    if config.n:
        path += ["UEI U->U", "URET U->U"]
    if config.h:
        path += ["ECALL_FROM_U U->HS", "SRET HS->VS", "SEI VS->VS", "SRET VS->VS"]
    return tuple(path)


def _shows_tick(config: Config) -> tuple[str, ...]:
    s = "HS" if config.h else "S"
    return (*_TICK, f"STI U->{s}", *(event.format(s=s) for event in _KERNEL_TICK))


SCENARIOS = (
    Scenario(
        name="timer-in-handler",
        title="The timer preempts the VMM's handler in U-mode: firmware, kernel, back to the handler, on to the guest",
        play=timer_in_handler,
        shows=lambda config: ("LOAD_GUEST_PAGE_FAULT VS->U", *_shows_tick(config), "URET U->VS"),
        needs=("shudeleg",),
    ),
    Scenario(
        name="kick",
        title="A U-level interrupt leaves the guest for the VMM at once, and URET goes back to the same instruction",
        play=kick,
        shows=("UEI VS->U", "URET U->VS"),
        needs=("shudeleg",),
    ),
    Scenario(
        name="vectored",
        title="An interrupt in each mode that takes them, each at its own entry of a vector table",
        play=vectored,
        shows=_shows_vectored,
    ),
    Scenario(
        name="timer",
        title="A timer tick in a program: the firmware passes it to the kernel, which sets the next one by a call",
        play=timer,
        shows=_shows_tick,
        needs=("s",),
    ),
    Scenario(
        name="machine-timer",
        title="A timer interrupt in a program, served in M-mode",
        play=machine_timer,
        shows=_TICK,
    ),
    Scenario(
        name="user-interrupt",
        title="A device's interrupt in a program, served by the program itself in U-mode",
        play=user_interrupt,
        shows=("UEI U->U", "URET U->U"),
        needs=("n",),
    ),
)
