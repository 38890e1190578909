"""Finds the emulated accesses in a run: from a guest's guest-page fault to the return into the guest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, unique

from utrap.isa import CommitOp
from utrap_hart.run.simulation import Event, Happening, Retired
from utrap_testbench.boundary import Layout
from utrap_testbench.golden import Cause, Mode

__all__ = ["DEVICES", "DISK", "TIMER", "Access", "Device", "Path", "accesses"]

_FAULTS = (Cause.LOAD_GUEST_PAGE_FAULT, Cause.STORE_GUEST_PAGE_FAULT)
_TRAPS = (CommitOp.EXCEPTION, CommitOp.INTERRUPT)
_RETURNS = (CommitOp.MRET, CommitOp.SRET, CommitOp.URET)
_GUEST = (Mode.VS, Mode.VU)


@unique
class Path(Enum):
    """How an access is emulated; the value is what the reports call it."""

    KERNEL_AND_BACK = "a"
    IN_KERNEL = "b"
    TO_USER = "c"


@dataclass(frozen=True)
class Device:
    """A device of the guest: a range of guest-physical addresses."""

    name: str
    addresses: range
    is_in_user: bool = True


#: The devices of the hypervisor program. VirtIO's notifications are the kernel's on every path.
DEVICES = (
    Device("UART", range(0x1000_0000, 0x1000_1000)),
    Device("RTC", range(0x0010_1000, 0x0010_2000)),
    Device("PCIe configuration", range(0x3000_0000, 0x4000_0000)),
    Device("VirtIO notification", range(0x1000_8000, 0x1000_9000), is_in_user=False),
)
#: The registers of a VirtIO disk, which a VMM under Linux has; its notifications are the kernel's, and in another page.
DISK = Device("VirtIO registers", range(0x1000_9000, 0x1000_A000))
#: The guest's call to SBI that sets its timer. No store of a guest: it never is anything but the kernel's.
TIMER = Device("Timer (a call to SBI)", range(0), is_in_user=False)


@dataclass(kw_only=True)
class Access:
    """One emulated access, or a call to SBI, from the cycle of the trap to that of the return into the guest.

    Attributes:
        device: What was accessed.
        path: By the modes that the hart went through; VirtIO's is that of the access before it.
        cycles: Clock cycles.
        instructions: Instructions that retired, the return among them; the guest's, which faulted, is not.
        traps: Traps taken, the fault among them.
        csr_accesses: CSR instructions.
        interrupts: Interrupts taken; where there is one the figures are not of the access alone.
        mode_cycles, mode_instructions, mode_csr_accesses: The same by mode.
        code: Cycles and instructions by pc, where instructions are told one by one.
    """

    device: Device
    path: Path
    cycles: int = 0
    instructions: int = 0
    traps: int = 1
    csr_accesses: int = 0
    interrupts: int = 0
    mode_cycles: Counter[Mode] = field(default_factory=Counter)
    mode_instructions: Counter[Mode] = field(default_factory=Counter)
    mode_csr_accesses: Counter[Mode] = field(default_factory=Counter)
    code_cycles: Counter[tuple[Mode, int]] = field(default_factory=Counter)
    code_instructions: Counter[tuple[Mode, int]] = field(default_factory=Counter)


def accesses(happenings: Iterable[Happening], outputs: Layout) -> Iterable[Access]:
    """The accesses of a run in their order, the calls that no VMM sees among them; one that does not end is left out.

    Args:
        happenings: The run.
        outputs: What an event's second vector holds.
    """
    finder = _Finder(outputs)
    for happening in happenings:
        if isinstance(happening, Event):
            found = finder.event(happening)
            if found is not None:
                yield found
        elif isinstance(happening, Retired):
            finder.retired(happening)


class _Finder:
    def __init__(self, outputs: Layout) -> None:
        self._value = outputs.value
        self._access: Access | None = None
        self._visited: list[Mode] = []
        self._path = Path.KERNEL_AND_BACK
        # Where the stretch in the current mode began, and what had retired by its end.
        self._cycle = self._retired = self._last = 0

    def event(self, event: Event) -> Access | None:
        """Take an event; gives the access that it ends."""

        def value(name: str) -> int:
            return self._value(event.outputs, f"trace.{name}")

        kind = CommitOp(value("kind"))
        if self._access is None:
            if kind is CommitOp.EXCEPTION and (device := self._device(value)) is not None:
                self._begin(device, event, value)
            return None
        if kind is CommitOp.CSR:
            self._access.csr_accesses += 1
            self._access.mode_csr_accesses[Mode(value("from_mode"))] += 1
        elif kind in _TRAPS or kind in _RETURNS:
            return self._turn(event, kind, value)
        return None

    @staticmethod
    def _device(value: Callable[[str], int]) -> Device | None:
        """The device that an exception is about."""
        if value("cause") == Cause.ECALL_FROM_VS:
            return TIMER
        if value("cause") not in _FAULTS or Mode(value("from_mode")) not in _GUEST:
            return None
        address = value("gpa") << 2
        return next((device for device in (*DEVICES, DISK) if address in device.addresses), None)

    def _begin(self, device: Device, event: Event, value: Callable[[str], int]) -> None:
        self._access = Access(device=device, path=self._path)
        self._visited = [Mode(value("to_mode"))]
        self._cycle, self._retired, self._last = event.cycle, event.retired, event.cycle

    def _turn(self, event: Event, kind: CommitOp, value: Callable[[str], int]) -> Access | None:
        """The mode changes: what happened in it is counted, and perhaps the access is over."""
        access, mode, to = self._access, Mode(value("from_mode")), Mode(value("to_mode"))
        assert access is not None
        retired = event.retired + (kind in _RETURNS)  # a return retires in its own cycle, a trap does not
        access.mode_cycles[mode] += event.cycle - self._cycle
        access.mode_instructions[mode] += retired - self._retired
        self._cycle, self._retired = event.cycle, retired
        if kind in _TRAPS:
            access.traps += 1
            access.interrupts += kind is CommitOp.INTERRUPT
            self._code(mode, value("epc"), event.cycle, 0)
        if kind in _RETURNS and to in _GUEST:
            self._access = None
            return self._end(access)
        self._visited.append(to)
        return None

    def _end(self, access: Access) -> Access | None:
        access.cycles = access.mode_cycles.total()
        access.instructions = access.mode_instructions.total()
        if access.device.is_in_user:
            if self._visited[0] is Mode.U:
                self._path = Path.TO_USER
            else:
                self._path = Path.KERNEL_AND_BACK if Mode.U in self._visited else Path.IN_KERNEL
        access.path = self._path
        if access.device is TIMER:
            if Mode.U in self._visited:  # a call that the VMM answers, whatever that is
                return None
            access.path = Path.IN_KERNEL
        return access

    def retired(self, instruction: Retired) -> None:
        """Take an instruction; the cycles since the one before are its."""
        self._code(Mode(instruction.mode), instruction.pc, instruction.cycle, 1)

    def _code(self, mode: Mode, pc: int, cycle: int, instructions: int) -> None:
        if self._access is not None:
            self._access.code_cycles[mode, pc] += cycle - self._last
            self._access.code_instructions[mode, pc] += instructions
            self._last = cycle
