"""One run of Linux on the hart: its accesses and workloads, with the golden model beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path as File

from utrap_hart.exits.access import DEVICES, DISK, TIMER, Access, Path, accesses
from utrap_hart.exits.summary import Summary, summarise
from utrap_hart.run.image import Image, load
from utrap_hart.run.lockstep import hart_lockstep
from utrap_hart.run.simulation import Alive, Built, End, Event, Happening, Options, Sent, simulate

from .building import Boot
from .console import Console, Round

__all__ = ["CHECKS", "IN_USER", "Failed", "Measured", "Ran", "Workload", "measure", "measure_boots"]

#: The workload whose accesses are looked at one by one.
CHECKS = "checks"
#: The VMM must have begun within so many cycles, and everything be over within so many.
_BOOT_CYCLES, _MAX_CYCLES = 200_000_000, 1_000_000_000
#: Instructions that are told one by one, from the guest's first on: enough for the checks on every path.
_PROFILED = 3_000_000
#: The devices that the VMM emulates.
IN_USER = (*(device for device in DEVICES if device.is_in_user), DISK)
#: Which devices are measured on which paths: KVM emulates none of them in the kernel, a notification has no window, and
#: the timer is the kernel's alone.
_MEASURED = (
    *((device, path) for device in IN_USER for path in (Path.KERNEL_AND_BACK, Path.TO_USER)),
    *((device, path) for device in DEVICES if not device.is_in_user for path in (Path.KERNEL_AND_BACK, Path.IN_KERNEL)),
    (TIMER, Path.IN_KERNEL),
)


class Failed(Exception):
    """The run did not go well; the message says why."""


@dataclass(frozen=True)
class Workload:
    """A workload on a path, and how much of it are emulated accesses.

    Attributes:
        round: What the VMM saw.
        in_accesses: Cycles of it between a guest's fault and the return into the guest.
    """

    round: Round
    in_accesses: int

    @property
    def share(self) -> float:
        """The share of time in emulated accesses and notifications."""
        return self.in_accesses / self.round.cycles


@dataclass(frozen=True)
class Ran:
    """A run from reset to its end.

    Attributes:
        workloads: In their order.
        started: The cycle in which the VMM began.
        cycles, instructions: Of the whole run.
        compared: Events that agreed with the golden model.
    """

    workloads: tuple[Workload, ...]
    started: int
    cycles: int
    instructions: int
    compared: int

    def on_path_a(self, workload: Workload) -> Workload:
        """The same on path (a)."""
        name = workload.round.workload
        same = (other for other in self.workloads if other.round.workload == name)
        return next(other for other in same if other.round.path is Path.KERNEL_AND_BACK)

    def speed_up(self, workload: Workload) -> float:
        """Against path (a)."""
        return self.on_path_a(workload).round.cycles / workload.round.cycles


@dataclass(frozen=True)
class Measured:
    """The figures of a run: accesses by device and path and where their cycles go, and the run itself."""

    summary: Summary
    ran: Ran


#: Told now and then: the cycle and what is going on.
Tell = Callable[[int, str], None]


def measure(built: Built, boot: Boot, console: Console, tell: Tell) -> Measured:
    """Boot with the bundled guest, and take the figures.

    Args:
        built: The hart.
        boot: What it boots.
        console: Takes what is printed.
        tell: Called now and then.

    Raises:
        Failed: When the kernel gives up, the VMM complains, the hart differs from the golden model, or nothing ends.
        UserError: When the simulator cannot run it.
    """
    checks: list[Access] = []

    def take(access: Access) -> None:
        if console.now is not None and console.now[0] == CHECKS:
            checks.append(_on_its_path(access, console.now[1]))

    ran = _run(built, boot, console, tell, _PROFILED, take)
    return Measured(summarise(checks, _Places(boot).place, _MEASURED), ran)


def measure_boots(built: Built, boot: Boot, console: Console, tell: Tell) -> Ran:
    """The same with a guest that is Linux: its boots are the workloads."""
    return _run(built, boot, console, tell, 0, lambda _: None)


def _run(built: Built, boot: Boot, console: Console, tell: Tell, profile: int, take: Callable[[Access], None]) -> Ran:
    image = load(str(boot.elf), built.memory)
    watched = _Watched(built, console, tell)
    options = Options(max_cycles=_MAX_CYCLES, profile=profile)
    spent: list[int] = []
    with closing(simulate(built, image, options)) as happenings:
        for access in accesses(watched.checked(happenings), built.sources.outputs):
            spent += [0] * (len(console.rounds) + 1 - len(spent))
            if access.device is not TIMER:
                spent[-1] += access.cycles
            take(access)
    if watched.end is None or console.started is None:
        raise Failed(f"the kernel ended before the VMM began; the last line: {console.last_line}")
    spent += [0] * (len(console.rounds) - len(spent))
    return Ran(
        workloads=tuple(map(Workload, console.rounds, spent)),
        started=console.started,
        cycles=watched.end.cycles,
        instructions=watched.end.retired,
        compared=watched.lockstep.compared,
    )


def _on_its_path(access: Access, path: Path) -> Access:
    """A notification never is in user space by its modes; the VMM has said how it asked for them."""
    return access if access.device.is_in_user or access.device is TIMER else replace(access, path=path)


class _Watched:
    """The run as long as all is well."""

    def __init__(self, built: Built, console: Console, tell: Tell) -> None:
        self.lockstep = hart_lockstep(built.sources.config, built.sources)
        self.end: End | None = None
        self._console, self._tell = console, tell

    def checked(self, happenings: Iterator[Happening]) -> Iterator[Happening]:
        console = self._console
        for happening in happenings:
            if isinstance(happening, Event) and (disagreement := self.lockstep.compare(happening)):
                raise Failed(str(disagreement))
            if isinstance(happening, Sent):
                console.take(happening.byte)
                if console.panic is not None:
                    raise Failed(f"the kernel gave up: {console.panic}")
            if isinstance(happening, Alive):
                if console.started is None and happening.cycle > _BOOT_CYCLES:
                    raise Failed(f"the kernel has not reached the VMM within {_BOOT_CYCLES:,} cycles;"
                                 f" the last line: {console.last_line}")  # fmt: skip
                self._tell(happening.cycle, _phase(console))
            if isinstance(happening, End):
                self._ended(happening)
            yield happening

    def _ended(self, end: End) -> None:
        self.end = end
        if end.code is None:
            raise Failed(f"no end within {end.cycles:,} cycles; the last line: {self._console.last_line}")
        wrong = [made for made in self._console.rounds if made.verdict != "passed"]
        if wrong:
            raise Failed(f"{wrong[0].workload} on path {wrong[0].path.value}: {wrong[0].verdict}")
        if end.code:
            raise Failed(f"ended with status {end.code}; the last line: {self._console.last_line}")


def _phase(console: Console) -> str:
    if console.started is None:
        return "Linux boots"
    if console.now is None:
        return "the VMM"
    return f"{console.now[0]}, path {console.now[1].value}"


class _Places:
    """Names the function at a pc: the kernel's by System.map, the VMM's by its ELF file."""

    def __init__(self, boot: Boot) -> None:
        self._vmm: Image = load(str(boot.vmm), range(1 << 32))
        symbols = []
        for line in File(boot.symbols).read_text().splitlines():
            address, kind, name = line.split()
            if kind in "tT":
                symbols.append((int(address, 16), name))
        symbols.sort()
        self._starts = [address for address, _ in symbols]
        self._names = [name for _, name in symbols]

    def place(self, address: int) -> str:
        if address < self._starts[0]:
            return self._vmm.place(address) or "module"
        return self._names[bisect_right(self._starts, address) - 1]
